// Real transforms of tiles of one to three axes, a signal a lane.
#pragma once

#include <algorithm>
#include <array>

#include "real.hpp"

namespace striate::STRIATE_LEVEL::fft {

// Spectra are [axis 0][axis 1][half of axis 2] and twice the exact ones; `inverse` gives `gain` times the signal.
template <typename T>
class Transform {
 public:
  explicit Transform(const std::array<std::int64_t, 3>& length)
      : length_(length),
        axis_{&of_length<Stockham<T>>(length[0]), &of_length<Stockham<T>>(length[1])},
        last_(of_length<RealTransform<T>>(length[2])) {}

  std::int64_t bins() const { return length_[0] * length_[1] * last_.columns(); }
  double gain() const { return static_cast<double>(length_[0] * length_[1] * length_[2]); }
  // Elements of a tile's spectrum, and of the memory that a transform works in.
  std::int64_t tile_size() const { return bins() * complex_size<T>; }
  std::int64_t work_size() const {
    return row_size() + std::max({axis_[0]->work_size(), axis_[1]->work_size(), last_.work_size()});
  }

  // `read(i, j, row)` fills a row of length[2] vectors, or returns false for a row of zeros.
  template <typename Read>
  void forward(const Read& read, T* tile, T* work) const {
    T* to = tile;
    for (std::int64_t i = 0; i < length_[0]; ++i)
      for (std::int64_t j = 0; j < length_[1]; ++j, to += line_size()) {
        if (read(i, j, work))
          last_.forward(work, to, work + row_size());
        else
          std::fill_n(to, line_size(), T(0));
      }
    along_axis_1<false>(tile, length_[0], work);
    along_axis_0<false>(tile, work);
  }

  // `write(i, j, row)` gets the rows i < rows[0], j < rows[1]. The tile is used up.
  template <typename Write>
  void inverse(T* tile, const std::array<std::int64_t, 3>& rows, const Write& write, T* work) const {
    along_axis_0<true>(tile, work);
    along_axis_1<true>(tile, rows[0], work);
    for (std::int64_t i = 0; i < rows[0]; ++i)
      for (std::int64_t j = 0; j < rows[1]; ++j) {
        last_.inverse(tile + (i * length_[1] + j) * line_size(), work, work + row_size());
        write(i, j, work);
      }
  }

 private:
  std::int64_t row_size() const { return length_[2] * lanes<T>; }
  std::int64_t line_size() const { return last_.columns() * complex_size<T>; }

  template <bool inverse>
  void along_axis_0(T* tile, T* work) const {
    const std::int64_t slice = length_[1] * line_size();
    if (length_[0] == 1) return;
    for (T* at = tile; at < tile + slice; at += complex_size<T>)
      axis_[0]->template run<inverse>(at, slice, at, slice, work);
  }

  template <bool inverse>
  void along_axis_1(T* tile, std::int64_t slices, T* work) const {
    if (length_[1] == 1) return;
    for (std::int64_t i = 0; i < slices; ++i) {
      T* const slice = tile + i * length_[1] * line_size();
      for (T* at = slice; at < slice + line_size(); at += complex_size<T>)
        axis_[1]->template run<inverse>(at, line_size(), at, line_size(), work);
    }
  }

  std::array<std::int64_t, 3> length_;
  std::array<const Stockham<T>*, 2> axis_;
  const RealTransform<T>& last_;
};

}  // namespace striate::STRIATE_LEVEL::fft
