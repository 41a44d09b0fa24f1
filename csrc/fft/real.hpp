// Real transforms of one even length, and the transforms that the process has met.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "stockham.hpp"

namespace striate::STRIATE_LEVEL::fft {

// A row of real elements is transformed as half as many complex ones, z[n] = x[2n] + i x[2n + 1], which is how it lies
// in memory; the spectra of both halves are then told apart by their symmetry.
template <typename T>
class RealTransform {
 public:
  explicit RealTransform(std::int64_t length) : half_(length / 2) {
    for (std::int64_t k = 0; k <= length / 4; ++k) {
      const double angle = -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(length);
      root_.push_back(static_cast<T>(std::cos(angle)));
      root_.push_back(static_cast<T>(std::sin(angle)));
    }
  }

  std::int64_t columns() const { return half_.length() + 1; }  // from frequency 0 to the highest, both real
  std::int64_t work_size() const { return half_.length() * complex_size<T> + half_.work_size(); }

  // Twice the spectrum of a row of `length` vectors.
  void forward(const T* row, T* spectrum, T* work) const {
    half_.template run<false>(row, complex_size<T>, work, complex_size<T>, passes(work));
    exchange<false>(work, spectrum);
  }

  // `length` times the row of a spectrum.
  void inverse(const T* spectrum, T* row, T* work) const {
    exchange<true>(spectrum, work);
    half_.template run<true>(work, complex_size<T>, row, complex_size<T>, passes(work));
  }

 private:
  T* passes(T* work) const { return work + half_.length() * complex_size<T>; }

  template <bool inverse>
  void exchange(const T* from, T* to) const {
    const std::int64_t half = half_.length();
    for (std::int64_t k = 0; k <= half / 2; ++k) {
      const std::int64_t mirror = half - k;
      const auto a = Complex<T>::at(from + k * complex_size<T>);
      const auto b = Complex<T>::at(from + (inverse || k > 0 ? mirror : 0) * complex_size<T>).conjugate();
      const T c = root_[2 * k], s = root_[2 * k + 1];
      const Complex<T> sum = a + b, turned = (a - b).times(s, inverse ? c : -c);  // by -i root, or i / root
      (sum + turned).put(to + k * complex_size<T>);
      if (!inverse || k > 0) (sum - turned).conjugate().put(to + mirror * complex_size<T>);
    }
  }

  Stockham<T> half_;
  std::vector<T> root_;  // (cos, sin) of -2 pi k / length
};

// Sines and cosines cost some 20 ns each, so that each length's are computed once in a process. There are few lengths
// (tiles.hpp), so none is ever dropped.
template <typename Engine>
const Engine& of_length(std::int64_t length) {
  static std::mutex mutex;
  static std::map<std::int64_t, std::unique_ptr<Engine>> known;
  const std::lock_guard lock(mutex);
  auto& one = known[length];
  if (!one) one = std::make_unique<Engine>(length);
  return *one;
}

}  // namespace striate::STRIATE_LEVEL::fft
