// backward_weight with lanes over channels: any geometry, any strides.
#pragma once

#include <memory>

#include "../scratch.hpp"
#include "../threading.hpp"
#include "mask.hpp"
#include "weight_tile.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// A task sums one chunk of (sample, box) pairs for one group of blocks of output channels; then chunks are added in
// order.
template <typename T>
class WeightChannels {
 public:
  explicit WeightChannels(const Gradient<T>& gradient) : job(gradient) {
    const Sweeps& sweep = job.sweep;
    slots = {sweep[2].source_step, (sweep[2].packed() + sweep[2].source_step - 1) / sweep[2].source_step};
    taps = job.kernel[0] * job.kernel[1] * job.kernel[2];
    for (std::int64_t i = 0; i < boxes(sweep); ++i)
      staged = std::max(staged, positions(source_ranges(box(sweep, i))) * n);
    outputs = sweep[0].targets() * sweep[1].targets() * sweep[2].targets() * n;
  }

  void run(ParallelFor pool) const {
    const std::int64_t blocks = (job.channels + n - 1) / n, groups = (blocks + job.group - 1) / job.group;
    const std::int64_t items = job.batch * boxes(job.sweep);
    const std::int64_t chunk = (items + most_chunks - 1) / most_chunks, chunks = (items + chunk - 1) / chunk;
    const std::int64_t size = taps * n;
    T* const partial = scratch<T>(blocks * chunks * size, Scratch::call);
    parallel_for(
        pool, chunks * groups, job.group * chunk * outputs * taps / 8, [&](std::int64_t begin, std::int64_t end) {
          Lines<T> lines;
          for (std::int64_t step = begin; step < end; ++step) {
            const std::int64_t first = step % groups * job.group, first_item = step / groups * chunk;
            const std::int64_t count = std::min(job.group, blocks - first);
            T* const sum = partial + (step / groups * blocks + first) * size;
            std::fill_n(sum, count * size, T(0));
            for (std::int64_t item = first_item; item < std::min(items, first_item + chunk); ++item)
              add(item / boxes(job.sweep), first * n, count, box(job.sweep, item % boxes(job.sweep)), sum, lines);
          }
        });
    parallel_for(pool, blocks, chunks * size, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t block = begin; block < end; ++block) {
        T* const sum = partial + block * size;
        for (std::int64_t i = 1; i < chunks; ++i)
          for (std::int64_t j = 0; j < size; ++j) sum[j] += sum[i * blocks * size + j];
        write_lanes(sum, job.grad_weight, 0, block * n, used_lanes(block * n), job.kernel[2], whole(job.kernel));
      }
    });
  }

 private:
  static constexpr std::int64_t n = lanes<T>;

  int used_lanes(std::int64_t first) const { return static_cast<int>(std::min(n, job.channels - first)); }

  // Blocks whose vectors lie in both tensors as the tile wants them together, then those that are staged.
  void add(std::int64_t sample, std::int64_t first, std::int64_t blocks, const Box& box, T* sum,
           Lines<T>& lines) const {
    const bool in_place = job.share == 1 && job.input.stride[1] == 1 && job.grad_output.stride[1] == 1;
    const std::int64_t whole_blocks = !in_place ? 0 : used_lanes(first + (blocks - 1) * n) == n ? blocks : blocks - 1;
    if (whole_blocks > 0) add_blocks(sample, first, whole_blocks, box, sum, lines);
    for (std::int64_t g = whole_blocks; g < blocks; ++g)
      add_blocks(sample, first + g * n, 1, box, sum + g * taps * n, lines);
  }

  void add_blocks(std::int64_t sample, std::int64_t first, std::int64_t blocks, const Box& box, T* sum,
                  Lines<T>& lines) const {
    T* const stage = scratch<T>(staged + outputs);
    const int used = used_lanes(first);
    const auto source = read_visible(job.input, job.input_shown, sample, used, job.share == 1, job.size[2],
                                     source_ranges(box), stage, [&](int l) { return (first + l) / job.share; });
    const auto gradient = read_visible(job.grad_output, job.shown, sample, used, true, job.output_size[2],
                                       target_ranges(box), stage + staged, [&](int l) { return first + l; });
    lines.set(source, job.input_shown, sample, box, slots, 1, 0);
    for_each_visible(job.shown, sample, target_ranges(box),
                     [&](const Ranges& part) { add_part(box, part, gradient, blocks, lines, sum); });
  }

  // What the outputs `part` add, whose tables are `lines`.
  void add_part(const Box& box, const Ranges& part, const LaneView<const T>& gradient, std::int64_t blocks,
                const Lines<T>& lines, T* sum) const {
    const Phase &a = box.a->phases[0], &b = box.b->phases[0], &c = box.c->phases[0];
    std::vector<std::int64_t> tap_lines(job.kernel[0] * job.kernel[1]);
    for (const Tap& i : a.taps)
      for (const Tap& j : b.taps) tap_lines[i.kernel * job.kernel[1] + j.kernel] = i.offset * lines.slab + j.offset;

    WeightTileCall<T> call;
    call.line_step = job.sweep[1].source_step;
    call.gradient_row = gradient.stride[1];
    call.gradient_step = gradient.stride[2];
    call.columns = part[2].size();
    call.border = broadcast(job.border);
    call.skip = job.border == T(0);
    call.sum_line = job.kernel[2] * n;
    // Rows in one sweep: enough that sums are loaded and stored rarely, few enough to stay in the L1 cache while every
    // row of the kernel passes over them.
    constexpr std::int64_t outputs_in_sweep = 64;
    const std::int64_t rows = (outputs_in_sweep + call.columns - 1) / call.columns;
    const std::int64_t pieces = (std::ssize(tap_lines) + tile_lines - 1) / tile_lines;
    const std::int64_t skipped = part[2].begin - c.first;
    for (std::int64_t i = part[0].begin; i < part[0].end; ++i) {
      for (std::int64_t j = part[1].begin; j < part[1].end; j += rows) {
        call.line =
            lines.line.data() + (i - a.first) * job.sweep[0].source_step * lines.slab + (j - b.first) * call.line_step;
        call.rows = std::min(rows, part[1].end - j);
        for (std::int64_t g = 0; g < blocks; ++g) {
          call.shift = g * n;
          call.gradient = gradient.row(i, j) + (part[2].begin - gradient.origin[2]) * gradient.stride[2] + g * n;
          for_each_run(c.taps, slots, longest_weight_run, [&](std::int64_t begin, std::int64_t end) {
            const std::int64_t kernel = c.taps[begin].kernel;
            call.column = slots(c.taps[begin].offset) + skipped;
            call.sum_step = end - begin > 1 ? (c.taps[begin + 1].kernel - kernel) * n : 0;
            for (std::int64_t piece = 0; piece < pieces; ++piece) {
              const std::int64_t from = piece * std::ssize(tap_lines) / pieces;
              const std::int64_t to = (piece + 1) * std::ssize(tap_lines) / pieces;
              call.tap_line = tap_lines.data() + from;
              call.sum = sum + (g * taps + from * job.kernel[2] + kernel) * n;
              find_weight_tile<T>(to - from, end - begin)(call);
            }
          });
        }
      }
    }
  }

  const Gradient<T>& job;
  Slots slots;
  std::int64_t taps;
  std::int64_t staged = 0;  // elements, as the next
  std::int64_t outputs;
};

}  // namespace striate::STRIATE_LEVEL::depthwise
