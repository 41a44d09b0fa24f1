#include "../matrix/panels.hpp"
#include "../scratch.hpp"
#include "pointwise.hpp"
#include "positions.hpp"

namespace striate::STRIATE_LEVEL::pointwise {
namespace {

using matrix::panel;

// One tensor of the product, of which a group has `channels`.
template <typename T>
struct Operand {
  View<const T> view;
  Lines lines;
  std::int64_t channels;
};

// How the sums over positions are cut. A pass is a piece of some lines, or all lines of some samples. Parts are ranges
// of passes, each summed into a buffer of its own, and the buffers are added in order: the threads do not decide the
// order of any sum.
struct Division {
  std::int64_t samples = 1, lines = 1, length;  // of a pass, at most
  std::int64_t line_blocks, length_blocks;      // of a sample
  std::int64_t passes, parts, panel_chunks;

  // 448 positions repay reading and writing a tile's sums; a panel's lanes are 56 KiB of them.
  Division(const Lines& line, std::int64_t batch, std::int64_t groups, std::int64_t panels) {
    constexpr std::int64_t positions = 448;
    length_blocks = (line.length + positions - 1) / positions;
    length = (line.length + length_blocks - 1) / length_blocks;
    line_blocks = line.count;
    if (length_blocks == 1) {
      lines = std::min(line.count, positions / length);
      line_blocks = (line.count + lines - 1) / lines;
      if (line_blocks == 1) samples = std::clamp<std::int64_t>(positions / (lines * length), 1, batch);
    }
    passes = (batch + samples - 1) / samples * line_blocks * length_blocks;
    const std::int64_t wanted = (7 + groups) / groups;  // eight tasks keep a few threads busy
    panel_chunks = std::min(panels, wanted);
    parts = std::clamp<std::int64_t>((wanted + panel_chunks - 1) / panel_chunks, 1, passes);
  }
};

// sums[row][lane] of every pass of one task.
template <typename T>
class Accumulation {
 public:
  Accumulation(const Division& division, const Operand<T>& rows, const Operand<T>& lanes_of, std::int64_t batch)
      : division_(division),
        rows_(rows),
        lanes_(lanes_of),
        batch_(batch),
        run_(division.samples * division.lines),
        left_row_(rows.channels),
        sum_row_(rows.channels),
        packed_(scratch<T>(division.samples * division.lines * division.length * panel<T>)) {
    for (std::int64_t c = 0; c < rows.channels; ++c) {
      left_row_[c] = c * rows.view.stride[1];
      sum_row_[c] = c * panel<T>;
    }
  }

  // Adds one pass to the sums of panels [begin, end) of a group; the first pass begins them.
  void add(std::int64_t pass, bool first, std::int64_t group, std::int64_t begin, std::int64_t end, T* sums) {
    const std::int64_t piece = pass % division_.length_blocks;
    const std::int64_t line_block = pass / division_.length_blocks % division_.line_blocks;
    const std::int64_t sample = pass / division_.length_blocks / division_.line_blocks * division_.samples;
    const std::int64_t samples = std::min(division_.samples, batch_ - sample);
    const std::int64_t line = line_block * division_.lines;
    const std::int64_t line_count = std::min(division_.lines, lanes_.lines.count - line);
    const std::int64_t start = piece * division_.length;
    const std::int64_t length = std::min(division_.length, lanes_.lines.length - start);
    if (length <= 0) return;

    const std::int64_t runs = samples * line_count;
    for (std::int64_t i = 0; i < runs; ++i)
      run_[i] = (sample + i / line_count) * rows_.view.stride[0] + rows_.lines.line(line + i % line_count) +
                start * rows_.lines.step;
    const T* const left = rows_.view.plane(0, group * rows_.channels);
    const std::int64_t tiles = (rows_.channels + matrix::max_rows - 1) / matrix::max_rows;
    for (std::int64_t number = begin; number < end; ++number, sums += rows_.channels * panel<T>) {
      const std::int64_t channel = number * panel<T>;
      const int columns = static_cast<int>(std::min<std::int64_t>(lanes_.channels - channel, panel<T>));
      for (std::int64_t i = 0; i < runs; ++i) {
        const T* const from = lanes_.view.plane(sample + i / line_count, group * lanes_.channels + channel) +
                              lanes_.lines.line(line + i % line_count) + start * lanes_.lines.step;
        T* const to = packed_ + i * length * panel<T>;
        matrix::pack_rows(from, lanes_.view.stride[1], columns, lanes_.lines.step, length,
                          [&](std::int64_t u) { return to + u * panel<T>; });
      }
      for (std::int64_t t = 0; t < tiles; ++t) {
        const std::int64_t top = t * rows_.channels / tiles, bottom = (t + 1) * rows_.channels / tiles;
        matrix::tile<T>(static_cast<int>(bottom - top), matrix::vectors_of<T>(columns))(
            {left, left_row_.data() + top, run_.data(), runs, length, rows_.lines.step}, {packed_, panel<T>},
            {sums, sum_row_.data() + top, columns, !first});
      }
    }
  }

 private:
  const Division& division_;
  const Operand<T>&rows_, &lanes_;
  std::int64_t batch_;
  std::vector<std::int64_t> run_, left_row_, sum_row_;
  T* packed_;
};

}  // namespace

template <typename T>
void backward_weight(const Problem& problem, View<const T> grad_output, View<const T> input, View<T> grad_weight,
                     ParallelFor pool) {
  const auto [x_lines, grad_lines] = lines_of(input, strides(problem), grad_output, {1, 1, 1}, outputs(problem));
  const Operand<T> x = {input, x_lines, problem.in_channels_per_group()};
  const Operand<T> grad = {grad_output, grad_lines, problem.out_channels_per_group()};
  // The lanes' operand is packed, once for all rows: the one of fewer channels.
  const bool by_output = grad.channels <= x.channels;
  const Operand<T>&rows = by_output ? x : grad, &lanes_of = by_output ? grad : x;

  const std::int64_t groups = problem.groups, panels = (lanes_of.channels + panel<T> - 1) / panel<T>;
  const Division division(x_lines, problem.batch, groups, panels);
  const std::int64_t panel_size = rows.channels * panel<T>, part_size = groups * panels * panel_size;
  T* const sums = scratch<T>(division.parts * part_size, Scratch::call);  // [part][group][panel][row][lane]
  const std::int64_t tasks = groups * division.panel_chunks * division.parts;
  const std::int64_t work = problem.batch * x_lines.count * x_lines.length * problem.in_channels * grad.channels;
  parallel_for(pool, tasks, work / tasks, [&](std::int64_t begin, std::int64_t end) {
    Accumulation<T> accumulation(division, rows, lanes_of, problem.batch);
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t part = task % division.parts;
      const std::int64_t chunk = task / division.parts % division.panel_chunks;
      const std::int64_t group = task / division.parts / division.panel_chunks;
      const std::int64_t first = chunk * panels / division.panel_chunks,
                         last = (chunk + 1) * panels / division.panel_chunks;
      const std::int64_t first_pass = part * division.passes / division.parts;
      for (std::int64_t pass = first_pass; pass < (part + 1) * division.passes / division.parts; ++pass)
        accumulation.add(pass, pass == first_pass, group, first, last,
                         sums + part * part_size + (group * panels + first) * panel_size);
    }
  });

  const std::int64_t row_stride = grad_weight.stride[by_output ? 1 : 0],
                     lane_stride = grad_weight.stride[by_output ? 0 : 1];
  parallel_for(pool, groups * panels, panel_size * division.parts, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t step = begin; step < end; ++step) {
      const std::int64_t group = step / panels, first = step % panels * panel<T>;
      T* const to = by_output ? grad_weight.plane(group * grad.channels + first, 0)
                              : grad_weight.plane(group * grad.channels, first);
      matrix::unpack_rows([&](std::int64_t row) { return sums + step * panel_size + row * panel<T>; }, division.parts,
                          part_size, rows.channels, std::min<std::int64_t>(lanes_of.channels - first, panel<T>), to,
                          lane_stride, row_stride);
    }
  });
}

template void backward_weight(const Problem&, View<const float>, View<const float>, View<float>, ParallelFor);
template void backward_weight(const Problem&, View<const double>, View<const double>, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::pointwise
