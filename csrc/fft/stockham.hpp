// Complex transforms of one length, of as many independent signals as a vector has lanes: every step is a plain vector
// operation. An element is two vectors, the real parts and the imaginary parts.
#pragma once

#include <cmath>
#include <numbers>
#include <vector>

#include "../simd.hpp"

namespace striate::STRIATE_LEVEL::fft {

template <typename T>
struct Complex {
  Vector<T> re, im;

  static Complex at(const T* from) { return {load(from), load(from + lanes<T>)}; }
  void put(T* to) const {
    store(to, re);
    store(to + lanes<T>, im);
  }
  Complex conjugate() const { return {re, -im}; }
  Complex times(T c, T s) const {
    return {re * broadcast(c) - im * broadcast(s), re * broadcast(s) + im * broadcast(c)};
  }
  Complex times_i() const { return {-im, re}; }
};
template <typename T>
Complex<T> operator+(const Complex<T>& a, const Complex<T>& b) {
  return {a.re + b.re, a.im + b.im};
}
template <typename T>
Complex<T> operator-(const Complex<T>& a, const Complex<T>& b) {
  return {a.re - b.re, a.im - b.im};
}

template <typename T>
[[gnu::always_inline]] inline Complex<T> product(const Complex<T>& a, const Complex<T>& b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

// Elements of T that a complex of all lanes takes.
template <typename T>
inline constexpr int complex_size = 2 * lanes<T>;

// The transform of `radix` values, in place: sums of value[k] exp(-2 pi i j k / radix), or +2 pi for the inverse.
template <bool inverse, typename T>
[[gnu::always_inline]] inline void butterfly(Complex<T> (&value)[2]) {
  const Complex<T> a = value[0], b = value[1];
  value[0] = a + b;
  value[1] = a - b;
}

template <bool inverse, typename T>
[[gnu::always_inline]] inline void butterfly(Complex<T> (&value)[3]) {
  const Vector<T> half = broadcast(T(0.5));
  const Vector<T> sine = broadcast(static_cast<T>((inverse ? 0.5 : -0.5) * std::numbers::sqrt3));
  const Complex<T> sum = value[1] + value[2], turned = (value[1] - value[2]).times_i();
  const Complex<T> middle = {value[0].re - half * sum.re, value[0].im - half * sum.im};
  const Complex<T> side = {sine * turned.re, sine * turned.im};
  value[0] = value[0] + sum;
  value[1] = middle + side;
  value[2] = middle - side;
}

template <bool inverse, typename T>
[[gnu::always_inline]] inline void butterfly(Complex<T> (&value)[4]) {
  const Complex<T> even = value[0] + value[2], even_difference = value[0] - value[2];
  const Complex<T> odd = value[1] + value[3], turned = (value[1] - value[3]).times_i();
  value[0] = even + odd;
  value[2] = even - odd;
  value[1] = inverse ? even_difference + turned : even_difference - turned;
  value[3] = inverse ? even_difference - turned : even_difference + turned;
}

// Stockham's transform in radix 4, with a 2 or a 3 where the length has one: results come in natural order, and every
// pass reads one buffer and writes another. Lengths are 2^a or 3 * 2^a.
template <typename T>
class Stockham {
 public:
  explicit Stockham(std::int64_t length) : length_(length) {
    std::int64_t before = 1;
    for (std::int64_t rest = length; rest > 1;) {
      const int radix = rest % 4 == 0 ? 4 : rest % 2 == 0 ? 2 : 3;
      passes_.push_back({radix, rest / radix, before, static_cast<std::int64_t>(twiddle_.size())});
      for (std::int64_t p = 0; p < rest / radix; ++p)
        for (int j = 1; j < radix; ++j) {
          const double angle = -2 * std::numbers::pi * static_cast<double>(p * j) / static_cast<double>(rest);
          twiddle_.push_back(static_cast<T>(std::cos(angle)));
          twiddle_.push_back(static_cast<T>(std::sin(angle)));
        }
      rest /= radix;
      before *= radix;
    }
  }

  std::int64_t length() const { return length_; }
  // Elements of the two buffers that `run` needs.
  std::int64_t work_size() const { return 2 * length_ * complex_size<T>; }

  // Not scaled. `from` and `to` may be the same; strides are in elements of T from one complex to the next.
  template <bool inverse>
  void run(const T* from, std::int64_t from_stride, T* to, std::int64_t to_stride, T* work) const {
    if (passes_.empty()) Complex<T>::at(from).put(to);
    T* const buffers[2] = {work, work + length_ * complex_size<T>};
    for (std::size_t i = 0; i < passes_.size(); ++i) {
      const bool last = i + 1 == passes_.size();
      T* const target = last ? to : buffers[i % 2];
      const std::int64_t target_stride = last ? to_stride : complex_size<T>;
      const Pass& pass = passes_[i];
      if (pass.radix == 4)
        sweep<4, inverse>(pass, from, from_stride, target, target_stride);
      else if (pass.radix == 3)
        sweep<3, inverse>(pass, from, from_stride, target, target_stride);
      else
        sweep<2, inverse>(pass, from, from_stride, target, target_stride);
      from = target;
      from_stride = target_stride;
    }
  }

 private:
  struct Pass {
    int radix;
    std::int64_t groups;  // butterflies with twiddles of their own
    std::int64_t repeat;  // butterflies that share them: the radices before, multiplied
    std::int64_t twiddle;
  };

  template <int radix, bool inverse>
  void sweep(const Pass& pass, const T* from, std::int64_t from_stride, T* to, std::int64_t to_stride) const {
    const T* twiddle = twiddle_.data() + pass.twiddle;
    const std::int64_t apart = pass.groups * pass.repeat * from_stride, step = pass.repeat * to_stride;
    for (std::int64_t p = 0; p < pass.groups; ++p, twiddle += 2 * (radix - 1)) {
      for (std::int64_t q = 0; q < pass.repeat; ++q) {
        const T* source = from + (p * pass.repeat + q) * from_stride;
        T* target = to + (p * radix * pass.repeat + q) * to_stride;
        Complex<T> value[radix];
#pragma GCC unroll 4
        for (int k = 0; k < radix; ++k) value[k] = Complex<T>::at(source + k * apart);
        butterfly<inverse>(value);
        value[0].put(target);
#pragma GCC unroll 4
        for (int k = 1; k < radix; ++k) {
          const T c = twiddle[2 * k - 2], s = inverse ? -twiddle[2 * k - 1] : twiddle[2 * k - 1];
          value[k].times(c, s).put(target + k * step);
        }
      }
    }
  }

  std::int64_t length_;
  std::vector<Pass> passes_;
  std::vector<T> twiddle_;  // of each pass: for each group, (cos, sin) of every value but the first
};

}  // namespace striate::STRIATE_LEVEL::fft
