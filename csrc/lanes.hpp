// Between memory where each lane's elements lie apart and blocks [position][lane] of whole vectors.
#pragma once

#include <array>
#include <type_traits>

#include "transpose.hpp"

namespace striate::STRIATE_LEVEL {

template <typename T>
using LanePointers = std::array<T*, lanes<std::remove_const_t<T>>>;

// block[i][l] = lane[l][i * step] for i in [0, count).
template <typename T>
void gather_lanes(const LanePointers<const T>& lane, std::int64_t step, std::int64_t count, T* block) {
  constexpr int n = lanes<T>;
  if (step != 1) {
    for (std::int64_t i = 0; i < count; ++i)
      for (int l = 0; l < n; ++l) block[i * n + l] = lane[l][i * step];
    return;
  }
  Vector<T> row[n];
  std::int64_t i = 0;
  for (; i + n <= count; i += n) {
#pragma GCC unroll 16
    for (int l = 0; l < n; ++l) row[l] = load(lane[l] + i);
    transpose_square(row);
#pragma GCC unroll 16
    for (int l = 0; l < n; ++l) store(block + (i + l) * n, row[l]);
  }
  if (i == count) return;
  const int rest = static_cast<int>(count - i);
#pragma GCC unroll 16
  for (int l = 0; l < n; ++l) row[l] = load_part(lane[l] + i, rest);
  transpose_square(row);
#pragma GCC unroll 16
  for (int l = 0; l < n; ++l)
    if (l < rest) store(block + (i + l) * n, row[l]);
}

// lane[l][i * step] = block[i][l] for the first `used` lanes.
template <typename T>
void scatter_lanes(const T* block, std::int64_t count, const LanePointers<T>& lane, int used, std::int64_t step) {
  constexpr int n = lanes<T>;
  if (step != 1) {
    for (std::int64_t i = 0; i < count; ++i)
      for (int l = 0; l < used; ++l) lane[l][i * step] = block[i * n + l];
    return;
  }
  Vector<T> row[n];
  std::int64_t i = 0;
  for (; i + n <= count; i += n) {
#pragma GCC unroll 16
    for (int l = 0; l < n; ++l) row[l] = load(block + (i + l) * n);
    transpose_square(row);
#pragma GCC unroll 16
    for (int l = 0; l < n; ++l)
      if (l < used) store(lane[l] + i, row[l]);
  }
  if (i == count) return;
  const int rest = static_cast<int>(count - i);
#pragma GCC unroll 16
  for (int l = 0; l < n; ++l) row[l] = l < rest ? load(block + (i + l) * n) : Vector<T>{};
  transpose_square(row);
#pragma GCC unroll 16
  for (int l = 0; l < n; ++l)
    if (l < used) store_part(lane[l] + i, row[l], rest);
}

}  // namespace striate::STRIATE_LEVEL
