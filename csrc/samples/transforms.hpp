// The transforms of F(2, 5), Winograd's two outputs of five taps from six products (Lavin and Gray, 2016), at the
// points 0, 1, -1, 2, -2 and infinity, on one axis. Each works on vectors.
#pragma once

#include "../rows.hpp"

namespace striate::STRIATE_LEVEL::samples {

inline constexpr int taps = 5, outputs = 2, points = 6;  // of one axis; a tile reads `points` elements

// B^T: the values at the points of six elements of the signal.
template <typename V>
[[gnu::always_inline]] inline void points_of_signal(const V (&d)[points], V (&v)[points]) {
  const V even = d[4] - 4 * d[2], odd = d[3] - 4 * d[1], near = d[4] - d[2], far = 2 * (d[3] - d[1]);
  v[0] = (4 * d[0] - 5 * d[2]) + d[4];
  v[1] = even + odd;
  v[2] = even - odd;
  v[3] = near + far;
  v[4] = near - far;
  v[5] = (4 * d[1] - 5 * d[3]) + d[5];
}

// B, the adjoint.
template <typename V>
[[gnu::always_inline]] inline void signal_of_points(const V (&v)[points], V (&d)[points]) {
  const V sum = v[1] + v[2], difference = v[1] - v[2], far_sum = v[3] + v[4], far_difference = v[3] - v[4];
  d[0] = 4 * v[0];
  d[1] = 4 * (v[5] - difference) - 2 * far_difference;
  d[2] = -5 * v[0] - 4 * sum - far_sum;
  d[3] = difference + 2 * far_difference - 5 * v[5];
  d[4] = v[0] + sum + far_sum;
  d[5] = v[5];
}

// A^T: two outputs of the products at the points.
template <typename V>
[[gnu::always_inline]] inline void outputs_of_points(const V (&m)[points], V (&y)[outputs]) {
  y[0] = m[0] + (m[1] + m[2]) + (m[3] + m[4]);
  y[1] = (m[1] - m[2]) + 2 * (m[3] - m[4]) + m[5];
}

// A, the adjoint.
template <typename V>
[[gnu::always_inline]] inline void points_of_outputs(const V (&y)[outputs], V (&m)[points]) {
  m[0] = y[0];
  m[1] = y[0] + y[1];
  m[2] = y[0] - y[1];
  m[3] = y[0] + 2 * y[1];
  m[4] = y[0] - 2 * y[1];
  m[5] = y[1];
}

// G: the values at the points of five taps.
template <typename T>
[[gnu::always_inline]] inline void points_of_taps(const Vector<T> (&w)[taps], Vector<T> (&u)[points]) {
  const Vector<T> even = w[0] + w[2] + w[4], odd = w[1] + w[3];
  const Vector<T> far_even = w[0] + 4 * w[2] + 16 * w[4], far_odd = 2 * w[1] + 8 * w[3];
  u[0] = w[0] * T(0.25);
  u[1] = (even + odd) * T(-1.0 / 6);
  u[2] = (even - odd) * T(-1.0 / 6);
  u[3] = (far_even + far_odd) * T(1.0 / 24);
  u[4] = (far_even - far_odd) * T(1.0 / 24);
  u[5] = w[4];
}

// G^T, the adjoint.
template <typename T>
[[gnu::always_inline]] inline void taps_of_points(const Vector<T> (&u)[points], Vector<T> (&w)[taps]) {
  const Vector<T> sum = (u[1] + u[2]) * T(-1.0 / 6), difference = (u[1] - u[2]) * T(-1.0 / 6);
  const Vector<T> far_sum = (u[3] + u[4]) * T(1.0 / 24), far_difference = (u[3] - u[4]) * T(1.0 / 24);
  w[0] = u[0] * T(0.25) + sum + far_sum;
  w[1] = difference + 2 * far_difference;
  w[2] = sum + 4 * far_sum;
  w[3] = difference + 8 * far_difference;
  w[4] = sum + 16 * far_sum + u[5];
}

}  // namespace striate::STRIATE_LEVEL::samples
