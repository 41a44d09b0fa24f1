// Correlation with long kernels, forward and backward_data alike: spectra of tiles, products, and back.
#pragma once

#include "product.hpp"
#include "spectra.hpp"
#include "weights.hpp"

namespace striate::STRIATE_LEVEL::fft {

// One correlation of all channels. The kernel is read backwards if `flipped`, for backward_data.
template <typename T>
struct Correlation {
  const Problem& problem;
  const Cut& cut;
  bool flipped;
  View<const T> source;
  const WindowsOfAxes& source_windows;
  T border;
  const Weight<T>& weight;
  View<T> target;
  const WindowsOfAxes& target_windows;
  Epilogue<T> epilogue;
  bool fold;  // positions are added to their element, in the order of tiles: no two tasks may have the same channels
};

template <typename T>
class Correlate {
 public:
  Correlate(const Correlation<T>& job, ParallelFor pool)
      : job_(job),
        pool_(pool),
        transform_(job.cut.length),
        reader_(job.source, job.source_windows, job.cut.length[2], job.border),
        writer_(job.target, job.target_windows, job.epilogue, job.fold) {}

  void run() const {
    if (job_.fold) clear();
    by_channel(job_.problem) ? channels() : products();
  }

 private:
  std::int64_t blocks() const { return job_.problem.batch * job_.cut.tiles(); }
  std::int64_t from_channels() const { return job_.flipped ? job_.problem.out_channels : job_.problem.in_channels; }
  std::int64_t to_channels() const { return job_.flipped ? job_.problem.in_channels : job_.problem.out_channels; }
  std::int64_t transform_work() const { return 16 * transform_.bins() * lanes<T>; }

  void clear() const {
    const auto& axis = job_.problem.axis;
    const std::int64_t plane = axis[0].input * axis[1].input * axis[2].input, channels = to_channels();
    parallel_for(pool_, job_.problem.batch * channels, plane, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t n = begin; n < end; ++n)
        for (std::int64_t i = 0; i < axis[0].input; ++i)
          for (std::int64_t j = 0; j < axis[1].input; ++j)
            for (std::int64_t k = 0; k < axis[2].input; ++k)
              job_.target.plane(n / channels, n % channels)[job_.target.offset(i, j, k)] = T(0);
    });
  }

  void read(const Signals<T>& signals, std::int64_t first_block, std::int64_t group, const Workspace<T>& space) const {
    const Lanes<const T> lane(signals, job_.cut, job_.source, first_block, group);
    transform_.forward(
        [&](std::int64_t i, std::int64_t j, T* row) { return reader_.read(lane, i, j, row, space.space); }, space.tile,
        space.work);
  }

  void write(const Signals<T>& signals, std::int64_t first_block, std::int64_t group, const Workspace<T>& space) const {
    const Lanes<T> lane(signals, job_.cut, job_.target, first_block, group);
    const Vector<T> bias = writer_.bias(signals, group);
    transform_.inverse(
        space.tile, job_.cut.steps(),
        [&](std::int64_t i, std::int64_t j, T* row) { writer_.write(lane, i, j, row, bias, space.space); }, space.work);
  }

  void filter(const Signals<T>& signals, std::int64_t group, const T* spectrum, const Workspace<T>& space) const {
    const Lanes<const T> from(signals, job_.cut, job_.source, 0, group);
    const Lanes<T> to(signals, job_.cut, job_.target, 0, group);
    const Vector<T> bias = writer_.bias(signals, group);
    transform_.filter(
        [&](std::int64_t i, std::int64_t j, T* row) { return reader_.read(from, i, j, row, space.space); }, spectrum,
        job_.cut.steps(),
        [&](std::int64_t i, std::int64_t j, T* row) { writer_.write(to, i, j, row, bias, space.space); }, space.tile,
        space.work);
  }

  // A kernel a channel: tiles go through the second cache once, and the kernels' spectra are made on the way.
  void channels() const {
    const Signals<T> signals(to_channels(), blocks(), !job_.fold);
    const std::int64_t size = transform_.tile_size();
    T* const spectra = scratch<T>(signals.vectors * size, Scratch::stage);
    const KernelRows<const T> rows(job_.problem, job_.weight.view, job_.flipped);
    parallel_for(pool_, signals.vectors, transform_work(), [&](std::int64_t begin, std::int64_t end) {
      const Workspace<T> space(transform_, job_.cut);
      for (std::int64_t v = begin; v < end; ++v) {
        KernelLanes<const T> kernels;
        kernels.used = static_cast<int>(signals.shared > 1 ? signals.shared * signals.channels : signals.used(v));
        for (int k = 0; k < kernels.used; ++k) kernels.plane[k] = job_.weight.view.plane(signals.channel_of(v, k), 0);
        kernel_spectrum(
            transform_, job_.cut.length[2], rows, kernels, space.tile, space.work,
            [&](std::int64_t bin, const Complex<T>& value) { value.put(spectra + v * size + bin * complex_size<T>); });
      }
    });
    const std::int64_t sets = signals.groups(blocks()) / signals.vectors, together = job_.fold ? sets : 1;
    parallel_for(pool_, signals.vectors * sets / together, 2 * together * transform_work(),
                 [&](std::int64_t begin, std::int64_t end) {
                   const Workspace<T> space(transform_, job_.cut);
                   for (std::int64_t step = begin * together; step < end * together; ++step) {
                     const std::int64_t v = step / sets, group = step % sets * signals.vectors + v;
                     filter(signals, group, spectra + v * size, space);
                   }
                 });
  }

  // Sums over channels: all spectra of a chunk of blocks, a matrix product a frequency, and all inverses.
  void products() const {
    const SpectraLayout<T> layout(job_.problem, job_.flipped);
    for (std::int64_t first = 0, count; first < blocks(); first += count) {
      count = std::min(chunk(transform_, from_channels() + to_channels()), blocks() - first);
      const Signals<T> from(from_channels(), count, true), to(to_channels(), count, !job_.fold);
      const Spectra<T> read_spectra(from), written(to);
      T* const in = scratch<T>(transform_.bins() * (read_spectra.frequency() + written.frequency()), Scratch::stage);
      T* const out = in + transform_.bins() * read_spectra.frequency();
      parallel_for(pool_, from.groups(count), transform_work(), [&](std::int64_t begin, std::int64_t end) {
        const Workspace<T> space(transform_, job_.cut);
        for (std::int64_t group = begin; group < end; ++group) {
          read(from, first, group, space);
          read_spectra.store(transform_, space.tile, group, T(1), in);
        }
      });
      multiply_all(layout, from, to, in, out);
      const std::int64_t sets = to.groups(count) / to.vectors, together = job_.fold ? sets : 1;
      parallel_for(pool_, to.groups(count) / together, together * transform_work(),
                   [&](std::int64_t begin, std::int64_t end) {
                     const Workspace<T> space(transform_, job_.cut);
                     for (std::int64_t step = begin * together; step < end * together; ++step) {
                       const std::int64_t group = step % sets * to.vectors + step / sets;
                       written.load(transform_, out, group, to.used(group), space.tile);
                       write(to, first, group, space);
                     }
                   });
    }
  }

  void multiply_all(const SpectraLayout<T>& layout, const Signals<T>& from, const Signals<T>& to, const T* in,
                    T* out) const {
    const Spectra<T> read_spectra(from), written(to);
    std::vector<std::int64_t> a_row, out_row, a_term, b_term;
    for (std::int64_t block = 0; block < from.blocks; ++block) {
      a_row.push_back(from.lane(block));
      out_row.push_back(to.lane(block));
    }
    for (std::int64_t p = 0; p < layout.from; ++p) {
      a_term.push_back(p);
      b_term.push_back(p * 2 * layout.part());
    }
    const std::int64_t work = 4 * from.blocks * layout.count();
    parallel_for(pool_, transform_.bins(), work, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t bin = begin; bin < end; ++bin)
        for (std::int64_t g = 0; g < layout.groups; ++g)
          multiply(Product<T>{in + bin * read_spectra.frequency() + g * layout.from,
                              job_.weight.packed + bin * layout.frequency() + g * layout.from * 2 * layout.part(),
                              out + bin * written.frequency() + g * layout.to, a_row.data(), a_term.data(),
                              b_term.data(), out_row.data(), read_spectra.part(), layout.part(), written.part(),
                              from.blocks, layout.from, layout.to, false});
    });
  }

  const Correlation<T>& job_;
  ParallelFor pool_;
  Transform<T> transform_;
  Reader<T> reader_;
  Writer<T> writer_;
};

}  // namespace striate::STRIATE_LEVEL::fft
