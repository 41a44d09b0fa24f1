// A correlation with lanes over channels: any geometry, any strides.
#pragma once

#include "../scratch.hpp"
#include "../threading.hpp"
#include "mask.hpp"
#include "tile.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// A task is one sample's group of blocks of channels in one box of targets. `weights` are those of `pack`.
template <typename T>
class CorrelateChannels {
 public:
  CorrelateChannels(const Correlation<T>& correlation, const T* weights) : job(correlation), weights(weights) {
    const Sweeps& sweep = job.sweep;
    slots = {sweep[2].source_step, (sweep[2].packed() + sweep[2].source_step - 1) / sweep[2].source_step};
    taps = job.kernel[0] * job.kernel[1] * job.kernel[2];
    for (std::int64_t i = 0; i < boxes(sweep); ++i)
      staged_source = std::max(staged_source, positions(source_ranges(box(sweep, i))) * n);
    staged_target = sweep[0].targets() * sweep[1].targets() * sweep[2].targets() * n;
    folded = job.folds() ? job.size[0] * job.size[1] * job.size[2] * n : 0;
  }

  void run(ParallelFor pool) const {
    const std::int64_t blocks = (job.channels + n - 1) / n, groups = (blocks + job.group - 1) / job.group;
    const std::int64_t per_sample = boxes(job.sweep);
    parallel_for(pool, groups * job.batch * per_sample, job.group * staged_target * taps * job.planes / 8,
                 [&](std::int64_t begin, std::int64_t end) {
                   Task task;
                   for (std::int64_t step = begin; step < end; ++step) {
                     const std::int64_t first = step / per_sample / job.batch * job.group;
                     compute(step / per_sample % job.batch, first * n, std::min(job.group, blocks - first),
                             box(job.sweep, step % per_sample), task);
                   }
                 });
  }

 private:
  static constexpr std::int64_t n = lanes<T>;

  struct Task {
    Lines<T> lines;
    std::vector<TapRun> runs;
    bool in_pairs;  // the runs are squares
  };

  int used_lanes(std::int64_t first) const { return static_cast<int>(std::min(n, job.channels - first)); }

  void compute(std::int64_t sample, std::int64_t first, std::int64_t blocks, const Box& box, Task& task) const {
    const Ranges sources = source_ranges(box), targets = target_ranges(box);
    const bool streamed =
        job.batch * job.channels * job.size[0] * job.size[1] * job.size[2] * std::int64_t{sizeof(T)} >= streamed_bytes;
    const bool neighbours = job.planes == 1 && job.share == 1;
    const View<T>& view = job.target;

    // Blocks whose vectors lie in both tensors as the tile wants them, then those that are staged.
    const bool in_place = neighbours && job.source.stride[1] == 1 && view.stride[1] == 1 && !job.folds();
    const std::int64_t whole_blocks = !in_place ? 0 : used_lanes(first + (blocks - 1) * n) == n ? blocks : blocks - 1;
    T* const stage = scratch<T>(staged_source * job.planes + staged_target + folded);
    T* const result = stage + staged_source * job.planes;
    if (whole_blocks > 0) {
      const auto from = read(sample, n, true, sources, stage, [&](int l) { return first + l; });
      task.lines.set(from, job.source_shown, sample, box, slots, 1, 0);
      const LaneView<T> to = {view.plane(sample, first) + view.offset(box.a->begin, box.b->begin, box.c->begin),
                              {view.stride[2], view.stride[3], view.stride[4]},
                              {box.a->begin, box.b->begin, box.c->begin}};
      write_hidden(view, job.shown, sample, first, whole_blocks * n, job.size[2], targets, streamed);
      for_each_visible(job.shown, sample, targets,
                       [&](const Ranges& part) { compute_blocks(box, part, first, whole_blocks, to, task); });
    }
    for (std::int64_t g = whole_blocks; g < blocks; ++g) {
      const std::int64_t channel = first + g * n;
      const int used = used_lanes(channel);
      LaneView<const T> from = {};
      for (std::int64_t m = 0; m < job.planes; ++m) {
        const auto plane = read(sample, used, neighbours, sources, stage + m * staged_source,
                                [&](int l) { return job.source_channel(channel + l, m); });
        if (m == 0) from = plane;
      }
      task.lines.set(from, job.source_shown, sample, box, slots, job.planes, staged_source);
      if (job.folds()) {
        compute_blocks(box, targets, channel, 1, staged_view(result, targets), task);
        T* const inside = result + staged_target;
        fold(job.fold, job.size, n, result, inside);
        write_lanes(inside, view, sample, channel, used, job.size[2], whole(job.size));
        continue;
      }
      write_hidden(view, job.shown, sample, channel, used, job.size[2], targets, streamed);
      for_each_visible(job.shown, sample, targets, [&](const Ranges& part) {
        compute_blocks(box, part, channel, 1, staged_view(result, part), task);
        write_lanes(result, view, sample, channel, used, job.size[2], part);
      });
    }
  }

  template <typename Channel>
  LaneView<const T> read(std::int64_t sample, int used, bool neighbours, const Ranges& sources, T* stage,
                         const Channel& channel) const {
    return read_visible(job.source, job.source_shown, sample, used, neighbours, job.source_size[2], sources, stage,
                        channel);
  }

  // The targets `part` of `blocks` blocks from channel `first` on, whose tables are `task.lines` and that follow each
  // other in memory.
  void compute_blocks(const Box& box, const Ranges& part, std::int64_t first, std::int64_t blocks,
                      const LaneView<T>& to, Task& task) const {
    for_each_phase(box, [&](const Phase& a, const Phase& b, const Phase& c) {
      const std::array<Run, 3> run = {within(a, 0, part), within(b, 1, part), within(c, 2, part)};
      for (const Run& targets : run)
        if (targets.begin >= targets.end) return;
      set_runs(a, b, c, task);
      compute_phase({&a, &b, &c}, run, first, blocks, to, task);
    });
  }

  // Which targets of a phase lie in a part of the box.
  Run within(const Phase& phase, int axis, const Ranges& part) const {
    const std::int64_t step = job.sweep[axis].target_step;
    const auto from = [&](std::int64_t target) {
      return std::clamp<std::int64_t>((target - phase.first + step - 1) / step, 0, phase.count);
    };
    return {from(part[axis].begin), from(part[axis].end)};
  }

  void set_runs(const Phase& a, const Phase& b, const Phase& c, Task& task) const {
    task.runs.clear();
    // A square of taps that follow each other on both axes is one run, of tiles of two rows.
    const std::int64_t size = std::ssize(b.taps);
    task.in_pairs = square > 1 && size == square && std::ssize(c.taps) == square && job.sweep[1].source_step == 1 &&
                    follow(b.taps, 1) && follow(c.taps, slots.step);
    for (std::int64_t m = 0; m < job.planes; ++m)
      for (const Tap& i : a.taps)
        for (std::int64_t row = 0; row < (task.in_pairs ? 1 : size); ++row)
          for_each_run(c.taps, slots, longest_tap_run, [&](std::int64_t begin, std::int64_t end) {
            const auto weight = [&](const Tap& j, const Tap& k) {
              return (((m * job.kernel[0] + i.kernel) * job.kernel[1] + j.kernel) * job.kernel[2] + k.kernel) * n;
            };
            const Tap &j = b.taps[row], &k = c.taps[begin];
            TapRun run = {m * task.lines.plane + i.offset * task.lines.slab + j.offset, slots(k.offset), end - begin,
                          weight(j, k), end - begin > 1 ? weight(j, c.taps[begin + 1]) - weight(j, k) : 0};
            if (task.in_pairs) run.height = size, run.weight_row = weight(b.taps[1], k) - weight(j, k);
            task.runs.push_back(run);
          });
  }

  void compute_phase(const std::array<const Phase*, 3>& phase, const std::array<Run, 3>& run, std::int64_t first,
                     std::int64_t blocks, const LaneView<T>& to, const Task& task) const {
    TileCall<T> call;
    call.line_step = job.sweep[1].source_step;
    call.run = task.runs.data();
    call.runs = std::ssize(task.runs);
    call.border = broadcast(job.border);
    call.skip = job.border == T(0);
    call.activation = job.epilogue.activation;
    call.target_row = job.sweep[1].target_step * to.stride[1];
    call.target_step = job.sweep[2].target_step * to.stride[2];
    const TileShape shape = tile_shape(run[2].end - run[2].begin, task.in_pairs && run[1].end - run[1].begin > 1);
    const T* const bias = job.epilogue.bias;
    const std::int64_t block_weights = taps * job.planes * n;
    for (std::int64_t i = run[0].begin; i < run[0].end; ++i) {
      for (std::int64_t j = run[1].begin, rows; j < run[1].end; j += rows) {
        rows = shape.rows;
        while (rows > run[1].end - j) rows /= 2;
        call.line = task.lines.line.data() + i * job.sweep[0].source_step * task.lines.slab + j * call.line_step;
        T* target =
            to.row(phase[0]->first + i * job.sweep[0].target_step, phase[1]->first + j * job.sweep[1].target_step) +
            (phase[2]->first - to.origin[2]) * to.stride[2];
        for (std::int64_t k = run[2].begin, columns; k < run[2].end; k += columns) {
          columns = std::min<std::int64_t>(shape.columns, run[2].end - k);
          const Tile<T> tile = find_tile<T>(rows, columns);
          call.column = k;
          for (std::int64_t g = 0; g < blocks; ++g) {
            call.shift = g * n;
            call.weight = weights + (first / n + g) * block_weights;
            call.target = target + k * call.target_step + g * n;
            call.bias = bias ? load_part(bias + first + g * n, used_lanes(first + g * n)) : Vector<T>{};
            tile(call);
          }
        }
      }
    }
  }

  const Correlation<T>& job;
  const T* weights;
  Slots slots;
  std::int64_t taps;
  std::int64_t staged_source = 0;  // elements
  std::int64_t staged_target;
  std::int64_t folded;
};

}  // namespace striate::STRIATE_LEVEL::depthwise
