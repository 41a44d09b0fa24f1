// The transforms of one axis, on vectors of channels, and how they are applied to both axes of a tile.
#pragma once

#include "../simd.hpp"

namespace striate::STRIATE_LEVEL::winograd {

// A tile has 4 outputs an axis and reads 6 positions; in between stand 6 values, those of a polynomial at the points
// 0, a, -a, b, -b and infinity. Points of both signs halve the work. a = 5/8 and b = 3/2 make rounding errors about
// half as large as 1 and 2 do; their powers are exact.
inline constexpr int tile_outputs = 4;
inline constexpr int tile_inputs = 6;
inline constexpr int kernel_taps = 3;
inline constexpr int tile_products = tile_inputs * tile_inputs;

template <typename T>
struct Points {
  static constexpr T a = T(5) / 8, a2 = a * a, a3 = a2 * a;
  static constexpr T b = T(3) / 2, b2 = b * b, b3 = b2 * b;
  // One over the product of the differences of a point to the others.
  static constexpr T scale_0 = 1 / (a2 * b2), scale_a = 1 / (2 * a2 * (a2 - b2)), scale_b = 1 / (2 * b2 * (b2 - a2));
};

// Each is a matrix with `inputs` columns and `outputs` rows. `apply` computes the rows [half * outputs / halves, ...):
// a tile of the signal would not fit the registers whole.

// B^T: what is convolved, or `backward_weight`'s input.
struct Signal {
  static constexpr int inputs = 6, outputs = 6, halves = 2;

  template <typename T, int half, typename V>
  [[gnu::always_inline]] static void apply(const V (&d)[inputs], V (&out)[outputs / halves]) {
    using P = Points<T>;
    if constexpr (half == 0) {
      const V even = d[4] - P::b2 * d[2], odd = d[3] - P::b2 * d[1];
      out[0] = d[4] - (P::a2 + P::b2) * d[2] + (P::a2 * P::b2) * d[0];
      out[1] = even + P::a * odd;
      out[2] = even - P::a * odd;
    } else {
      const V even = d[4] - P::a2 * d[2], odd = d[3] - P::a2 * d[1];
      out[0] = even + P::b * odd;
      out[1] = even - P::b * odd;
      out[2] = d[5] - (P::a2 + P::b2) * d[3] + (P::a2 * P::b2) * d[1];
    }
  }
};

// G: the weights.
struct Taps {
  static constexpr int inputs = 3, outputs = 6, halves = 1;

  template <typename T, int half, typename V>
  [[gnu::always_inline]] static void apply(const V (&w)[inputs], V (&out)[outputs]) {
    using P = Points<T>;
    const V even_a = P::scale_a * w[0] + (P::scale_a * P::a2) * w[2], odd_a = (P::scale_a * P::a) * w[1];
    const V even_b = P::scale_b * w[0] + (P::scale_b * P::b2) * w[2], odd_b = (P::scale_b * P::b) * w[1];
    out[0] = P::scale_0 * w[0];
    out[1] = even_a + odd_a;
    out[2] = even_a - odd_a;
    out[3] = even_b + odd_b;
    out[4] = even_b - odd_b;
    out[5] = w[2];
  }
};

// A^T: from products to outputs.
struct Outputs {
  static constexpr int inputs = 6, outputs = 4, halves = 1;

  template <typename T, int half, typename V>
  [[gnu::always_inline]] static void apply(const V (&m)[inputs], V (&out)[outputs]) {
    using P = Points<T>;
    const V sum_a = m[1] + m[2], odd_a = m[1] - m[2], sum_b = m[3] + m[4], odd_b = m[3] - m[4];
    out[0] = m[0] + sum_a + sum_b;
    out[1] = P::a * odd_a + P::b * odd_b;
    out[2] = P::a2 * sum_a + P::b2 * sum_b;
    out[3] = m[5] + P::a3 * odd_a + P::b3 * odd_b;
  }
};

// A: the output's gradient, in `backward_weight`.
struct Gradient {
  static constexpr int inputs = 4, outputs = 6, halves = 1;

  template <typename T, int half, typename V>
  [[gnu::always_inline]] static void apply(const V (&y)[inputs], V (&out)[outputs]) {
    using P = Points<T>;
    const V even_a = y[0] + P::a2 * y[2], odd_a = y[1] + P::a2 * y[3];
    const V even_b = y[0] + P::b2 * y[2], odd_b = y[1] + P::b2 * y[3];
    out[0] = y[0];
    out[1] = even_a + P::a * odd_a;
    out[2] = even_a - P::a * odd_a;
    out[3] = even_b + P::b * odd_b;
    out[4] = even_b - P::b * odd_b;
    out[5] = y[3];
  }
};

// G^T: from products to the weights' gradient.
struct TapGradients {
  static constexpr int inputs = 6, outputs = 3, halves = 1;

  template <typename T, int half, typename V>
  [[gnu::always_inline]] static void apply(const V (&m)[inputs], V (&out)[outputs]) {
    using P = Points<T>;
    const V sum_a = P::scale_a * (m[1] + m[2]), odd_a = P::scale_a * (m[1] - m[2]);
    const V sum_b = P::scale_b * (m[3] + m[4]), odd_b = P::scale_b * (m[3] - m[4]);
    out[0] = P::scale_0 * m[0] + sum_a + sum_b;
    out[1] = P::a * odd_a + P::b * odd_b;
    out[2] = m[5] + P::a2 * sum_a + P::b2 * sum_b;
  }
};

// Rows of one half of the results: down the columns of the tile, then along the rows.
template <typename T, typename Matrix, int half, typename Read, typename Write>
[[gnu::always_inline]] inline void transform_half(const Read& read, const Write& write) {
  constexpr int rows = Matrix::outputs / Matrix::halves;
  Vector<T> between[rows][Matrix::inputs];
#pragma GCC unroll 8
  for (int j = 0; j < Matrix::inputs; ++j) {
    Vector<T> column[Matrix::inputs], out[rows];
#pragma GCC unroll 8
    for (int i = 0; i < Matrix::inputs; ++i) column[i] = read(i, j);
    Matrix::template apply<T, half>(column, out);
#pragma GCC unroll 8
    for (int r = 0; r < rows; ++r) between[r][j] = out[r];
  }
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) {
    const auto write_part = [&]<int part>() {
      Vector<T> out[rows];
      Matrix::template apply<T, part>(between[r], out);
#pragma GCC unroll 8
      for (int j = 0; j < rows; ++j) write(half * rows + r, part * rows + j, out[j]);
    };
    write_part.template operator()<0>();
    if constexpr (Matrix::halves == 2) write_part.template operator()<1>();
  }
}

// write(i, j, value) for each element of matrix * tile * matrix^T, where read(i, j) is the tile's.
template <typename T, typename Matrix, typename Read, typename Write>
[[gnu::always_inline]] inline void transform(const Read& read, const Write& write) {
  transform_half<T, Matrix, 0>(read, write);
  if constexpr (Matrix::halves == 2) transform_half<T, Matrix, 1>(read, write);
}

}  // namespace striate::STRIATE_LEVEL::winograd
