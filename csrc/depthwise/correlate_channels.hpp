// A correlation with lanes over channels: any geometry, any strides.
#pragma once

#include "../scratch.hpp"
#include "../threading.hpp"
#include "channel_blocks.hpp"
#include "channel_tile.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// A task is one sample's group of blocks of channels in one box of targets.
template <typename T>
class CorrelateChannels {
 public:
  explicit CorrelateChannels(const Correlation<T>& correlation) : job(correlation) {
    const Sweeps& sweep = job.sweep;
    group = job.group;
    slots = {sweep[2].source_step, (sweep[2].packed() + sweep[2].source_step - 1) / sweep[2].source_step};
    taps = job.kernel[0] * job.kernel[1] * job.kernel[2] * job.planes;
    plane = sweep[0].packed() * sweep[1].packed() * slots.size() * n;
    for (std::int64_t i = 0; i < boxes(sweep); ++i)
      staged_source = std::max(staged_source, positions(source_ranges(box(sweep, i))) * n);
    staged_target = sweep[0].targets() * sweep[1].targets() * sweep[2].targets() * n;
    folded = job.folds() ? job.size[0] * job.size[1] * job.size[2] * n : 0;
  }

  void run(ParallelFor pool) const {
    const std::int64_t blocks = (job.channels + n - 1) / n;
    const std::int64_t groups = (blocks + group - 1) / group;
    const std::int64_t per_sample = boxes(job.sweep);
    const std::int64_t size =
        group * (taps * n + plane * job.planes + staged_target) + std::max({staged_source, folded, taps * n});
    // Samples inside a group, so that weights are packed once.
    parallel_for(pool, groups * job.batch * per_sample, group * staged_target * taps / 8,
                 [&](std::int64_t begin, std::int64_t end) {
                   T* const weights = scratch<T>(size);
                   T* const rest = weights + group * taps * n;
                   std::vector<TapRun> runs;
                   std::int64_t packed = -1;
                   for (std::int64_t step = begin; step < end; ++step) {
                     const std::int64_t first = step / per_sample / job.batch * group;
                     const std::int64_t count = std::min(group, blocks - first);
                     if (packed != first)
                       for (std::int64_t g = 0; g < count; ++g)
                         pack_weights((first + g) * n, weights + g * taps * n, rest);
                     packed = first;
                     compute(step / per_sample % job.batch, first * n, count, box(job.sweep, step % per_sample),
                             weights, runs, rest);
                   }
                 });
  }

 private:
  static constexpr std::int64_t n = lanes<T>;

  int used_lanes(std::int64_t first) const { return static_cast<int>(std::min(n, job.channels - first)); }

  // [phase][plane][tap][lane], in the order in which `compute` visits them.
  void pack_weights(std::int64_t first, T* packed, T* natural) const {
    const int used = used_lanes(first);
    const Ranges all = whole(job.kernel);
    const std::int64_t size = positions(all);
    for (std::int64_t m = 0; m < job.planes; ++m)
      stage_lanes(job.weight, 0, used, false, job.kernel[2], all, natural + m * size * n,
                  [&](int l) { return job.weight_channel(first + l, m); });
    for_each_phase(box(job.sweep, 0), [&](const Phase& a, const Phase& b, const Phase& c) {
      for (std::int64_t m = 0; m < job.planes; ++m)
        for (const Tap& i : a.taps)
          for (const Tap& j : b.taps)
            for (const Tap& k : c.taps) {
              const std::int64_t tap = (i.kernel * job.kernel[1] + j.kernel) * job.kernel[2] + k.kernel;
              store(packed, load(natural + (m * size + tap) * n));
              packed += n;
            }
    });
  }

  void compute(std::int64_t sample, std::int64_t first, std::int64_t blocks, const Box& box, const T* weights,
               std::vector<TapRun>& runs, T* rest) const {
    T* const packed = rest;
    T* const result = packed + group * job.planes * plane;
    T* const stage = result + group * staged_target;
    const int used = used_lanes(first + (blocks - 1) * n);
    const std::int64_t row = slots.size() * n, slab = std::ssize(box.b->source) * row;
    const Ranges targets = target_ranges(box);
    pack(sample, first, blocks, used, box, packed, stage);

    // Blocks of whole vectors are written where they belong, others by way of `result`.
    const View<T>& view = job.target;
    const bool in_place = view.stride[1] == 1 && !job.folds();
    const std::int64_t full = !in_place ? 0 : used == n ? blocks : blocks - 1;
    const LaneView<T> direct = {view.plane(sample, first) + view.offset(box.a->begin, box.b->begin, box.c->begin),
                                {view.stride[2], view.stride[3], view.stride[4]},
                                {box.a->begin, box.b->begin, box.c->begin}};

    for_each_phase(box, [&](const Phase& a, const Phase& b, const Phase& c) {
      runs.clear();
      for (std::int64_t m = 0; m < job.planes; ++m)
        for (const Tap& i : a.taps)
          for (const Tap& j : b.taps) append_runs(c, m * plane + i.offset * slab + j.offset * row, runs);
      const TileCall<T> call = {packed,
                                job.sweep[1].source_step * row,
                                runs.data(),
                                std::ssize(runs),
                                weights,
                                {},
                                job.epilogue.activation,
                                nullptr,
                                0,
                                0};
      compute_phase(a, b, c, call, first, 0, full, job.sweep[0].source_step * slab, direct, n);
      compute_phase(a, b, c, call, first, full, blocks, job.sweep[0].source_step * slab, staged_view(result, targets),
                    staged_target);
      weights += job.planes * std::ssize(a.taps) * std::ssize(b.taps) * std::ssize(c.taps) * n;
    });

    for (std::int64_t g = full; g < blocks; ++g) {
      const std::int64_t channel = first + g * n;
      const T* block = result + g * staged_target;
      if (job.folds()) {
        fold(job.fold, job.size, n, block, stage);
        write_lanes(stage, view, sample, channel, used_lanes(channel), job.size[2], whole(job.size));
      } else {
        write_lanes(block, view, sample, channel, used_lanes(channel), job.size[2], targets);
      }
    }
  }

  // The last axis' taps as runs of neighbouring slots, none too long for the tile.
  void append_runs(const Phase& c, std::int64_t offset, std::vector<TapRun>& runs) const {
    for (std::size_t begin = 0, end; begin < c.taps.size(); begin = end) {
      end = begin + 1;
      while (end < c.taps.size() && slots(c.taps[end].offset) == slots(c.taps[end - 1].offset) + 1) ++end;
      const std::size_t size = end - begin, pieces = (size + longest_tap_run - 1) / longest_tap_run;
      for (std::size_t piece = 0; piece < pieces; ++piece) {
        const std::size_t from = piece * size / pieces, to = (piece + 1) * size / pieces;
        runs.push_back({offset + slots(c.taps[begin + from].offset) * n, static_cast<std::int64_t>(to - from)});
      }
    }
  }

  void pack(std::int64_t sample, std::int64_t first, std::int64_t blocks, int used, const Box& box, T* packed,
            T* stage) const {
    const Ranges sources = source_ranges(box);
    const bool neighbours = job.planes == 1 && job.share == 1;
    const bool together = neighbours && job.source.stride[1] == 1;
    for (std::int64_t g = 0; g < (together ? 1 : blocks); ++g) {
      for (std::int64_t m = 0; m < job.planes; ++m) {
        const auto channel = [&](int l) { return job.source_channel(first + g * n + l, m); };
        const int lanes_used = used_lanes(first + g * n);
        const auto from =
            read_lanes(job.source, sample, lanes_used, neighbours, job.source_size[2], sources, stage, channel);
        pack_lanes(from, box, slots, job.border, together ? blocks : 1, together ? used : static_cast<int>(n),
                   packed + (g * job.planes + m) * plane, job.planes * plane);
      }
    }
  }

  // Blocks [begin, end) of the group; `to` is that of block 0, `block_step` leads to the next.
  void compute_phase(const Phase& a, const Phase& b, const Phase& c, TileCall<T> call, std::int64_t first,
                     std::int64_t begin, std::int64_t end, std::int64_t source_slab, const LaneView<T>& to,
                     std::int64_t block_step) const {
    if (begin == end || a.count * b.count * c.count == 0) return;
    const T *const packed = call.source, *const weights = call.weight;
    const TileShape shape = tile_shape(c.count);
    const T* const bias = job.epilogue.bias;
    call.target_row = job.sweep[1].target_step * to.stride[1];
    call.target_step = job.sweep[2].target_step * to.stride[2];
    for (std::int64_t i = 0; i < a.count; ++i) {
      for (std::int64_t j = 0, rows; j < b.count; j += rows) {
        rows = shape.rows;
        while (rows > b.count - j) rows /= 2;
        const T* source = packed + i * source_slab + j * call.source_row;
        T* target = to.row(a.first + i * job.sweep[0].target_step, b.first + j * job.sweep[1].target_step) +
                    (c.first - to.origin[2]) * to.stride[2];
        for (std::int64_t k = 0, columns; k < c.count; k += columns) {
          columns = std::min<std::int64_t>(shape.columns, c.count - k);
          const Tile<T> tile = find_tile<T>(rows, columns);
          for (std::int64_t g = begin; g < end; ++g) {
            call.source = source + k * n + g * job.planes * plane;
            call.weight = weights + g * taps * n;
            call.target = target + k * call.target_step + g * block_step;
            call.bias = bias ? load_part(bias + first + g * n, used_lanes(first + g * n)) : Vector<T>{};
            tile(call);
          }
        }
      }
    }
  }

  const Correlation<T>& job;
  std::int64_t group;
  Slots slots;
  std::int64_t taps;
  std::int64_t plane;              // elements of a packed source plane
  std::int64_t staged_source = 0;  // elements, as the next two
  std::int64_t staged_target;
  std::int64_t folded;
};

}  // namespace striate::STRIATE_LEVEL::depthwise
