// The three linear maps of F(Outputs, Taps), several outputs of several taps from fewer products, one for each point:
// outputs = A ((G taps) * (B signal)), each factor in README.md.
#pragma once

#include <array>
#include <type_traits>

#include "../rows.hpp"

namespace striate::STRIATE_LEVEL::first {

// Zero, pairs of both signs, then what is left over; infinity stands behind the last that is used.
inline constexpr std::array<double, 6> points = {0, 1, -1, 2, -2, 0.5};

constexpr double power(double base, int exponent) { return exponent == 0 ? 1 : base * power(base, exponent - 1); }

template <int Outputs, int Taps>
struct Transform {
  static constexpr int outputs = Outputs, taps = Taps, planes = Outputs + Taps - 1;
  static constexpr int finite = planes - 1, pairs = (finite - 1) / 2;
  static constexpr bool leftover = 2 * pairs + 1 < finite;

  // Row p: the coefficients of the product of (x - point) over the other finite points.
  static constexpr auto signal_matrix() {
    std::array<std::array<double, planes>, planes> rows = {};
    for (int p = 0; p < planes; ++p) {
      rows[p][0] = 1;
      int degree = 0;
      for (int other = 0; other < finite; ++other) {
        if (other == p) continue;
        ++degree;
        for (int k = degree; k >= 0; --k) rows[p][k] = (k > 0 ? rows[p][k - 1] : 0) - points[other] * rows[p][k];
      }
    }
    return rows;
  }

  // Row p: the powers of a point over the product of its distances from the others.
  static constexpr auto tap_matrix() {
    std::array<std::array<double, taps>, planes> rows = {};
    for (int p = 0; p < finite; ++p) {
      double distances = 1;
      for (int other = 0; other < finite; ++other)
        if (other != p) distances *= points[p] - points[other];
      for (int k = 0; k < taps; ++k) rows[p][k] = power(points[p], k) / distances;
    }
    rows[planes - 1][taps - 1] = 1;
    return rows;
  }

  // B: the factors of the positions that a tile reads.
  template <typename V>
  [[gnu::always_inline]] static void of_signal(const V (&d)[planes], V (&to)[planes]) {
    using T = std::remove_cvref_t<decltype(d[0][0])>;
    static constexpr auto matrix = signal_matrix();
#pragma GCC unroll 8
    for (int p = 0; p < planes; ++p) {
      to[p] = V{};
#pragma GCC unroll 8
      for (int q = 0; q < planes; ++q)
        if (matrix[p][q] != 0) to[p] += static_cast<T>(matrix[p][q]) * d[q];
    }
  }

  // A transposed: the factors of `outputs` gradients. A pair shares the sums of even and of odd powers.
  template <typename V>
  [[gnu::always_inline]] static void of_gradient(const V (&g)[outputs], V (&to)[planes]) {
    using T = std::remove_cvref_t<decltype(g[0][0])>;
    to[0] = g[0];
    to[planes - 1] = g[outputs - 1];
#pragma GCC unroll 4
    for (int i = 0; i < pairs; ++i) {
      V even = g[0], odd = static_cast<T>(points[2 * i + 1]) * g[1];
#pragma GCC unroll 8
      for (int k = 2; k < outputs; ++k) (k % 2 == 0 ? even : odd) += static_cast<T>(power(points[2 * i + 1], k)) * g[k];
      to[2 * i + 1] = even + odd;
      to[2 * i + 2] = even - odd;
    }
    if constexpr (leftover) {
      V sum = g[0];
#pragma GCC unroll 8
      for (int k = 1; k < outputs; ++k) sum += static_cast<T>(power(points[finite - 1], k)) * g[k];
      to[finite - 1] = sum;
    }
  }

  // A: the outputs of a tile's products.
  template <typename V>
  [[gnu::always_inline]] static void to_outputs(const V (&product)[planes], V (&out)[outputs]) {
    using T = std::remove_cvref_t<decltype(product[0][0])>;
    out[0] = product[0];
#pragma GCC unroll 8
    for (int k = 1; k < outputs; ++k) out[k] = k == outputs - 1 ? product[planes - 1] : V{};
#pragma GCC unroll 4
    for (int i = 0; i < pairs; ++i) {
      const V even = product[2 * i + 1] + product[2 * i + 2], odd = product[2 * i + 1] - product[2 * i + 2];
#pragma GCC unroll 8
      for (int k = 0; k < outputs; ++k)
        out[k] += static_cast<T>(power(points[2 * i + 1], k)) * (k % 2 == 0 ? even : odd);
    }
    if constexpr (leftover)
#pragma GCC unroll 8
      for (int k = 0; k < outputs; ++k) out[k] += static_cast<T>(power(points[finite - 1], k)) * product[finite - 1];
  }
};

// The definition: one output, one tap, one product.
using Plain = Transform<1, 1>;

}  // namespace striate::STRIATE_LEVEL::first
