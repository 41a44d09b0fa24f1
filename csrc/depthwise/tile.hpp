// The inner loop of a correlation.
#pragma once

#include <array>
#include <utility>

#include "../activate.hpp"
#include "lines.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// Outputs that accumulate in registers at a time, beside the weights of a run and a source vector.
inline constexpr int tile_outputs = vector_registers == 32 ? 14 : 10;

// Taps that share their source vectors, and whose weights are in registers.
inline constexpr int longest_tap_run = vector_registers == 32 ? 7 : 3;

// Side of the kernels whose weights are all in registers, so that a source vector is loaded once for all rows: a tile
// of 2 rows x 7 columns loads 36 vectors for the 126 multiply-adds of 3x3, and 54 row by row.
inline constexpr int square = vector_registers == 32 ? 3 : 1;

template <typename T>
struct TileCall {
  const Line<T>* line;     // of the tile's first output
  std::int64_t line_step;  // to the next row's
  std::int64_t column;     // its slot at tap 0
  std::int64_t shift;      // of this block of channels from the tables' own
  const TapRun* run;
  std::int64_t runs;
  const T* weight;
  Vector<T> bias;
  Vector<T> border;
  bool skip;  // the border is 0: nothing is added outside
  Activation activation;
  T* target;
  std::int64_t target_row;
  std::int64_t target_step;
};

// Adds `height` neighbouring rows of a kernel, `taps` taps each, to all sums: rows + height - 1 source rows, of which
// columns + taps - 1 vectors each are loaded. The test of a column costs two instructions beside the multiply-adds of
// a vector, and is foreseen: tiles of a row differ at its ends only.
template <typename T, int height, int taps, int rows, int columns>
[[gnu::always_inline]] inline void add_run(const TileCall<T>& call, const TapRun& run,
                                           Vector<T> (&sum)[rows][columns]) {
  Vector<T> w[height][taps];
#pragma GCC unroll 16
  for (int h = 0; h < height; ++h)
#pragma GCC unroll 16
    for (int k = 0; k < taps; ++k) w[h][k] = load(call.weight + run.weight + h * run.weight_row + k * run.weight_step);
  // With height > 1 a source row serves several rows of sums: they follow each other by one line.
#pragma GCC unroll 16
  for (int q = 0; q < rows + height - 1; ++q) {
    const Line<T>& source = call.line[run.line + (height > 1 ? q : q * call.line_step)];
    if (!source.begin && call.skip) continue;
    const T* const line = source.begin ? source.begin + call.shift : nullptr;
    const std::int64_t* const column = source.column + call.column + run.column;
#pragma GCC unroll 32
    for (int i = 0; i < columns + taps - 1; ++i) {
      const std::int64_t offset = column[i];
      Vector<T> x;
      if (line && offset != outside) [[likely]]
        x = load(line + offset);
      else if (call.skip)
        continue;
      else
        x = call.border;
#pragma GCC unroll 16
      for (int h = 0; h < height; ++h)
#pragma GCC unroll 16
        for (int k = 0; k < taps; ++k)
          if (q - h >= 0 && q - h < rows && i - k >= 0 && i - k < columns) sum[q - h][i - k] += w[h][k] * x;
    }
  }
}

template <typename T, int rows, int columns>
void tile(const TileCall<T>& call) {
  Vector<T> sum[rows][columns];
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r)
#pragma GCC unroll 16
    for (int p = 0; p < columns; ++p) sum[r][p] = call.bias;

  for (const TapRun *run = call.run, *end = run + call.runs; run != end; ++run) {
    if constexpr (square > 1) {
      if (run->height > 1) {
        add_run<T, square, square>(call, *run, sum);
        continue;
      }
    }
    switch (run->taps) {
      case 1:
        add_run<T, 1, 1>(call, *run, sum);
        break;
      case 2:
        add_run<T, 1, 2>(call, *run, sum);
        break;
      case 3:
        add_run<T, 1, 3>(call, *run, sum);
        break;
      default:
        if constexpr (longest_tap_run > 3) {
          switch (run->taps) {
            case 4:
              add_run<T, 1, 4>(call, *run, sum);
              break;
            case 5:
              add_run<T, 1, 5>(call, *run, sum);
              break;
            case 6:
              add_run<T, 1, 6>(call, *run, sum);
              break;
            case 7:
              add_run<T, 1, 7>(call, *run, sum);
              break;
          }
        }
    }
  }

#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) {
    T* to = call.target + r * call.target_row;
#pragma GCC unroll 16
    for (int p = 0; p < columns; ++p, to += call.target_step) store(to, activate(sum[r][p], call.activation));
  }
}

template <typename T>
using Tile = void (*)(const TileCall<T>&);

template <typename T, int rows, int... P>
constexpr auto tiles_of_rows(std::integer_sequence<int, P...>) {
  return std::array<Tile<T>, sizeof...(P)>{tile<T, rows, P + 1>...};
}

template <typename T, int rows>
inline constexpr auto tiles = tiles_of_rows<T, rows>(std::make_integer_sequence<int, tile_outputs / rows>{});

// How a row of outputs is cut: `columns` at a time, and `rows` rows together if they are short or `in_pairs`.
struct TileShape {
  int rows;
  int columns;
};

inline TileShape tile_shape(std::int64_t row, bool in_pairs) {
  const int most = in_pairs ? tile_outputs / 2 : tile_outputs;
  const std::int64_t pieces = (row + most - 1) / most;
  const int columns = static_cast<int>((row + pieces - 1) / pieces);
  return {columns * 4 <= tile_outputs ? 4 : columns * 2 <= tile_outputs ? 2 : 1, columns};
}

template <typename T>
Tile<T> find_tile(std::int64_t rows, std::int64_t columns) {
  return rows == 4 ? tiles<T, 4>[columns - 1] : rows == 2 ? tiles<T, 2>[columns - 1] : tiles<T, 1>[columns - 1];
}

}  // namespace striate::STRIATE_LEVEL::depthwise
