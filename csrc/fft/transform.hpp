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
    const std::int64_t column = std::max(length_[0], length_[1]) * complex_size<T>;
    return row_size() + std::max({column + axis_[0]->work_size(), column + axis_[1]->work_size(), last_.work_size()});
  }

  // `read(i, j, row)` fills a row of length[2] vectors, or returns false for a row of zeros.
  template <typename Read>
  void forward(const Read& read, T* tile, T* work) const {
    read_rows(read, tile, work);
    along_axis_1<false>(tile, length_[0], work);
    if (length_[0] > 1)
      columns(tile, length_[1] * line_size(), work, [&](T* at, std::int64_t apart, T* passes) {
        axis_[0]->template run<false>(at, apart, at, apart, passes);
      });
  }

  // `write(i, j, row)` gets the rows i < rows[0], j < rows[1]. The tile is used up.
  template <typename Write>
  void inverse(T* tile, const std::array<std::int64_t, 3>& rows, const Write& write, T* work) const {
    if (length_[0] > 1)
      columns(tile, length_[1] * line_size(), work, [&](T* at, std::int64_t apart, T* passes) {
        axis_[0]->template run<true>(at, apart, at, apart, passes);
      });
    along_axis_1<true>(tile, rows[0], work);
    write_rows(tile, rows, write, work);
  }

  // `forward`, the product with a spectrum, and `inverse`. Along the outermost axis all three are done to one column
  // after another, which stay in the first cache: the tile goes through the second one four times, not eight.
  template <typename Read, typename Write>
  void filter(const Read& read, const T* spectrum, const std::array<std::int64_t, 3>& rows, const Write& write, T* tile,
              T* work) const {
    read_rows(read, tile, work);
    if (length_[0] > 1) {
      along_axis_1<false>(tile, length_[0], work);
      filter_columns(*axis_[0], spectrum, tile, length_[1] * line_size(), work);
      along_axis_1<true>(tile, rows[0], work);
    } else if (length_[1] > 1) {
      filter_columns(*axis_[1], spectrum, tile, line_size(), work);
    } else {
      for (std::int64_t at = 0; at < tile_size(); at += complex_size<T>)
        product(Complex<T>::at(tile + at), Complex<T>::at(spectrum + at)).put(tile + at);
    }
    write_rows(tile, rows, write, work);
  }

 private:
  std::int64_t row_size() const { return length_[2] * lanes<T>; }
  std::int64_t line_size() const { return last_.columns() * complex_size<T>; }

  template <typename Read>
  void read_rows(const Read& read, T* tile, T* work) const {
    for (std::int64_t i = 0; i < length_[0]; ++i)
      for (std::int64_t j = 0; j < length_[1]; ++j, tile += line_size()) {
        if (read(i, j, work))
          last_.forward(work, tile, work + row_size());
        else
          std::fill_n(tile, line_size(), T(0));
      }
  }

  template <typename Write>
  void write_rows(const T* tile, const std::array<std::int64_t, 3>& rows, const Write& write, T* work) const {
    for (std::int64_t i = 0; i < rows[0]; ++i)
      for (std::int64_t j = 0; j < rows[1]; ++j) {
        last_.inverse(tile + (i * length_[1] + j) * line_size(), work, work + row_size());
        write(i, j, work);
      }
  }

  // `one` column after another, whose elements lie `apart`.
  template <typename One>
  void columns(T* tile, std::int64_t apart, T* work, const One& one) const {
    for (T* at = tile; at < tile + apart; at += complex_size<T>) one(at, apart, work);
  }

  template <bool inverse>
  void along_axis_1(T* tile, std::int64_t slices, T* work) const {
    if (length_[1] == 1) return;
    for (std::int64_t i = 0; i < slices; ++i)
      columns(tile + i * length_[1] * line_size(), line_size(), work, [&](T* at, std::int64_t apart, T* passes) {
        axis_[1]->template run<inverse>(at, apart, at, apart, passes);
      });
  }

  void filter_columns(const Stockham<T>& axis, const T* spectrum, T* tile, std::int64_t apart, T* work) const {
    columns(tile, apart, work, [&](T* at, std::int64_t, T* column) {
      T* const passes = column + axis.length() * complex_size<T>;
      axis.template run<false>(at, apart, column, complex_size<T>, passes);
      const T* factor = spectrum + (at - tile);
      for (T* one = column; one < passes; one += complex_size<T>, factor += apart)
        product(Complex<T>::at(one), Complex<T>::at(factor)).put(one);
      axis.template run<true>(column, complex_size<T>, at, apart, passes);
    });
  }

  std::array<std::int64_t, 3> length_;
  std::array<const Stockham<T>*, 2> axis_;
  const RealTransform<T>& last_;
};

}  // namespace striate::STRIATE_LEVEL::fft
