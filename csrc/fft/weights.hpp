// Kernels as spectra, and back.
#pragma once

#include <algorithm>

#include "../kernel.hpp"
#include "tiles.hpp"
#include "transform.hpp"

namespace striate::STRIATE_LEVEL::fft {

// The kernels of one vector of channels: where the taps of each lane begin.
template <typename T>
struct KernelLanes {
  T* plane[lanes<T>] = {};
  int used = 0;
};

// Rows of a kernel as a tile has them: taps `dilation` apart, from the last one back if `flipped`.
template <typename T>
class KernelRows {
 public:
  KernelRows(const Problem& problem, const View<T>& view, bool flipped)
      : problem_(problem), view_(view), flipped_(flipped) {}

  // For Transform::forward.
  template <typename U>
  bool read(const KernelLanes<T>& kernels, std::int64_t i, std::int64_t j, std::int64_t length, U* row) const {
    const std::int64_t a = tap(0, i), b = tap(1, j);
    if (a < 0 || b < 0) return false;
    std::fill_n(row, length * lanes<U>, U(0));
    for_each_tap(a, b, [&](std::int64_t position, std::int64_t offset) {
      for (int k = 0; k < kernels.used; ++k) row[position * lanes<U> + k] = kernels.plane[k][offset];
    });
    return true;
  }

  // For Transform::inverse: `one(tap's offset, lanes of it)`.
  template <typename U, typename One>
  void write(std::int64_t i, std::int64_t j, const U* row, const One& one) const {
    const std::int64_t a = tap(0, i), b = tap(1, j);
    if (a < 0 || b < 0) return;
    for_each_tap(a, b, [&](std::int64_t position, std::int64_t offset) { one(offset, row + position * lanes<U>); });
  }

 private:
  std::int64_t tap(int axis, std::int64_t position) const {
    const Axis& of = problem_.axis[axis];
    if (position >= of.extent() || position % of.dilation != 0) return outside;
    return flipped_ ? of.kernel - 1 - position / of.dilation : position / of.dilation;
  }

  template <typename One>
  void for_each_tap(std::int64_t a, std::int64_t b, const One& one) const {
    const Axis& axis = problem_.axis[2];
    for (std::int64_t position = 0; position < axis.extent(); position += axis.dilation)
      one(position, view_.offset(a, b, tap(2, position)));
  }

  const Problem& problem_;
  const View<T>& view_;
  bool flipped_;
};

// How spectra of a dense kernel lie: [frequency][group][channel read][real, imaginary][channel written], the last one
// in whole vectors. `flipped`: the channels read are the output's.
template <typename T>
struct SpectraLayout {
  std::int64_t groups, from, to;
  std::int64_t vectors = (to + lanes<T> - 1) / lanes<T>;
  bool flipped = false;

  SpectraLayout(const Problem& problem, bool flipped)
      : groups(problem.groups),
        from(flipped ? problem.out_channels_per_group() : problem.in_channels_per_group()),
        to(flipped ? problem.in_channels_per_group() : problem.out_channels_per_group()),
        flipped(flipped) {}

  std::int64_t part() const { return vectors * lanes<T>; }
  std::int64_t frequency() const { return groups * from * 2 * part(); }
  std::int64_t count() const { return groups * from * vectors; }
  // Of vector `number`: where it lies within a frequency, and its kernels.
  std::int64_t place(std::int64_t number) const { return number / vectors * 2 * part() + number % vectors * lanes<T>; }
  template <typename U>
  KernelLanes<U> kernels(const View<U>& weight, std::int64_t number) const {
    const std::int64_t first = number % vectors * lanes<T>, one = number / vectors % from;
    const std::int64_t group = number / vectors / from;
    KernelLanes<U> result;
    result.used = static_cast<int>(std::min<std::int64_t>(to - first, lanes<T>));
    for (int k = 0; k < result.used; ++k)
      result.plane[k] =
          flipped ? weight.plane(group * from + one, first + k) : weight.plane(group * to + first + k, one);
    return result;
  }
};

// The factor that a product of two spectra of Transform needs for its inverse to be exact.
template <typename T>
T product_scale(const Transform<T>& transform) {
  return static_cast<T>(0.25 / transform.gain());
}

// The conjugate spectrum of one vector's kernels, scaled for products: `put(frequency, Complex)`.
template <typename T, typename Put>
void kernel_spectrum(const Transform<T>& transform, std::int64_t length, const KernelRows<const T>& rows,
                     const KernelLanes<const T>& kernels, T* tile, T* work, const Put& put) {
  const auto read = [&](std::int64_t i, std::int64_t j, T* row) { return rows.read(kernels, i, j, length, row); };
  transform.forward(read, tile, work);
  const Vector<T> scale = broadcast(product_scale(transform));
  for (std::int64_t bin = 0; bin < transform.bins(); ++bin) {
    const auto value = Complex<T>::at(tile + bin * complex_size<T>);
    put(bin, Complex<T>{value.re * scale, -value.im * scale});
  }
}

}  // namespace striate::STRIATE_LEVEL::fft
