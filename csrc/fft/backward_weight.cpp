#include "fft.hpp"
#include "product.hpp"
#include "spectra.hpp"
#include "weights.hpp"

namespace striate::STRIATE_LEVEL::fft {
namespace {

// The gradient of a kernel is the correlation of the signal with the gradient of the output. A tile's signal is as long
// as the transform, its gradient as the positions that the tile computes, and the taps come out in front; tiles and
// samples are summed as spectra.
template <typename T>
class WeightGradient {
 public:
  WeightGradient(const Problem& problem, const Cut& cut, const Reader<T>& signal, const View<const T>& input,
                 const Reader<T>& gradient, const View<const T>& grad_output, const View<T>& grad_weight,
                 ParallelFor pool)
      : problem_(problem),
        cut_(cut),
        signal_(signal),
        gradient_(gradient),
        input_(input),
        grad_output_(grad_output),
        grad_weight_(grad_weight),
        pool_(pool),
        transform_(cut.length),
        rows_(problem, grad_weight, false) {}

  void run() const { by_channel(problem_) ? channels() : products(); }

 private:
  std::int64_t blocks() const { return problem_.batch * cut_.tiles(); }
  std::int64_t transform_work() const { return 16 * transform_.bins() * lanes<T>; }

  void read(const Reader<T>& reader, const View<const T>& view, const Signals<T>& signals, std::int64_t first_block,
            std::int64_t group, T* tile, const Workspace<T>& space) const {
    const Lanes<const T> lane(signals, cut_, view, first_block, group);
    transform_.forward(
        [&](std::int64_t i, std::int64_t j, T* row) { return reader.read(lane, i, j, row, space.space); }, tile,
        space.work);
  }

  // The taps of a spectrum's lanes; lanes `apart` from each other are one kernel's.
  void write(const KernelLanes<T>& kernels, int shared, const Workspace<T>& space) const {
    const T scale = product_scale(transform_);
    transform_.inverse(
        space.tile, cut_.extent,
        [&](std::int64_t i, std::int64_t j, const T* row) {
          rows_.write(i, j, row, [&](std::int64_t offset, const T* lane) {
            for (int k = 0; k < kernels.used; ++k) {
              T sum = lane[k];
              for (int s = 1; s < shared; ++s) sum += lane[s * kernels.used + k];
              kernels.plane[k][offset] = scale * sum;
            }
          });
        },
        space.work);
  }

  // A kernel a channel: the blocks of a vector of channels in parts of their own, which are added in order.
  void channels() const {
    const Signals<T> signals(problem_.out_channels, blocks(), true);
    const std::int64_t sets = signals.groups(blocks()) / signals.vectors, size = transform_.tile_size();
    const std::int64_t parts = std::clamp<std::int64_t>(8 / signals.vectors, 1, sets);
    T* const sums = scratch<T>(signals.vectors * parts * size, Scratch::stage);
    parallel_for(pool_, signals.vectors * parts, 2 * sets / parts * transform_work(),
                 [&](std::int64_t begin, std::int64_t end) {
                   const Workspace<T> space(transform_, cut_, 2);
                   T* const gradient = space.tile + size;
                   for (std::int64_t task = begin; task < end; ++task) {
                     const std::int64_t v = task / parts, part = task % parts;
                     T* const sum = sums + task * size;
                     std::fill_n(sum, size, T(0));
                     for (std::int64_t set = part * sets / parts; set < (part + 1) * sets / parts; ++set) {
                       const std::int64_t group = set * signals.vectors + v;
                       read(signal_, input_, signals, 0, group, space.tile, space);
                       read(gradient_, grad_output_, signals, 0, group, gradient, space);
                       for (std::int64_t at = 0; at < size; at += complex_size<T>)
                         (Complex<T>::at(sum + at) +
                          product(Complex<T>::at(space.tile + at), Complex<T>::at(gradient + at).conjugate()))
                             .put(sum + at);
                     }
                   }
                 });
    parallel_for(pool_, signals.vectors, transform_work(), [&](std::int64_t begin, std::int64_t end) {
      const Workspace<T> space(transform_, cut_);
      for (std::int64_t v = begin; v < end; ++v) {
        std::copy_n(sums + v * parts * size, size, space.tile);
        for (std::int64_t part = 1; part < parts; ++part) {
          const T* more = sums + (v * parts + part) * size;
          for (std::int64_t at = 0; at < size; at += lanes<T>)
            store(space.tile + at, load(space.tile + at) + load(more + at));
        }
        KernelLanes<T> kernels;
        kernels.used = static_cast<int>(std::min<std::int64_t>(signals.channels - signals.first_channel(v), lanes<T>));
        for (int k = 0; k < kernels.used; ++k) kernels.plane[k] = grad_weight_.plane(signals.first_channel(v) + k, 0);
        write(kernels, static_cast<int>(signals.shared), space);
      }
    });
  }

  // Sums over channels: all spectra of a chunk of blocks, and a matrix product a frequency that sums over them.
  void products() const {
    const SpectraLayout<T> layout(problem_, false);
    const std::int64_t held = chunk(transform_, problem_.in_channels + problem_.out_channels);
    const Spectra<T> most_in(Signals<T>(problem_.in_channels, held, true));
    const Spectra<T> most_out(Signals<T>(problem_.out_channels, held, true));
    const std::int64_t bins = transform_.bins();
    T* const sums =
        scratch<T>(bins * (layout.frequency() + most_in.frequency() + most_out.frequency()), Scratch::stage);
    T* const signals = sums + bins * layout.frequency();
    T* const gradients = signals + bins * most_in.frequency();
    for (std::int64_t first = 0; first < blocks(); first += held) {
      const std::int64_t count = std::min(held, blocks() - first);
      const Signals<T> in(problem_.in_channels, count, true), out(problem_.out_channels, count, true);
      const std::int64_t groups = in.groups(count);
      parallel_for(pool_, groups + out.groups(count), transform_work(), [&](std::int64_t begin, std::int64_t end) {
        const Workspace<T> space(transform_, cut_);
        for (std::int64_t group = begin; group < end; ++group)
          if (group < groups) {
            read(signal_, input_, in, first, group, space.tile, space);
            Spectra<T>(in).store(transform_, space.tile, group, T(1), signals);
          } else {
            read(gradient_, grad_output_, out, first, group - groups, space.tile, space);
            Spectra<T>(out).store(transform_, space.tile, group - groups, T(-1), gradients);
          }
      });
      multiply_all(layout, in, out, signals, gradients, sums, first > 0);
    }
    parallel_for(pool_, layout.count(), transform_work(), [&](std::int64_t begin, std::int64_t end) {
      const Workspace<T> space(transform_, cut_);
      for (std::int64_t n = begin; n < end; ++n) {
        const KernelLanes<T> kernels = layout.kernels(grad_weight_, n);
        for (std::int64_t bin = 0; bin < bins; ++bin) {
          const T* from = sums + bin * layout.frequency() + layout.place(n);
          Complex<T>{load_part(from, kernels.used), load_part(from + layout.part(), kernels.used)}.put(
              space.tile + bin * complex_size<T>);
        }
        write(kernels, 1, space);
      }
    });
  }

  void multiply_all(const SpectraLayout<T>& layout, const Signals<T>& in, const Signals<T>& out, const T* signals,
                    const T* gradients, T* sums, bool add) const {
    const Spectra<T> ins(in), outs(out);
    std::vector<std::int64_t> row, out_row, a_term, b_term;
    for (std::int64_t c = 0; c < layout.from; ++c) {
      row.push_back(c);
      out_row.push_back(c * 2 * layout.part());
    }
    for (std::int64_t block = 0; block < in.blocks; ++block) {
      a_term.push_back(in.lane(block));
      b_term.push_back(out.lane(block));
    }
    parallel_for(pool_, transform_.bins(), 4 * in.blocks * layout.count(), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t bin = begin; bin < end; ++bin)
        for (std::int64_t g = 0; g < layout.groups; ++g)
          multiply(Product<T>{signals + bin * ins.frequency() + g * layout.from,
                              gradients + bin * outs.frequency() + g * layout.to,
                              sums + bin * layout.frequency() + g * layout.from * 2 * layout.part(), row.data(),
                              a_term.data(), b_term.data(), out_row.data(), ins.part(), outs.part(), layout.part(),
                              layout.from, in.blocks, layout.to, add});
    });
  }

  const Problem& problem_;
  const Cut& cut_;
  const Reader<T>&signal_, &gradient_;
  const View<const T>&input_, &grad_output_;
  const View<T>& grad_weight_;
  ParallelFor pool_;
  Transform<T> transform_;
  KernelRows<T> rows_;
};

}  // namespace

template <typename T>
void backward_weight(const Problem& problem, View<const T> grad_output, View<const T> input, View<T> grad_weight,
                     ParallelFor pool) {
  Lengths total;
  std::array<std::vector<std::int64_t>, 3> gradient;
  for (int i = 0; i < 3; ++i) {
    const Axis& axis = problem.axis[i];
    total[i] = (axis.output() - 1) * axis.stride + 1;
    gradient[i] = striate::fft::spread(axis, 0, total[i]);
  }
  const Cut cut(problem, striate::fft::lengths_of(problem, total), total);
  const WindowsOfAxes signals = cut.whole(source_tables(problem)), gradients = cut.computed(gradient);
  const Reader<T> signal(input, signals, cut.length[2], static_cast<T>(problem.border_value));
  const Reader<T> grad(grad_output, gradients, cut.length[2], T(0));
  WeightGradient<T>(problem, cut, signal, input, grad, grad_output, grad_weight, pool).run();
}

template void backward_weight(const Problem&, View<const float>, View<const float>, View<float>, ParallelFor);
template void backward_weight(const Problem&, View<const double>, View<const double>, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::fft
