// backward_weight with lanes over the pixels of a row, for tensors whose rows lie in memory.
#pragma once

#include "../threading.hpp"
#include "planes.hpp"
#include "weight_tile.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// A task sums one chunk of (sample, box) pairs for one output channel, lane by lane and then the lanes; then chunks are
// added in order.
template <typename T>
class WeightPixels {
 public:
  explicit WeightPixels(const Gradient<T>& gradient) : job(gradient), shape(gradient.sweep) {
    taps = job.kernel[0] * job.kernel[1] * job.kernel[2];
    tap_vectors = (taps + n - 1) / n;
    tap_slots.resize(job.kernel[2]);
    for (const Tap& tap : job.sweep[2].bands[0].phases[0].taps) tap_slots[tap.kernel] = shape.slots(tap.offset);
  }

  void run(ParallelFor pool) const {
    const std::int64_t per_sample = boxes(job.sweep), items = job.batch * per_sample;
    const std::int64_t chunk = (items + most_chunks - 1) / most_chunks, chunks = (items + chunk - 1) / chunk;
    const std::int64_t outputs = job.sweep[0].targets() * job.sweep[1].targets() * job.sweep[2].targets();
    T* const partial = scratch<T>(chunks * job.channels * tap_vectors * n, Scratch::call);
    parallel_for(pool, chunks * job.channels, chunk * outputs * taps / 8, [&](std::int64_t begin, std::int64_t end) {
      T* const sum = scratch<T>(tap_vectors * n * n + shape.size());
      T* const memory = sum + tap_vectors * n * n;
      Planes<T> packed = shape;
      std::int64_t tables = -1;
      for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t channel = task % job.channels, first = task / job.channels * chunk;
        std::fill_n(sum, tap_vectors * n * n, T(0));
        for (std::int64_t item = first; item < std::min(items, first + chunk); ++item) {
          const Box here = box(job.sweep, item % per_sample);
          if (tables != item % per_sample) packed.set(here, memory);
          tables = item % per_sample;
          packed.pack(job.input, item / per_sample, channel / job.share, here, job.border, memory);
          add(item / per_sample, channel, here, packed, sum);
        }
        for (std::int64_t v = 0; v < tap_vectors; ++v)
          store(partial + (task * tap_vectors + v) * n, sum_lanes(sum + v * n * n));
      }
    });
    parallel_for(pool, job.channels, chunks * taps, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t channel = begin; channel < end; ++channel) {
        T* const sum = partial + channel * tap_vectors * n;
        for (std::int64_t i = 1; i < chunks; ++i)
          for (std::int64_t t = 0; t < taps; ++t) sum[t] += sum[i * job.channels * tap_vectors * n + t];
        T* const to = job.grad_weight.plane(0, channel);
        const T* from = sum;
        for (std::int64_t i = 0; i < job.kernel[0]; ++i)
          for (std::int64_t j = 0; j < job.kernel[1]; ++j)
            for (std::int64_t k = 0; k < job.kernel[2]; ++k) to[job.grad_weight.offset(i, j, k)] = *from++;
      }
    });
  }

 private:
  static constexpr std::int64_t n = lanes<T>;

  // Lane t is the sum of vector t's lanes.
  static Vector<T> sum_lanes(const T* vectors) {
    Vector<T> row[n];
#pragma GCC unroll 16
    for (int l = 0; l < n; ++l) row[l] = load(vectors + l * n);
    transpose(row);
#pragma GCC unroll 4
    for (int half = n / 2; half > 0; half /= 2)
#pragma GCC unroll 8
      for (int l = 0; l < half; ++l) row[l] += row[l + half];
    return row[0];
  }

  void add(std::int64_t sample, std::int64_t channel, const Box& box, const Planes<T>& packed, T* sum) const {
    const Phase &a = box.a->phases[0], &b = box.b->phases[0], &c = box.c->phases[0];
    const View<const T>& view = job.grad_output;
    const std::int64_t vectors = (c.count + n - 1) / n, pieces = (job.kernel[2] + tile_lines - 1) / tile_lines;
    WeightTileCall<T> call;
    call.line_step = n;
    call.shift = 0;
    call.gradient_row = n;
    call.gradient_step = view.stride[3];
    call.rows = vectors;
    call.columns = b.count;
    call.border = broadcast(job.border);
    call.skip = job.border == T(0);
    call.sum_line = n;
    call.last_lanes = static_cast<int>(c.count - (vectors - 1) * n);
    for (std::int64_t i = 0; i < a.count; ++i) {
      call.gradient = view.plane(sample, channel) + view.offset(a.first + i, b.first, c.first);
      for (const Tap& tap : a.taps) {
        call.line = packed.line.data() + (i * job.sweep[0].source_step + tap.offset) * packed.slots.size();
        for (std::int64_t piece = 0; piece < pieces; ++piece) {
          const std::int64_t from = piece * job.kernel[2] / pieces, to = (piece + 1) * job.kernel[2] / pieces;
          call.tap_line = tap_slots.data() + from;
          for_each_run(b.taps, packed.rows, longest_weight_run, [&](std::int64_t begin, std::int64_t end) {
            const auto place = [&](std::int64_t j) {
              return ((tap.kernel * job.kernel[1] + b.taps[j].kernel) * job.kernel[2] + from) * n;
            };
            call.column = packed.column.data() + packed.rows(b.taps[begin].offset);
            call.sum = sum + place(begin);
            call.sum_step = end - begin > 1 ? place(begin + 1) - place(begin) : 0;
            find_weight_tile<T, Lane::pixels>(to - from, end - begin)(call);
          });
        }
      }
    }
  }

  const Gradient<T>& job;
  const Planes<T> shape;  // without tables
  std::int64_t taps;
  std::int64_t tap_vectors;
  std::vector<std::int64_t> tap_slots;  // of each column of the kernel
};

}  // namespace striate::STRIATE_LEVEL::depthwise
