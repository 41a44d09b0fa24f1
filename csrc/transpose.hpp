// A square of vectors transposed in registers.
#pragma once

#include <utility>

#include "simd.hpp"

namespace striate::STRIATE_LEVEL {

template <typename V, int... I>
[[gnu::always_inline]] inline V shuffle(V a, V b, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, b, I...);
}

// One step of a transpose: rows `half` apart exchange their off-diagonal blocks of `half` lanes.
template <int half, typename V, int n, int... J>
[[gnu::always_inline]] inline void exchange(V (&row)[n], std::integer_sequence<int, J...>) {
#pragma GCC unroll 16
  for (int i = 0; i < n; ++i) {
    if (i & half) continue;
    const V a = row[i], b = row[i + half];
    row[i] = shuffle(a, b, std::integer_sequence<int, (J & half ? n + J - half : J)...>{});
    row[i + half] = shuffle(a, b, std::integer_sequence<int, (J & half ? n + J : J + half)...>{});
  }
}

// Transposes a square of vectors, by blocks of half, a quarter, ... of its side.
template <typename V, int n>
[[gnu::always_inline]] inline void transpose_square(V (&row)[n]) {
  constexpr auto all = std::make_integer_sequence<int, n>{};
  if constexpr (n >= 16) exchange<8>(row, all);
  if constexpr (n >= 8) exchange<4>(row, all);
  if constexpr (n >= 4) exchange<2>(row, all);
  exchange<1>(row, all);
}

}  // namespace striate::STRIATE_LEVEL
