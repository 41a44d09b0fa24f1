#include "../matrix/panels.hpp"
#include "../rows.hpp"
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
  std::int64_t passes, parts, panel_chunks, row_chunks;

  // 448 positions repay reading and writing a tile's sums; a panel's lanes are 56 KiB of them. Rows of many channels,
  // at `bytes` a position, leave the second cache sooner; below 224 positions the sums cost more than that.
  Division(const Lines& line, std::int64_t batch, std::int64_t groups, std::int64_t panels, std::int64_t rows,
           std::int64_t bytes) {
    const std::int64_t positions = std::clamp<std::int64_t>((3 << 17) / bytes, 224, 448);
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
    // Few tasks divide unevenly: of 5, one of two threads has 3.
    for (row_chunks = 1; row_chunks * parts * panel_chunks < wanted && rows >= row_chunks * 4 * matrix::max_rows;)
      row_chunks *= 2;
  }
};

// Chunk `index` of `chunks` of a range from 0.
struct Range {
  std::int64_t begin, end;

  Range(std::int64_t total, std::int64_t index, std::int64_t chunks)
      : begin(index * total / chunks), end((index + 1) * total / chunks) {}
  std::int64_t count() const { return end - begin; }
};

// sums[row][lane] of every pass of one task.
template <typename T>
class Accumulation {
 public:
  Accumulation(const Division& division, const Operand<T>& rows, const Operand<T>& lanes_of, std::int64_t batch,
               std::int64_t groups)
      : division_(division),
        rows_(rows),
        lanes_(lanes_of),
        batch_(batch),
        run_(division.samples * division.lines),
        left_row_(rows.channels),
        sum_row_(rows.channels),
        by_pixel_(rows.view.stride[1] == 1),
        copied_(by_pixel_ && rows.lines.step != rows.channels * groups),
        pitch_(matrix::pixel_pitch<T>(rows.channels)) {
    const std::int64_t positions = division.samples * division.lines * division.length;
    packed_ = scratch<T>(positions * (panel<T> + (copied_ ? pitch_ : 0)));
    pixels_ = packed_ + positions * panel<T>;
    for (std::int64_t c = 0; c < rows.channels; ++c) {
      left_row_[c] = c * rows.view.stride[1];
      sum_row_[c] = c * panel<T>;
    }
  }

  // Adds one pass to the sums of some panels and rows of a group; the first pass begins them.
  void add(std::int64_t pass, bool first, std::int64_t group, const Range& panels, const Range& rows, T* sums) {
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
    const T* left = rows_.view.plane(0, group * rows_.channels);
    std::int64_t step = rows_.lines.step;
    if (copied_) {  // the pixels of a stride: as they lie, each would be a miss that no processor foresees
      for (std::int64_t i = 0; i < runs; ++i) {
        for (std::int64_t u = 0; u < length; ++u)
          map_row(left + run_[i] + u * step, rows_.channels, pixels_ + (i * length + u) * pitch_,
                  [](Vector<T> v) { return v; });
        run_[i] = i * length * pitch_;
      }
      left = pixels_;
      step = pitch_;
    }
    // The next pass begins where this one ends; a tile fetches one line of it a term, if both have room in a cache.
    constexpr std::int64_t line_elements = 64 / sizeof(T);
    const std::int64_t next = runs * length * step;
    const bool fetch = by_pixel_ && !copied_ && next * static_cast<std::int64_t>(sizeof(T)) <= 1 << 19;
    const T* ahead = fetch ? left + run_[runs - 1] + length * step : nullptr;
    const T* const ahead_end = fetch ? ahead + next : nullptr;
    const std::int64_t tiles = (rows.count() + matrix::max_rows - 1) / matrix::max_rows;
    for (std::int64_t number = panels.begin; number < panels.end; ++number, sums += rows_.channels * panel<T>) {
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
        const std::int64_t top = rows.begin + t * rows.count() / tiles,
                           bottom = rows.begin + (t + 1) * rows.count() / tiles;
        matrix::tile<T>(static_cast<int>(bottom - top), matrix::vectors_of<T>(columns))(
            {left, left_row_.data() + top, run_.data(), runs, length, step},
            {packed_, panel<T>, ahead < ahead_end ? ahead : nullptr}, {sums, sum_row_.data() + top, columns, !first});
        if (ahead < ahead_end) ahead += runs * length * line_elements;
      }
    }
  }

 private:
  const Division& division_;
  const Operand<T>&rows_, &lanes_;
  std::int64_t batch_;
  std::vector<std::int64_t> run_, left_row_, sum_row_;
  bool by_pixel_, copied_;  // channels lie together; but not the pixels
  std::int64_t pitch_;
  T *packed_, *pixels_;
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
  const Division division(x_lines, problem.batch, groups, panels, rows.channels,
                          rows.channels * static_cast<std::int64_t>(sizeof(T)));
  const std::int64_t panel_size = rows.channels * panel<T>, part_size = groups * panels * panel_size;
  T* const sums = scratch<T>(division.parts * part_size, Scratch::call);  // [part][group][panel][row][lane]
  const std::int64_t tasks = groups * division.panel_chunks * division.row_chunks * division.parts;
  const std::int64_t work = problem.batch * x_lines.count * x_lines.length * problem.in_channels * grad.channels;
  parallel_for(pool, tasks, work / tasks, [&](std::int64_t begin, std::int64_t end) {
    Accumulation<T> accumulation(division, rows, lanes_of, problem.batch, groups);
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t part = task % division.parts;
      const std::int64_t row_chunk = task / division.parts % division.row_chunks;
      const std::int64_t owner = task / division.parts / division.row_chunks;
      const std::int64_t group = owner / division.panel_chunks;
      const Range of_panels(panels, owner % division.panel_chunks, division.panel_chunks);
      const Range of_rows(rows.channels, row_chunk, division.row_chunks);
      const std::int64_t first_pass = part * division.passes / division.parts;
      for (std::int64_t pass = first_pass; pass < (part + 1) * division.passes / division.parts; ++pass)
        accumulation.add(pass, pass == first_pass, group, of_panels, of_rows,
                         sums + part * part_size + (group * panels + of_panels.begin) * panel_size);
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
