// The register tile of a matrix product: rows of the left operand are broadcast, the right one lies in vectors.
//
// One term costs `Vectors` loads, `Rows` broadcasts and Rows x Vectors FMAs; the accumulators are live at once, so both
// sizes are template parameters and loops unroll whole.
#pragma once

#include <array>
#include <utility>

#include "../simd.hpp"

namespace striate::STRIATE_LEVEL::matrix {

// The value in a register: without this GCC loads it anew for every FMA that reads it, and loads become the limit.
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

// Rows of the largest tile: 14 x 2 accumulators, 2 vectors of the right operand and the broadcast are 31 of 32
// registers; 6 x 2 + 3 are 15 of 16.
inline constexpr int max_vectors = 2;
inline constexpr int max_rows = vector_registers >= 32 ? 14 : 6;

// Columns of a panel of the right operand.
template <typename T>
inline constexpr int panel = max_vectors * lanes<T>;

// Elements between packed pixels of so many channels. Rows of a tile are that far apart: at a multiple of 1 KiB they
// would share a few sets of the first cache.
template <typename T>
std::int64_t pixel_pitch(std::int64_t channels) {
  const std::int64_t line = 64 / sizeof(T);
  const std::int64_t rounded = (channels + line - 1) / line * line;
  return rounded % (16 * line) == 0 ? rounded + line : rounded;
}

// The left operand. Term k of run r of row m is data[row[m] + run[r] + k * step]: a matrix in either order, the taps of
// a convolution (one run a tap, its channels the terms), or rows of pixels.
template <typename T>
struct Left {
  const T* data;
  const std::int64_t* row;
  const std::int64_t* run;
  std::int64_t runs;
  std::int64_t terms;  // of a run
  std::int64_t step;
};

// The right operand: for each term, in the order of the runs, the columns' values, `step` elements apart.
template <typename T>
struct Right {
  const T* data;
  std::int64_t step;
  const T* ahead = nullptr;  // memory soon needed: one cache line of it is fetched each term
};

// Where sums begin, and where they go: row m at data + row[m].
template <typename T>
struct Sums {
  T* data;
  const std::int64_t* row;
  int columns;                      // that exist: the others are computed and not stored
  bool add = false;                 // begin from what stands there, else from
  const T* row_start = nullptr;     // one value a row, else
  const T* column_start = nullptr;  // one value a column (`columns` of them), else 0
};

// sums[m][n] += sum over r, k of left[m][r, k] * right[r, k][n] for `Vectors` vectors of n.
template <typename T, int Rows, int Vectors>
void multiply(const Left<T>& left, const Right<T>& right, const Sums<T>& out) {
  const bool whole = out.columns == Vectors * lanes<T>;
  const int last = out.columns - (Vectors - 1) * lanes<T>;  // columns of the last vector
  const auto load_columns = [&](const T* from, int v) {
    return whole || v < Vectors - 1 ? load(from + v * lanes<T>) : load_part(from + v * lanes<T>, last);
  };

  Vector<T> sum[Rows][Vectors] = {};
  if (out.add) {
#pragma GCC unroll 16
    for (int m = 0; m < Rows; ++m)
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) sum[m][v] = load_columns(out.data + out.row[m], v);
  } else if (out.row_start) {
#pragma GCC unroll 16
    for (int m = 0; m < Rows; ++m)
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) sum[m][v] = broadcast(out.row_start[m]);
  } else if (out.column_start) {
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) {
      const Vector<T> start = load_columns(out.column_start, v);
#pragma GCC unroll 16
      for (int m = 0; m < Rows; ++m) sum[m][v] = start;
    }
  }

  const T* row[Rows];
#pragma GCC unroll 16
  for (int m = 0; m < Rows; ++m) row[m] = left.data + left.row[m];
  const T* from = right.data;
  const T* ahead = right.ahead ? right.ahead : right.data;
  for (std::int64_t r = 0; r < left.runs; ++r) {
    std::int64_t at = left.run[r];
    for (std::int64_t k = 0; k < left.terms; ++k, at += left.step, from += right.step) {
      // One index for all rows: GCC would keep a moving pointer for each, 14 additions and spills a term.
      asm("" : "+r"(at));
      __builtin_prefetch(ahead, 0, 2);  // into the second cache
      ahead += 64 / sizeof(T);
      Vector<T> column[Vectors];
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) column[v] = held(load(from + v * lanes<T>));
#pragma GCC unroll 16
      for (int m = 0; m < Rows; ++m) {
        const Vector<T> value = held(broadcast(row[m][at]));
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) sum[m][v] += value * column[v];
      }
    }
  }

  if (whole) {
#pragma GCC unroll 16
    for (int m = 0; m < Rows; ++m)
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) store(out.data + out.row[m] + v * lanes<T>, sum[m][v]);
  } else {
#pragma GCC unroll 16
    for (int m = 0; m < Rows; ++m) {
#pragma GCC unroll 4
      for (int v = 0; v < Vectors - 1; ++v) store(out.data + out.row[m] + v * lanes<T>, sum[m][v]);
      store_part(out.data + out.row[m] + (Vectors - 1) * lanes<T>, sum[m][Vectors - 1], last);
    }
  }
}

template <typename T>
using Multiply = void (*)(const Left<T>&, const Right<T>&, const Sums<T>&);

// The tile of 1 to max_rows rows and 1 to max_vectors vectors.
template <typename T>
Multiply<T> tile(int rows, int vectors) {
  static constexpr auto table = []<int... R>(std::integer_sequence<int, R...>) {
    return std::array<std::array<Multiply<T>, max_rows>, max_vectors>{
        {{&multiply<T, R + 1, 1>...}, {&multiply<T, R + 1, 2>...}}};
  }(std::make_integer_sequence<int, max_rows>());
  return table[vectors - 1][rows - 1];
}

// Vectors that hold this many columns of one panel.
template <typename T>
int vectors_of(std::int64_t columns) {
  return columns > lanes<T> ? 2 : 1;
}

}  // namespace striate::STRIATE_LEVEL::matrix
