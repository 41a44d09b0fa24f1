// The activations of an epilogue, on vectors.
#pragma once

#include <cmath>
#include <limits>
#include <numbers>
#include <type_traits>

#include "epilogue.hpp"
#include "simd.hpp"

namespace striate::STRIATE_LEVEL {

// exp(x) for float lanes, within 2 units in the last place; 0 and infinity outside [-87, 88.37], where the result would
// be no normal number.
[[gnu::always_inline]] inline Vector<float> exponential(Vector<float> exponent) {
  typedef std::int32_t Bits __attribute__((vector_size(vector_bytes)));
  const Vector<float> low = broadcast(-87.0f), high = broadcast(88.37f);
  Vector<float> x = exponent > high ? high : exponent;
  x = x < low ? low : x;
  // x = k log 2 + r with |r| <= log 2 / 2; adding 1.5 * 2^23 leaves k in the last bits.
  const Vector<float> magic = broadcast(12582912.0f);
  const Vector<float> shifted = x * broadcast(1.44269504f) + magic;
  const Vector<float> k = shifted - magic;
  const Vector<float> r = x - k * broadcast(0.693359375f) - k * broadcast(-2.12194440e-4f);
  // Taylor's series to the sixth power: its rest is below 2^-26 on this interval.
  Vector<float> sum = broadcast(1.0f / 720);
  sum = sum * r + broadcast(1.0f / 120);
  sum = sum * r + broadcast(1.0f / 24);
  sum = sum * r + broadcast(1.0f / 6);
  sum = sum * r + broadcast(0.5f);
  sum = sum * r + broadcast(1.0f);
  sum = sum * r + broadcast(1.0f);
  const Bits power = (reinterpret_cast<Bits>(shifted) << 23) + (std::int32_t{127} << 23);
  const Vector<float> result = sum * reinterpret_cast<Vector<float>>(power);
  const Vector<float> infinity = broadcast(std::numeric_limits<float>::infinity());
  return exponent < low ? Vector<float>{} : exponent > high ? infinity : result;
}

// x / (1 + exp(-x)).
[[gnu::noinline]] inline Vector<float> silu(Vector<float> x) {
  const Vector<float> one = broadcast(1.0f);
  return x / (one + exponential(-x));
}

// x Phi(x), by Abramowitz and Stegun's formula 7.1.26 of erf (1964): off by at most 1.5e-7 |x|.
[[gnu::noinline]] inline Vector<float> gelu(Vector<float> x) {
  const Vector<float> one = broadcast(1.0f), half = broadcast(0.5f);
  const Vector<float> z = x * broadcast(0.70710678f), size = z < Vector<float>{} ? -z : z;
  const Vector<float> t = one / (one + broadcast(0.3275911f) * size);
  Vector<float> sum = broadcast(1.061405429f);
  sum = sum * t + broadcast(-1.453152027f);
  sum = sum * t + broadcast(1.421413741f);
  sum = sum * t + broadcast(-0.284496736f);
  sum = sum * t + broadcast(0.254829592f);
  const Vector<float> tail = half * sum * t * exponential(-size * size);  // 1 - Phi(|x|)
  return x * (z < Vector<float>{} ? tail : one - tail);
}

[[gnu::noinline]] inline Vector<double> silu(Vector<double> x) {
  for (int i = 0; i < lanes<double>; ++i) x[i] = x[i] / (1 + std::exp(-x[i]));
  return x;
}

[[gnu::noinline]] inline Vector<double> gelu(Vector<double> x) {
  for (int i = 0; i < lanes<double>; ++i) x[i] *= 0.5 * std::erfc(-x[i] / std::numbers::sqrt2);
  return x;
}

// NaN stays NaN, as in torch.
template <typename V>
[[gnu::always_inline]] inline V activate(V x, Activation activation) {
  if (activation == Activation::none) return x;
  if (activation == Activation::silu) return silu(x);
  if (activation == Activation::gelu) return gelu(x);
  using T = std::remove_cvref_t<decltype(x[0])>;
  const V zero = {}, six = broadcast(T(6));
  x = x < zero ? zero : x;
  if (activation == Activation::relu6) x = x > six ? six : x;
  return x;
}

}  // namespace striate::STRIATE_LEVEL
