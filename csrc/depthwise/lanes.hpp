// Between memory where each lane's elements lie apart and blocks [position][lane] of whole vectors.
#pragma once

#include <array>
#include <utility>

#include "../simd.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

template <typename T>
using LanePointers = std::array<T*, lanes<std::remove_const_t<T>>>;

template <typename V, int... I>
[[gnu::always_inline]] inline V shuffle(V a, V b, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, b, I...);
}

// Lane j of the two results of exchanging off-diagonal blocks of `half` lanes between two rows.
template <int half, int row, int... J>
constexpr auto exchange(std::integer_sequence<int, J...>) {
  constexpr int n = sizeof...(J);
  if constexpr (row == 0)
    return std::integer_sequence<int, ((J & half) ? n + J - half : J)...>{};
  else
    return std::integer_sequence<int, ((J & half) ? n + J : J + half)...>{};
}

template <int half, typename V, int n>
[[gnu::always_inline]] inline void exchange_blocks(V (&row)[n]) {
  constexpr auto all = std::make_integer_sequence<int, n>{};
#pragma GCC unroll 16
  for (int i = 0; i < n; ++i) {
    if (i & half) continue;
    const V a = row[i], b = row[i + half];
    row[i] = shuffle(a, b, exchange<half, 0>(all));
    row[i + half] = shuffle(a, b, exchange<half, 1>(all));
  }
}

// Transposes a square of vectors in registers, by blocks of half, a quarter, ... of its side.
template <typename V, int n>
[[gnu::always_inline]] inline void transpose(V (&row)[n]) {
  if constexpr (n >= 16) exchange_blocks<8>(row);
  if constexpr (n >= 8) exchange_blocks<4>(row);
  if constexpr (n >= 4) exchange_blocks<2>(row);
  exchange_blocks<1>(row);
}

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
    transpose(row);
#pragma GCC unroll 16
    for (int l = 0; l < n; ++l) store(block + (i + l) * n, row[l]);
  }
  if (i == count) return;
  const int rest = static_cast<int>(count - i);
#pragma GCC unroll 16
  for (int l = 0; l < n; ++l) row[l] = load_part(lane[l] + i, rest);
  transpose(row);
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
    transpose(row);
#pragma GCC unroll 16
    for (int l = 0; l < n; ++l)
      if (l < used) store(lane[l] + i, row[l]);
  }
  if (i == count) return;
  const int rest = static_cast<int>(count - i);
#pragma GCC unroll 16
  for (int l = 0; l < n; ++l) row[l] = l < rest ? load(block + (i + l) * n) : Vector<T>{};
  transpose(row);
#pragma GCC unroll 16
  for (int l = 0; l < n; ++l)
    if (l < used) store_part(lane[l] + i, row[l], rest);
}

}  // namespace striate::STRIATE_LEVEL::depthwise
