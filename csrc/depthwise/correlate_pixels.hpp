// A correlation with lanes over the pixels of a row, for tensors whose rows lie in memory.
#pragma once

#include "../threading.hpp"
#include "planes.hpp"
#include "tile.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// A step is one channel of one sample in one box of targets. `weights` are those of `pack`, of one plane a block.
template <typename T>
class CorrelatePixels {
 public:
  CorrelatePixels(const Correlation<T>& correlation, const T* weights)
      : job(correlation), weights(weights), shape(correlation.sweep), step(job.sweep[2].target_step) {
    taps = job.kernel[0] * job.kernel[1] * job.kernel[2];
    width = (job.sweep[2].targets() / step + n) / n * n;
    if (step > 1) staged = job.sweep[0].targets() * job.sweep[1].targets() * step * width;
  }

  void run(ParallelFor pool) const {
    const std::int64_t planes = job.batch * job.channels;
    const std::int64_t outputs = job.sweep[0].targets() * job.sweep[1].targets() * job.sweep[2].targets();
    // Planes inside a box, so that its tables are made once.
    parallel_for(pool, boxes(job.sweep) * planes, outputs * taps / 8, [&](std::int64_t begin, std::int64_t end) {
      T* const memory = scratch<T>(shape.size() + staged);
      Planes<T> packed = shape;
      std::vector<std::vector<TapRun>> runs;
      for (std::int64_t i = begin; i < end; ++i) {
        const Box here = box(job.sweep, i / planes);
        if (i == begin || i % planes == 0) {
          packed.set(here, memory);
          runs = runs_of(here);
        }
        compute(i % planes / job.channels, i % job.channels, here, packed, runs, memory);
      }
    });
  }

 private:
  static constexpr std::int64_t n = lanes<T>;

  // Of each phase.
  std::vector<std::vector<TapRun>> runs_of(const Box& box) const {
    std::vector<std::vector<TapRun>> all;
    for_each_phase(box, [&](const Phase& a, const Phase& b, const Phase& c) {
      std::vector<TapRun>& runs = all.emplace_back();
      for (const Tap& i : a.taps)
        for (const Tap& k : c.taps)
          for_each_run(b.taps, shape.rows, longest_tap_run, [&](std::int64_t begin, std::int64_t end) {
            const auto weight = [&](const Tap& j) {
              return ((i.kernel * job.kernel[1] + j.kernel) * job.kernel[2] + k.kernel) * n;
            };
            const Tap& j = b.taps[begin];
            runs.push_back({i.offset * shape.slots.size() + shape.slots(k.offset), shape.rows(j.offset), end - begin,
                            weight(j), end - begin > 1 ? weight(b.taps[begin + 1]) - weight(j) : 0});
          });
    });
    return all;
  }

  void compute(std::int64_t sample, std::int64_t channel, const Box& box, const Planes<T>& packed,
               const std::vector<std::vector<TapRun>>& runs, T* memory) const {
    packed.pack(job.source, sample, job.source_channel(channel, 0), box, job.border, memory);
    const View<T>& view = job.target;
    T* const direct = view.plane(sample, channel);
    T* const stage = memory + packed.size();
    TileCall<T> call;
    call.line_step = n;
    call.shift = 0;
    call.weight = weights + channel / n * taps * n + channel % n;
    call.bias = broadcast(job.epilogue.bias ? job.epilogue.bias[channel] : T(0));
    call.border = broadcast(job.border);
    call.skip = job.border == T(0);
    call.activation = job.epilogue.activation;
    call.target_row = n;

    // Where a phase's first target of row (a, b) belongs: in the tensor if its row is all the tensor's row, else to be
    // interleaved with the other phases.
    std::size_t phase = 0;
    for_each_phase(box, [&](const Phase& a, const Phase& b, const Phase& c) {
      const std::vector<TapRun>& taps_of_phase = runs[phase++];
      call.run = taps_of_phase.data();
      call.runs = std::ssize(taps_of_phase);
      const std::int64_t row = step > 1 ? step * width : view.stride[3];
      call.target_step = job.sweep[1].target_step * row;
      for (std::int64_t i = 0; i < a.count; ++i) {
        const std::int64_t at = a.first + i * job.sweep[0].target_step;
        T* const to = step > 1 ? stage + (at - box.a->begin) * box.b->size() * row + (b.first - box.b->begin) * row +
                                     (c.first - box.c->begin) * width
                               : direct + view.offset(at, b.first, c.first);
        call.line = packed.line.data() + i * job.sweep[0].source_step * packed.slots.size();
        compute_rows(b.count, c.count, to, packed, call);
      }
    });
    if (step == 1) return;
    const T* row = stage;
    for (std::int64_t i = box.a->begin; i < box.a->end; ++i)
      for (std::int64_t j = box.b->begin; j < box.b->end; ++j, row += step * width)
        interleave(row, box.c->size(), direct + view.offset(i, j, box.c->begin));
  }

  void compute_rows(std::int64_t rows, std::int64_t columns, T* to, const Planes<T>& packed, TileCall<T> call) const {
    if (rows * columns == 0) return;
    const TileShape tile = tile_shape(rows, false);
    const T* const* const line = call.line;
    const std::int64_t vectors = (columns + n - 1) / n, last = columns - (vectors - 1) * n;
    for (std::int64_t v = 0, wide; v < vectors; v += wide) {
      wide = tile.rows;
      while (wide > vectors - v) wide /= 2;
      call.line = line + v * n;
      call.last_lanes = static_cast<int>(v + wide == vectors ? last : n);
      for (std::int64_t j = 0, high; j < rows; j += high) {
        high = std::min<std::int64_t>(tile.columns, rows - j);
        call.column = packed.column.data() + j;
        call.target = to + v * n + j * call.target_step;
        find_tile<T, Lane::pixels>(wide, high)(call);
      }
    }
  }

  // to[i] = row[i % step][i / step].
  void interleave(const T* row, std::int64_t count, T* to) const {
    std::int64_t i = 0;
    if (step == 2)
      for (; i < count / 2; ++i) {
        to[2 * i] = row[i];
        to[2 * i + 1] = row[width + i];
      }
    for (i *= 2; i < count; ++i) to[i] = row[i % step * width + i / step];
  }

  const Correlation<T>& job;
  const T* weights;
  const Planes<T> shape;  // without tables
  const std::int64_t step;
  std::int64_t taps;
  std::int64_t width;       // of a staged phase of a row: whole vectors
  std::int64_t staged = 0;  // elements
};

}  // namespace striate::STRIATE_LEVEL::depthwise
