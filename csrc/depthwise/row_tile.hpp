// The inner loops with lanes along the rows: a correlation and its gradient by the weight.
#pragma once

#include <array>

#include "../activate.hpp"
#include "row_taps.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

template <typename T>
struct RowTileCall {
  const RowTaps* taps;
  const T* source;  // staged, of the tile's first target
  T* weight;        // of each tap: one number, or backward_weight's sums in vectors
  T* target;        // or the output's gradient, read
  std::int64_t target_pitch;
  int width;  // elements of each vector that are targets
  T bias;
  Activation activation;
};

template <typename T>
using RowTile = void (*)(const RowTileCall<T>&);

// Calls add.operator()<height>() with the run's height as a constant.
template <int height = most_height, typename Add>
[[gnu::always_inline]] inline void with_height(int wanted, const Add& add) {
  if (wanted == height) return add.template operator()<height>();
  if constexpr (height > 1) with_height<height - 1>(wanted, add);
}

// The value in a register: GCC would load it anew for every multiply-add that reads it.
template <typename V>
[[gnu::always_inline]] inline V held(V value) {
#if defined(__AVX512F__)
  asm("" : "+v"(value));
#elif defined(__x86_64__)
  asm("" : "+x"(value));
#elif defined(__aarch64__)
  asm("" : "+w"(value));
#endif
  return value;
}

// rows + height - 1 source vectors and `height` weights are loaded for rows * height multiply-adds: 19 for 42 of a
// column of 3x3, where two source vectors of three lie across cache lines.
template <typename T, int rows>
void row_tile(const RowTileCall<T>& call) {
  Vector<T> sum[rows];
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) sum[r] = broadcast(call.bias);
  const std::int64_t pitch = call.taps->pitch;
  const T* weight = call.weight;
  for (const RowRun& run : call.taps->runs)
    with_height(run.height, [&]<int height>() __attribute__((always_inline)) {
      for (std::int64_t i = run.begin; i < run.end; ++i, weight += height) {
        const T* source = call.source + call.taps->source[i];
        Vector<T> w[height];
#pragma GCC unroll 16
        for (int h = 0; h < height; ++h) w[h] = broadcast(weight[h]);
#pragma GCC unroll 32
        for (int q = 0; q < rows + height - 1; ++q, source += pitch) {
          const Vector<T> x = held(load(source));
#pragma GCC unroll 16
          for (int h = 0; h < height; ++h)
            if (q - h >= 0 && q - h < rows) sum[q - h] += w[h] * x;
        }
      }
    });
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) {
    const Vector<T> result = activate(sum[r], call.activation);
    if (call.width == lanes<T>)
      store(call.target + r * call.target_pitch, result);
    else
      store_part(call.target + r * call.target_pitch, result, call.width);
  }
}

// The same loads: gradients are in registers, and each tap's vector of sums passes through memory once a tile. Beyond
// `width` gradients are 0 and sources, which may be anything, are left out.
template <typename T, int rows, bool part>
void row_weight_tile(const RowTileCall<T>& call) {
  Vector<T> gradient[rows];
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) {
    const T* const from = call.target + r * call.target_pitch;
    gradient[r] = part ? load_part(from, call.width) : load(from);
  }
  Vector<T> counted = {};
  if constexpr (part)
    for (int l = 0; l < call.width; ++l) counted[l] = T(1);
  const std::int64_t pitch = call.taps->pitch;
  T* sums = call.weight;
  for (const RowRun& run : call.taps->runs)
    with_height(run.height, [&]<int height>() __attribute__((always_inline)) {
      for (std::int64_t i = run.begin; i < run.end; ++i, sums += height * lanes<T>) {
        const T* source = call.source + call.taps->source[i];
        Vector<T> sum[height] = {};
#pragma GCC unroll 32
        for (int q = 0; q < rows + height - 1; ++q, source += pitch) {
          Vector<T> x = load(source);
          if constexpr (part) x = counted != Vector<T>{} ? x : Vector<T>{};
          x = held(x);
#pragma GCC unroll 16
          for (int h = 0; h < height; ++h)
            if (q - h >= 0 && q - h < rows) sum[h] += gradient[q - h] * x;
        }
#pragma GCC unroll 16
        for (int h = 0; h < height; ++h) store(sums + h * lanes<T>, load(sums + h * lanes<T>) + sum[h]);
      }
    });
}

// Tiles of the rows that `fitting_rows` gives.
template <typename T>
struct RowTiles {
  template <int... R>
  static constexpr std::array<RowTile<T>, tile_rows + 1> of(std::integer_sequence<int, R...>) {
    std::array<RowTile<T>, tile_rows + 1> result = {};
    ((result[R] = row_tile<T, R>), ...);
    return result;
  }
  template <bool part, int... R>
  static constexpr std::array<RowTile<T>, tile_rows + 1> weight_of(std::integer_sequence<int, R...>) {
    std::array<RowTile<T>, tile_rows + 1> result = {};
    ((result[R] = row_weight_tile<T, R, part>), ...);
    return result;
  }
  using Heights = std::integer_sequence<int, tile_rows, tile_rows / 2, tile_rows / 4, tile_rows / 8>;

  static constexpr auto correlate = of(Heights{});
  static constexpr auto weigh = weight_of<false>(Heights{});
  static constexpr auto weigh_part = weight_of<true>(Heights{});
};

inline int fitting_rows(std::int64_t left) {
  int rows = tile_rows;
  while (rows > left) rows /= 2;
  return rows;
}

// Covers the targets of a phase by tiles: visit(row a, row b, column, rows, width). Columns of a result may be met
// twice (`overlap`): the last vector of a row then ends with it.
template <typename T, typename Visit>
void for_each_row_tile(const Phase& a, const Phase& b, const Phase& c, bool flat, bool overlap, const Visit& visit) {
  constexpr std::int64_t n = lanes<T>;
  const auto column = [&](std::int64_t k) { return overlap && c.count >= n ? std::min(k, c.count - n) : k; };
  const auto width = [&](std::int64_t k) { return static_cast<int>(std::min(n, c.count - k)); };
  for (std::int64_t i = 0; i < a.count; ++i) {
    if (flat) {
      for (std::int64_t j = 0; j < b.count; ++j)
        for (std::int64_t k = 0, rows; k < c.count; k += rows * n) {
          rows = fitting_rows(std::max<std::int64_t>((c.count - k) / n, 1));
          visit(i, j, column(k), static_cast<int>(rows), width(column(k)));
        }
      continue;
    }
    for (std::int64_t j = 0, rows; j < b.count; j += rows) {
      rows = fitting_rows(b.count - j);
      for (std::int64_t k = 0; k < c.count; k += n)
        visit(i, j, column(k), static_cast<int>(rows), width(column(k)));
    }
  }
}

}  // namespace striate::STRIATE_LEVEL::depthwise
