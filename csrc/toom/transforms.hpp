// The three linear maps of F(3, 3): three outputs of three taps from five products. With the points 0, 1, -1, 2 and
// infinity, `outputs = A ((G taps) * (B signal))`, each factor in README.md.
#pragma once

#include "../rows.hpp"

namespace striate::STRIATE_LEVEL::toom {

inline constexpr int tile = 3;    // outputs, and taps, taken together
inline constexpr int planes = 5;  // products of a tile

// Lane t of part i is element 3 t + i of three vectors that follow each other, and the other way.
template <typename V, int... T>
[[gnu::always_inline]] inline void split_threes(V a, V b, V c, V (&part)[tile], std::integer_sequence<int, T...>) {
  constexpr int n = sizeof...(T);
  const auto pick = [&]<int i>(std::integral_constant<int, i>) {
    // First what a and b hold, in order; then lanes from c on.
    const V low = shuffle(a, b, std::integer_sequence<int, (3 * T + i < 2 * n ? 3 * T + i : 0)...>{});
    return shuffle(low, c, std::integer_sequence<int, (3 * T + i < 2 * n ? T : 3 * T + i - n)...>{});
  };
  part[0] = pick(std::integral_constant<int, 0>{});
  part[1] = pick(std::integral_constant<int, 1>{});
  part[2] = pick(std::integral_constant<int, 2>{});
}

template <typename V, int... L>
[[gnu::always_inline]] inline void join_threes(const V (&part)[tile], V (&out)[tile],
                                               std::integer_sequence<int, L...>) {
  constexpr int n = sizeof...(L);
  const auto pick = [&]<int v>(std::integral_constant<int, v>) {
    const V two =
        shuffle(part[0], part[1], std::integer_sequence<int, ((v * n + L) % 3 == 1 ? n : 0) + (v * n + L) / 3 ...>{});
    return shuffle(two, part[2], std::integer_sequence<int, ((v * n + L) % 3 == 2 ? n + (v * n + L) / 3 : L)...>{});
  };
  out[0] = pick(std::integral_constant<int, 0>{});
  out[1] = pick(std::integral_constant<int, 1>{});
  out[2] = pick(std::integral_constant<int, 2>{});
}

template <typename T>
[[gnu::always_inline]] inline void load_threes(const T* from, Vector<T> (&part)[tile]) {
  split_threes(load(from), load(from + lanes<T>), load(from + 2 * lanes<T>), part,
               std::make_integer_sequence<int, lanes<T>>{});
}

// The five planes of `tiles` tiles of a row: tile t reads signal[3 t] to signal[3 t + 4]. Whole vectors are read:
// 3 * (tiles rounded up to lanes) + 3 elements.
template <typename T>
void transform_signal(const T* signal, std::int64_t tiles, T* to, std::int64_t plane) {
  for (std::int64_t t = 0; t < tiles; t += lanes<T>) {
    Vector<T> d[tile], e[tile];
    load_threes(signal + tile * t, d);
    load_threes(signal + tile * t + tile, e);
    const Vector<T> two = broadcast(T(2)), three = broadcast(T(3)), last = e[0] - d[1];
    const Vector<T> row[planes] = {two * (d[0] - d[2]) + last, (e[0] - d[2]) - two * d[1],
                                   e[0] + (two * d[1] - three * d[2]), last, (e[1] - d[2]) - two * last};
    const int count = static_cast<int>(std::min<std::int64_t>(tiles - t, lanes<T>));
#pragma GCC unroll 8
    for (int p = 0; p < planes; ++p)
      if (count == lanes<T>)
        store(to + p * plane + t, row[p]);
      else
        store_part(to + p * plane + t, row[p], count);
  }
}

// The same of gradients that play the taps: tile t reads grad[3 t] to grad[3 t + 2]. The scales of G are left out.
template <typename T>
void transform_gradient(const T* grad, std::int64_t tiles, T* to, std::int64_t plane) {
  for (std::int64_t t = 0; t < tiles; t += lanes<T>) {
    Vector<T> g[tile];
    load_threes(grad + tile * t, g);
    const Vector<T> ends = g[0] + g[2], two = broadcast(T(2));
    const Vector<T> row[planes] = {g[0], ends + g[1], ends - g[1], g[0] + two * (g[1] + two * g[2]), g[2]};
    const int count = static_cast<int>(std::min<std::int64_t>(tiles - t, lanes<T>));
#pragma GCC unroll 8
    for (int p = 0; p < planes; ++p)
      if (count == lanes<T>)
        store(to + p * plane + t, row[p]);
      else
        store_part(to + p * plane + t, row[p], count);
  }
}

// G, with scales: the five numbers of three taps.
template <typename T>
void transform_taps(const T (&w)[tile], T (&to)[planes]) {
  const T ends = w[0] + w[2];
  to[0] = w[0] / 2;
  to[1] = -(ends + w[1]) / 2;
  to[2] = -(ends - w[1]) / 6;
  to[3] = (w[0] + 2 * (w[1] + 2 * w[2])) / 6;
  to[4] = w[2];
}

// The scales of G, for sums of unscaled products.
inline constexpr double scale[planes] = {1.0 / 2, -1.0 / 2, -1.0 / 6, 1.0 / 6, 1};

// A: the three outputs of five sums.
template <typename V>
[[gnu::always_inline]] inline void outputs_of(const V (&m)[planes], V (&out)[tile]) {
  const V sum = m[1] + m[2], difference = m[1] - m[2], twice = m[3] + m[3];
  out[0] = (m[0] + sum) + m[3];
  out[1] = difference + twice;
  out[2] = (sum + m[4]) + (twice + twice);
}

}  // namespace striate::STRIATE_LEVEL::toom
