// The inner loop of backward_weight with lanes over channels.
#pragma once

#include <array>

#include "../simd.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// Taps that accumulate in registers at a time. Each has an address of its own, and there are 16 general registers.
inline constexpr int tile_taps = 10;

template <typename T>
struct WeightTileCall {
  const T* source;  // packed, of the first output
  std::int64_t source_row;
  const T* gradient;
  std::int64_t gradient_row;
  std::int64_t gradient_step;
  std::int64_t rows;
  std::int64_t columns;
};

// sum[t] += gradient * source at offset[t], over rows x columns outputs: a gradient vector is loaded once for all taps.
template <typename T, int taps>
void weight_tile(const WeightTileCall<T>& call, const std::int64_t* offset, T* sum) {
  constexpr int n = lanes<T>;
  Vector<T> partial[taps] = {};
  const T* source[taps];
#pragma GCC unroll 16
  for (int t = 0; t < taps; ++t) source[t] = call.source + offset[t];
  for (std::int64_t r = 0; r < call.rows; ++r) {
    const T* gradient = call.gradient + r * call.gradient_row;
    const std::int64_t begin = r * call.source_row, end = begin + call.columns * n;
    for (std::int64_t i = begin; i < end; i += n, gradient += call.gradient_step) {
      const Vector<T> g = load(gradient);
#pragma GCC unroll 16
      for (int t = 0; t < taps; ++t) partial[t] += g * load(source[t] + i);
    }
  }
#pragma GCC unroll 16
  for (int t = 0; t < taps; ++t) store(sum + t * n, load(sum + t * n) + partial[t]);
}

template <typename T>
using WeightTile = void (*)(const WeightTileCall<T>&, const std::int64_t*, T*);

template <typename T, int... K>
constexpr auto make_weight_tiles(std::integer_sequence<int, K...>) {
  return std::array<WeightTile<T>, sizeof...(K)>{weight_tile<T, K + 1>...};
}

template <typename T>
inline constexpr auto weight_tiles = make_weight_tiles<T>(std::make_integer_sequence<int, tile_taps>{});

}  // namespace striate::STRIATE_LEVEL::depthwise
