// The inner loop of backward_weight.
#pragma once

#include <array>
#include <utility>

#include "lines.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// Taps in registers at a time: `most` neighbours of up to `tile_lines` rows of the kernel, beside `tile_columns`
// gradients and a source vector.
inline constexpr int longest_weight_run = vector_registers == 32 ? 7 : 3;
inline constexpr int tile_lines = 3;
inline constexpr int tile_columns = vector_registers == 32 ? 7 : 4;

template <typename T>
struct WeightTileCall {
  const Line<T>* line;           // of the first output
  const std::int64_t* tap_line;  // of each row of the kernel, from the output's own
  std::int64_t line_step;        // to the next output row's
  std::int64_t column;           // its slot at the first tap
  std::int64_t shift;            // of this block of channels from the tables' own
  const T* gradient;
  std::int64_t gradient_row;
  std::int64_t gradient_step;
  std::int64_t rows;
  std::int64_t columns;
  Vector<T> border;
  bool skip;  // the border is 0: nothing is added outside
  T* sum;     // of the first row's first tap
  std::int64_t sum_line;
  std::int64_t sum_step;
};

// Gradients are loaded once for all taps, and a source vector once for the neighbours that meet it: 34 loads for 63
// multiply-adds of 3x3, 46 for 147 of three rows of 7.
template <int columns, typename T, int rows, int taps>
[[gnu::always_inline]] inline void add_outputs(const WeightTileCall<T>& call, const Line<T> (&line)[rows],
                                               std::int64_t column, const T* gradient, Vector<T> (&sum)[rows][taps]) {
  Vector<T> g[columns];
#pragma GCC unroll 16
  for (int i = 0; i < columns; ++i) g[i] = load(gradient + i * call.gradient_step);
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) {
    if (!line[r].begin && call.skip) continue;
#pragma GCC unroll 16
    for (int i = 0; i < columns + taps - 1; ++i) {
      const std::int64_t offset = line[r].column[column + i];
      Vector<T> x;
      if (line[r].begin && offset != outside) [[likely]]
        x = load(line[r].begin + offset);
      else if (call.skip)
        continue;
      else
        x = call.border;
#pragma GCC unroll 16
      for (int k = 0; k < taps; ++k)
        if (i - k >= 0 && i - k < columns) sum[r][k] += g[i - k] * x;
    }
  }
}

template <typename T, int rows, int taps>
[[gnu::always_inline]] inline void add_row(const WeightTileCall<T>& call, std::int64_t row,
                                           Vector<T> (&sum)[rows][taps]) {
  Line<T> line[rows];
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) {
    line[r] = call.line[row * call.line_step + call.tap_line[r]];
    if (line[r].begin) line[r].begin += call.shift;
  }
  const T* gradient = call.gradient + row * call.gradient_row;
  std::int64_t column = call.column;
  std::int64_t left = call.columns;
  for (; left >= tile_columns; left -= tile_columns, column += tile_columns) {
    add_outputs<tile_columns>(call, line, column, gradient, sum);
    gradient += tile_columns * call.gradient_step;
  }
  for (; left > 0; --left, ++column, gradient += call.gradient_step) add_outputs<1>(call, line, column, gradient, sum);
}

// sum[row][tap] += gradient * source over call.rows x call.columns outputs.
template <typename T, int rows, int taps>
void weight_tile(const WeightTileCall<T>& call) {
  Vector<T> sum[rows][taps] = {};
  for (std::int64_t row = 0; row < call.rows; ++row) add_row(call, row, sum);
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r)
#pragma GCC unroll 16
    for (int k = 0; k < taps; ++k) {
      T* const to = call.sum + r * call.sum_line + k * call.sum_step;
      store(to, load(to) + sum[r][k]);
    }
}

template <typename T>
using WeightTile = void (*)(const WeightTileCall<T>&);

template <typename T, int rows, int... K>
constexpr auto weight_tiles_of_rows(std::integer_sequence<int, K...>) {
  return std::array<WeightTile<T>, sizeof...(K)>{weight_tile<T, rows, K + 1>...};
}

template <typename T, int rows>
inline constexpr auto weight_tiles =
    weight_tiles_of_rows<T, rows>(std::make_integer_sequence<int, longest_weight_run>{});

template <typename T>
WeightTile<T> find_weight_tile(std::int64_t rows, std::int64_t taps) {
  static_assert(tile_lines == 3);
  return rows == 3   ? weight_tiles<T, 3>[taps - 1]
         : rows == 2 ? weight_tiles<T, 2>[taps - 1]
                     : weight_tiles<T, 1>[taps - 1];
}

}  // namespace striate::STRIATE_LEVEL::depthwise
