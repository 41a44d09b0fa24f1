// Tiles over one problem, and how signals and gradients come to the points and back.
#pragma once

#include <vector>

#include "../border.hpp"
#include "../scratch.hpp"
#include "../threading.hpp"
#include "lanes.hpp"
#include "product.hpp"

namespace striate::STRIATE_LEVEL::samples {

// Past the last position that a window reads; only tiles that hang over the outputs get there.
inline constexpr std::int64_t beyond = -2;

// Whether shorter vectors hold all samples: an operation on 8 floats takes half the time of one on 16. The sums are the
// same, term by term.
template <typename T>
bool fits_avx2(const Problem& problem) {
  return vector_bytes == 64 && problem.batch <= lanes<T> / 2;
}

struct GridAxis {
  std::int64_t outputs, tiles;
  std::vector<std::int64_t> source;  // tile t reads source[2 t] to source[2 t + 5]

  GridAxis(const Axis& axis, const std::vector<std::int64_t>& table)
      : outputs(axis.output()), tiles((outputs + 1) / 2), source(table) {
    source.resize(samples::outputs * tiles + taps - 1, beyond);
  }
};

// Calls `run(one, in, out)` for each group: the problem of its channels alone, and its first of the input and output.
template <typename Run>
void each_group(const Problem& problem, const Run& run) {
  Problem one = problem;
  one.groups = 1;
  one.in_channels = problem.in_channels_per_group();
  one.out_channels = problem.out_channels_per_group();
  for (std::int64_t group = 0; group < problem.groups; ++group)
    run(one, group * one.in_channels, group * one.out_channels);
}

// A view that begins at another place of the second axis, or of the first.
template <typename T>
View<T> from_channel(View<T> view, std::int64_t first) {
  view.data += first * view.stride[1];
  return view;
}

template <typename T>
View<T> from_filter(View<T> view, std::int64_t first) {
  view.data += first * view.stride[0];
  return view;
}

// A run of `wide` tiles of one row of tiles.
struct TileRun {
  std::int64_t row, first, wide;
};

struct Grid {
  const GridAxis y, x;
  std::int64_t groups;  // of as many samples as a vector has lanes
  std::int64_t sample_work;

  template <typename T>
  static Grid of(const Problem& problem, T) {
    const SourceTables tables = source_tables(problem);
    Grid grid = {{problem.axis[1], tables[1]}, {problem.axis[2], tables[2]}, 0, 0};
    grid.groups = (problem.batch + lanes<T> - 1) / lanes<T>;
    grid.sample_work = grid.y.tiles * grid.x.tiles * all_points * problem.in_channels * problem.out_channels;
    return grid;
  }

  // The rows of the signal that some rows of tiles read.
  Range rows_read(Range tile_rows) const {
    std::int64_t first = 0, last = 0;
    bool any = false;
    for (std::int64_t i = outputs * tile_rows.begin; i < outputs * tile_rows.end + taps - 1; ++i) {
      if (y.source[i] < 0) continue;
      first = any ? std::min(first, y.source[i]) : y.source[i];
      last = any ? std::max(last, y.source[i] + 1) : y.source[i] + 1;
      any = true;
    }
    return {first, last};
  }

  template <typename Visit>
  void each_run(Range tile_rows, const Visit& visit) const {
    const Pieces pieces(x.tiles, most_wide);
    for (std::int64_t row = tile_rows.begin; row < tile_rows.end; ++row)
      for (std::int64_t i = 0; i < pieces.count; ++i)
        visit(TileRun{row, pieces.begin(i), pieces.begin(i + 1) - pieces.begin(i)});
  }

  // to[point][channel][tile]: the signal of a run of tiles at the points.
  template <typename T>
  void signal_at_points(const T* block, const LaneBlock<T>& lies, std::int64_t channels, T border, const TileRun& run,
                        T* to) const {
    const std::int64_t* const rows = y.source.data() + outputs * run.row;
    const std::int64_t* const columns = x.source.data() + outputs * run.first;
    const std::int64_t width = outputs * run.wide + taps - 1;
    for (std::int64_t c = 0; c < channels; ++c) {
      Vector<T> half[outputs * most_wide + taps - 1][points];
      for (std::int64_t j = 0; j < width; ++j) {
        Vector<T> element[points];
        for (int i = 0; i < points; ++i) {
          const bool inside = rows[i] >= 0 && columns[j] >= 0;
          const bool exists = rows[i] != beyond && columns[j] != beyond;
          element[i] = inside ? load(block + lies.offset(c, rows[i], columns[j])) : broadcast(exists ? border : T(0));
        }
        points_of_signal(element, half[j]);
      }
      for (std::int64_t t = 0; t < run.wide; ++t)
        for (int p = 0; p < points; ++p) {
          Vector<T> line[points], at[points];
          for (int q = 0; q < points; ++q) line[q] = half[outputs * t + q][p];
          points_of_signal(line, at);
          for (int q = 0; q < points; ++q)
            store(to + (((p * points + q) * channels + c) * run.wide + t) * lanes<T>, at[q]);
        }
    }
  }

  // The same of the output's gradient, by the adjoint of what makes outputs.
  template <typename T>
  void gradient_at_points(const T* block, const LaneBlock<T>& lies, std::int64_t channels, const TileRun& run,
                          T* to) const {
    for (std::int64_t c = 0; c < channels; ++c)
      for (std::int64_t t = 0; t < run.wide; ++t) {
        Vector<T> half[outputs][points];
        for (int i = 0; i < outputs; ++i) {
          Vector<T> element[outputs];
          const std::int64_t row = outputs * run.row + i;
          for (int j = 0; j < outputs; ++j) {
            const std::int64_t column = outputs * (run.first + t) + j;
            const bool inside = row < y.outputs && column < x.outputs;
            element[j] = inside ? load(block + lies.offset(c, row, column)) : Vector<T>{};
          }
          points_of_outputs(element, half[i]);
        }
        for (int q = 0; q < points; ++q) {
          const Vector<T> column[outputs] = {half[0][q], half[1][q]};
          Vector<T> at[points];
          points_of_outputs(column, at);
          for (int p = 0; p < points; ++p)
            store(to + (((p * points + q) * channels + c) * run.wide + t) * lanes<T>, at[p]);
        }
      }
  }
};

}  // namespace striate::STRIATE_LEVEL::samples
