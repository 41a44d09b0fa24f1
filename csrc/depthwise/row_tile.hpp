// The inner loop of a correlation with lanes along the rows.
#pragma once

#include <array>

#include "../activate.hpp"
#include "row_taps.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// Columns of a row, or of `rows` rows together, that one call covers.
struct RowStrip {
  std::int64_t a, b, column;  // of the phase
  std::int64_t count;
  std::int64_t last;
  int rows;
  int width;
};

template <typename T>
struct RowTileCall {
  const RowTaps* taps;
  const T* source;  // staged, of the tile's first target
  const T* weight;  // of each tap, in the order of the runs
  T* target;
  std::int64_t target_pitch;
  std::int64_t count;  // columns to be covered, `step` at a time; the last begins at `last` at most
  std::int64_t step;
  std::int64_t last;
  int width;  // elements of each vector that are targets
  T bias;
  Activation activation;

  void cover(const RowStrip& strip, bool flat) {
    count = strip.count;
    step = flat ? strip.rows * lanes<T> : lanes<T>;
    last = strip.last;
    width = strip.width;
  }
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
template <int height, typename T, int rows>
[[gnu::always_inline]] inline void add_entries(const RowTaps& taps, const RowRun& run, const T* from, const T* weight,
                                               Vector<T> (&sum)[rows]) {
  const std::int64_t pitch = taps.pitch;
  for (std::int64_t i = run.begin; i < run.end; ++i, weight += height) {
    const T* source = from + taps.source[i];
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
}

// Tiles of `columns` neighbouring vectors; the last one ends with the row.
template <typename T, int rows>
void row_tile(const RowTileCall<T>& call) {
  for (std::int64_t k = 0; k < call.count; k += call.step) {
    const std::int64_t column = std::min(k, call.last);
    const T* const source = call.source + column;
    Vector<T> sum[rows];
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) sum[r] = broadcast(call.bias);
    const T* weight = call.weight;
    for (const RowRun& run : call.taps->runs) {
      with_height(run.height, [&]<int height>() __attribute__((always_inline)) {
        add_entries<height>(*call.taps, run, source, weight, sum);
      });
      weight += run.height * (run.end - run.begin);
    }
    T* const target = call.target + column;
    if (call.activation != Activation::none)
#pragma GCC unroll 16
      for (int r = 0; r < rows; ++r) sum[r] = activate(sum[r], call.activation);
    if (call.width == lanes<T>) {
#pragma GCC unroll 16
      for (int r = 0; r < rows; ++r) store(target + r * call.target_pitch, sum[r]);
    } else {
#pragma GCC unroll 16
      for (int r = 0; r < rows; ++r) store_part(target + r * call.target_pitch, sum[r], call.width);
    }
  }
}

// Tiles of as many rows as a strip may have.
template <typename T, int... R>
constexpr auto row_tiles_of(std::integer_sequence<int, R...>) {
  std::array<RowTile<T>, tile_rows + 1> result = {};
  ((result[R] = row_tile<T, R>), ...);
  return result;
}

template <typename T>
inline constexpr auto row_tiles =
    row_tiles_of<T>(std::integer_sequence<int, tile_rows, tile_rows / 2, tile_rows / 4, tile_rows / 8>{});

// Covers the targets of a phase. The last vector of a row ends with it, and may overlap the one before.
template <typename T, typename Visit>
void for_each_strip(const Phase& a, const Phase& b, const Phase& c, bool flat, const Visit& visit) {
  constexpr int n = lanes<T>;
  const std::int64_t last = std::max<std::int64_t>(c.count - n, 0);
  const int width = static_cast<int>(std::min<std::int64_t>(c.count, n));
  for (std::int64_t i = 0; i < a.count; ++i) {
    for (std::int64_t j = 0; flat && j < b.count; ++j) {
      std::int64_t k = 0;
      for (int rows = tile_rows; rows > 0; rows /= 2) {
        const std::int64_t count = (c.count - k) / (rows * n) * (rows * n);
        if (count > 0) visit(RowStrip{i, j, k, count, count, rows, n});
        k += count;
      }
      if (k < c.count) visit(RowStrip{i, j, last, n, 0, 1, width});
    }
    int rows = tile_rows;
    for (std::int64_t j = 0; !flat && j < b.count; j += rows) {
      while (rows > b.count - j) rows /= 2;
      visit(RowStrip{i, j, 0, c.count, last, rows, width});
    }
  }
}

}  // namespace striate::STRIATE_LEVEL::depthwise
