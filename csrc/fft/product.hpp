// Products of spectra: for each frequency one matrix product of complex numbers, real and imaginary parts apart.
#pragma once

#include "stockham.hpp"

namespace striate::STRIATE_LEVEL::fft {

// out[i][n] is the sum over p of a[i][p] * b[p][n]. Imaginary parts lie `part` elements behind the real ones; places of
// i and p are lists, n runs along memory, and `b` may be read past its columns, to whole vectors.
template <typename T>
struct Product {
  const T *a, *b;
  T* out;
  const std::int64_t *a_row, *a_term, *b_term, *out_row;
  std::int64_t a_part, b_part, out_part;
  std::int64_t rows, terms, columns;
  bool add;  // to what `out` has
};

// 24 accumulators, 4 vectors of b and 2 of a with 32 registers: 48 FMAs a term against 16 loads; 8 to 12 of 16 before.
inline constexpr int tile_rows = vector_registers == 32 ? 6 : 2;
inline constexpr int tile_columns = 2;

template <int rows, int columns, typename T>
void product_tile(const Product<T>& job, std::int64_t row, std::int64_t column) {
  Complex<T> sum[rows][columns] = {};
  const auto left = [&](int j) {
    return static_cast<int>(std::min<std::int64_t>(job.columns - column - j * lanes<T>, lanes<T>));
  };
  const auto place = [&](int i, int j) { return job.out + job.out_row[row + i] + column + j * lanes<T>; };
  if (job.add)
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < columns; ++j)
        sum[i][j] = {load_part(place(i, j), left(j)), load_part(place(i, j) + job.out_part, left(j))};
  const T* a[rows];
#pragma GCC unroll 6
  for (int i = 0; i < rows; ++i) a[i] = job.a + job.a_row[row + i];
  for (std::int64_t p = 0; p < job.terms; ++p) {
    const T* const b = job.b + job.b_term[p] + column;
    Complex<T> factor[columns];
#pragma GCC unroll 2
    for (int j = 0; j < columns; ++j) factor[j] = {load(b + j * lanes<T>), load(b + job.b_part + j * lanes<T>)};
    const std::int64_t term = job.a_term[p];
#pragma GCC unroll 6
    for (int i = 0; i < rows; ++i) {
      const Vector<T> re = broadcast(a[i][term]), im = broadcast(a[i][term + job.a_part]);
#pragma GCC unroll 2
      for (int j = 0; j < columns; ++j) {
        sum[i][j].re += re * factor[j].re;
        sum[i][j].re -= im * factor[j].im;
        sum[i][j].im += re * factor[j].im;
        sum[i][j].im += im * factor[j].re;
      }
    }
  }
#pragma GCC unroll 6
  for (int i = 0; i < rows; ++i)
#pragma GCC unroll 2
    for (int j = 0; j < columns; ++j) {
      if (left(j) == lanes<T>) {
        store(place(i, j), sum[i][j].re);
        store(place(i, j) + job.out_part, sum[i][j].im);
      } else {
        store_part(place(i, j), sum[i][j].re, left(j));
        store_part(place(i, j) + job.out_part, sum[i][j].im, left(j));
      }
    }
}

template <int columns, int rows = tile_rows, typename T>
void product_rows(const Product<T>& job, std::int64_t column) {
  std::int64_t row = 0;
  for (; row + rows <= job.rows; row += rows) product_tile<rows, columns>(job, row, column);
  if constexpr (rows > 1)
    if (row < job.rows) {
      Product<T> rest = job;
      rest.a_row += row, rest.out_row += row, rest.rows -= row;
      product_rows<columns, rows / 2>(rest, column);
    }
}

template <typename T>
void multiply(const Product<T>& job) {
  std::int64_t column = 0;
  for (; column + lanes<T> < job.columns; column += 2 * lanes<T>) product_rows<2>(job, column);
  if (column < job.columns) product_rows<1>(job, column);
}

}  // namespace striate::STRIATE_LEVEL::fft
