// backward_weight with lanes over channels: any geometry, any strides.
#pragma once

#include <memory>

#include "../scratch.hpp"
#include "../threading.hpp"
#include "channel_blocks.hpp"
#include "weight_tile.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// A task sums one chunk of (sample, box) pairs for one block of output channels; then chunks are added in order.
template <typename T>
class WeightChannels {
 public:
  WeightChannels(const Gradient<T>& gradient) : job(gradient) {
    const Sweeps& sweep = job.sweep;
    slots = {sweep[2].source_step, (sweep[2].packed() + sweep[2].source_step - 1) / sweep[2].source_step};
    taps = job.kernel[0] * job.kernel[1] * job.kernel[2];
    packed = sweep[0].packed() * sweep[1].packed() * slots.size() * n;
    for (std::int64_t i = 0; i < boxes(sweep); ++i)
      staged = std::max(staged, positions(source_ranges(box(sweep, i))) * n);
    outputs = sweep[0].targets() * sweep[1].targets() * sweep[2].targets() * n;
  }

  void run(ParallelFor pool) const {
    const std::int64_t blocks = (job.channels + n - 1) / n, groups = (blocks + job.group - 1) / job.group;
    const std::int64_t items = job.batch * boxes(job.sweep);
    const std::int64_t chunk = (items + most_chunks - 1) / most_chunks, chunks = (items + chunk - 1) / chunk;
    const std::unique_ptr<T[]> partial = std::make_unique_for_overwrite<T[]>(blocks * chunks * taps * n);
    parallel_for(pool, chunks * groups, job.group * chunk * outputs * taps / 8,
                 [&](std::int64_t begin, std::int64_t end) {
                   T* const rest = scratch<T>(job.group * (packed + outputs) + staged);
                   std::vector<std::int64_t> offsets(taps);
                   for (std::int64_t step = begin; step < end; ++step) {
                     const std::int64_t first = step % groups * job.group, first_item = step / groups * chunk;
                     const std::int64_t count = std::min(job.group, blocks - first);
                     T* const sum = partial.get() + (step / groups * blocks + first) * taps * n;
                     std::fill_n(sum, count * taps * n, T(0));
                     for (std::int64_t item = first_item; item < std::min(items, first_item + chunk); ++item)
                       add(item / boxes(job.sweep), first * n, count, box(job.sweep, item % boxes(job.sweep)), sum,
                           offsets.data(), rest);
                   }
                 });
    parallel_for(pool, blocks, chunks * taps * n, [&](std::int64_t begin, std::int64_t end) {
      const std::int64_t size = taps * n;
      for (std::int64_t block = begin; block < end; ++block) {
        T* const sum = partial.get() + block * size;
        for (std::int64_t i = 1; i < chunks; ++i)
          for (std::int64_t j = 0; j < size; ++j) sum[j] += sum[i * blocks * size + j];
        write_lanes(sum, job.grad_weight, 0, block * n, used_lanes(block * n), job.kernel[2],
                    {Range{0, job.kernel[0]}, {0, job.kernel[1]}, {0, job.kernel[2]}});
      }
    });
  }

 private:
  static constexpr std::int64_t n = lanes<T>;

  int used_lanes(std::int64_t first) const { return static_cast<int>(std::min(n, job.channels - first)); }

  void add(std::int64_t sample, std::int64_t first, std::int64_t blocks, const Box& box, T* sum, std::int64_t* offsets,
           T* rest) const {
    T* const stage = rest + job.group * packed;
    const std::int64_t row = slots.size() * n, slab = std::ssize(box.b->source) * row;
    const bool together = job.share == 1 && job.input.stride[1] == 1;
    for (std::int64_t g = 0; g < (together ? 1 : blocks); ++g) {
      const auto from = read_lanes(job.input, sample, used_lanes(first + g * n), job.share == 1, job.size[2],
                                   source_ranges(box), stage, [&](int l) { return (first + g * n + l) / job.share; });
      pack_lanes(from, box, slots, job.border, together ? blocks : 1,
                 together ? used_lanes(first + (blocks - 1) * n) : static_cast<int>(n), rest + g * packed, packed);
    }
    std::array<LaneView<const T>, most_group_blocks> gradient;
    for (std::int64_t g = 0; g < blocks; ++g) {
      const int used = used_lanes(first + g * n);
      const auto channel = [&](int l) { return first + g * n + l; };
      T* const block = stage + staged + g * outputs;
      // Whole vectors only: a gradient is read again for every few taps.
      if (used < n)
        stage_lanes(job.grad_output, sample, used, true, job.output_size[2], target_ranges(box), block, channel);
      gradient[g] = used < n ? staged_view<const T>(block, target_ranges(box))
                             : read_lanes(job.grad_output, sample, used, true, job.output_size[2], target_ranges(box),
                                          block, channel);
    }
    const Phase &a = box.a->phases[0], &b = box.b->phases[0], &c = box.c->phases[0];
    for (const Tap& i : a.taps)
      for (const Tap& j : b.taps)
        for (const Tap& k : c.taps)
          offsets[(i.kernel * job.kernel[1] + j.kernel) * job.kernel[2] + k.kernel] =
              i.offset * slab + j.offset * row + slots(k.offset) * n;

    // Rows in one sweep: enough that accumulators are loaded and stored rarely, few enough to stay in the L1 cache.
    constexpr std::int64_t outputs_in_sweep = 64;
    const std::int64_t rows = (outputs_in_sweep + c.count - 1) / c.count;
    const std::int64_t pieces = (taps + tile_taps - 1) / tile_taps;
    for (std::int64_t i = 0; i < a.count; ++i) {
      for (std::int64_t j = 0; j < b.count; j += rows) {
        for (std::int64_t g = 0; g < blocks; ++g) {
          const LaneView<const T>& from = gradient[g];
          const WeightTileCall<T> call = {
              rest + g * packed + i * job.sweep[0].source_step * slab + j * job.sweep[1].source_step * row,
              job.sweep[1].source_step * row,
              from.row(a.first + i, b.first + j) + (c.first - from.origin[2]) * from.stride[2],
              from.stride[1],
              from.stride[2],
              std::min(rows, b.count - j),
              c.count};
          for (std::int64_t piece = 0; piece < pieces; ++piece) {
            const std::int64_t begin = piece * taps / pieces, end = (piece + 1) * taps / pieces;
            weight_tiles<T>[end - begin - 1](call, offsets + begin, sum + (g* taps + begin)* n);
          }
        }
      }
    }
  }

  const Gradient<T>& job;
  Slots slots;
  std::int64_t taps;
  std::int64_t packed;  // elements, as the next two
  std::int64_t staged = 0;
  std::int64_t outputs;
};

}  // namespace striate::STRIATE_LEVEL::depthwise
