// Copies between rows of pixels and rows of channels.
#pragma once

#include <algorithm>

#include "activate.hpp"
#include "transpose.hpp"

namespace striate::STRIATE_LEVEL {

// to[i] = change(from[i]) for i in [0, count), by vectors.
template <typename T, typename Change>
[[gnu::always_inline]] inline void map_row(const T* from, std::int64_t count, T* to, const Change& change) {
  std::int64_t i = 0;
  for (; i + lanes<T> <= count; i += lanes<T>) store(to + i, change(load(from + i)));
  if (i == count) return;
  const int rest = static_cast<int>(count - i);
  store_part(to + i, change(load_part(from + i, rest)), rest);
}

// to[j * to_stride + i] = the epilogue of from[i * from_stride + j] for i in [0, rows), j in [0, columns).
template <typename T>
void transpose(const T* from, std::int64_t from_stride, std::int64_t rows, std::int64_t columns,
               const Epilogue<T>& epilogue, T* to, std::int64_t to_stride) {
  constexpr int n = lanes<T>;
  for (std::int64_t i = 0; i < rows; i += n) {
    const int high = static_cast<int>(std::min<std::int64_t>(rows - i, n));
    for (std::int64_t j = 0; j < columns; j += n) {
      const int wide = static_cast<int>(std::min<std::int64_t>(columns - j, n));
      Vector<T> row[n];
#pragma GCC unroll 16
      for (int k = 0; k < n; ++k) {
        row[k] = k < high ? load_part(from + (i + k) * from_stride + j, wide) : Vector<T>{};
        if (epilogue.bias && k < high) row[k] += broadcast(epilogue.bias[i + k]);
        row[k] = activate(row[k], epilogue.activation);
      }
      transpose_square(row);
#pragma GCC unroll 16
      for (int k = 0; k < n; ++k)
        if (k < wide) store_part(to + (j + k) * to_stride + i, row[k], high);
    }
  }
}

}  // namespace striate::STRIATE_LEVEL
