// The inner loops with lanes along the rows: a correlation and its gradient by the weight.
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
  T* weight;        // of each tap: one number, or backward_weight's sums in vectors
  T* target;        // or the output's gradient, read
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

// The same loads: gradients are in registers, and each tap's vector of sums passes through memory once a tile. Beyond
// `width` gradients are 0 and sources, which may be anything, are left out.
template <int height, bool part, typename T, int rows>
[[gnu::always_inline]] inline void weigh_entries(const RowTaps& taps, const RowRun& run, const T* from,
                                                 const Vector<T> (&gradient)[rows], Vector<T> counted, T* sums) {
  const std::int64_t pitch = taps.pitch;
  for (std::int64_t i = run.begin; i < run.end; ++i, sums += height * lanes<T>) {
    const T* source = from + taps.source[i];
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
}

template <typename T, int rows, bool part>
void row_weight_tile(const RowTileCall<T>& call) {
  Vector<T> counted = {};
  if constexpr (part)
    for (int l = 0; l < call.width; ++l) counted[l] = T(1);
  for (std::int64_t k = 0; k < call.count; k += call.step) {
    Vector<T> gradient[rows];
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) {
      const T* const from = call.target + k + r * call.target_pitch;
      gradient[r] = part ? load_part(from, call.width) : load(from);
    }
    T* sums = call.weight;
    for (const RowRun& run : call.taps->runs) {
      with_height(run.height, [&]<int height>() __attribute__((always_inline)) {
        weigh_entries<height, part>(*call.taps, run, call.source + k, gradient, counted, sums);
      });
      sums += run.height * (run.end - run.begin) * lanes<T>;
    }
  }
}

// Tiles of as many rows as a strip may have.
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

// Covers the targets of a phase. Columns of a result may be met twice (`overlap`): the last vector of a row then ends
// with it.
template <typename T, typename Visit>
void for_each_strip(const Phase& a, const Phase& b, const Phase& c, bool flat, bool overlap, const Visit& visit) {
  constexpr int n = lanes<T>;
  const std::int64_t whole = c.count / n * n, rest = c.count - whole;
  const auto visit_rest = [&](std::int64_t i, std::int64_t j, int rows) {
    if (rest == 0) return;
    if (overlap && whole > 0)
      visit(RowStrip{i, j, c.count - n, n, 0, rows, n});
    else
      visit(RowStrip{i, j, whole, n, 0, rows, static_cast<int>(rest)});
  };
  for (std::int64_t i = 0; i < a.count; ++i) {
    for (std::int64_t j = 0; flat && j < b.count; ++j) {
      std::int64_t k = 0;
      for (int rows = tile_rows; rows > 0; rows /= 2) {
        const std::int64_t count = (whole - k) / (rows * n) * (rows * n);
        if (count > 0) visit(RowStrip{i, j, k, count, count, rows, n});
        k += count;
      }
      visit_rest(i, j, 1);
    }
    int rows = tile_rows;
    for (std::int64_t j = 0; !flat && j < b.count; j += rows) {
      while (rows > b.count - j) rows /= 2;
      if (overlap && whole > 0) {
        visit(RowStrip{i, j, 0, c.count, c.count - n, rows, n});
        continue;
      }
      if (whole > 0) visit(RowStrip{i, j, 0, whole, whole, rows, n});
      visit_rest(i, j, rows);
    }
  }
}

}  // namespace striate::STRIATE_LEVEL::depthwise
