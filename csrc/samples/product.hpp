// Weights at the points, and the products with signals at the points.
#pragma once

#include <utility>

#include "../direct/tile.hpp"
#include "../kernel.hpp"
#include "transforms.hpp"

namespace striate::STRIATE_LEVEL::samples {

inline constexpr int all_points = points * points;

// `total` in as few pieces of at most `most` as there can be, as equal as they come.
struct Pieces {
  std::int64_t total, count;
  Pieces(std::int64_t total, std::int64_t most) : total(total), count((total + most - 1) / most) {}
  std::int64_t begin(std::int64_t i) const { return i * total / count; }
};

// Tiles of a product: with 32 registers 4 x 6 accumulators, 6 signals and a weight; with 16 registers 4 x 3.
inline constexpr int most_high = 4, most_wide = vector_registers == 32 ? 6 : 3;

// The height that wastes the fewest of `channels` rounded up; 3 or 4.
inline int height_for(std::int64_t channels) { return (channels + 2) / 3 * 3 < (channels + 3) / 4 * 4 ? 3 : 4; }

// The weight at all points, [block of `height` channels computed][point][channel summed][height]; zeros for channels
// that there are not.
template <typename T>
class PointWeights {
 public:
  PointWeights(Direction direction, std::int64_t to, std::int64_t from)
      : direction_(direction), to_(to), from_(from), height(height_for(to)), blocks((to + height - 1) / height) {}

  std::int64_t elements() const { return blocks * all_points * from_ * height; }
  const T* block(const T* all, std::int64_t number) const { return all + number * all_points * from_ * height; }

  void pack(const View<const T>& weight, std::int64_t first, std::int64_t last, T* all) const {
    constexpr int n = lanes<T>;
    for (std::int64_t number = first; number < last; ++number) {
      T* const block = all + number * all_points * from_ * height;
      const std::int64_t pairs = from_ * height;  // of one point
      for (std::int64_t pair = 0; pair < pairs; pair += n) {
        const int count = static_cast<int>(std::min<std::int64_t>(n, pairs - pair));
        T tap[taps * taps][n] = {};
        for (int i = 0; i < count; ++i) {
          const std::int64_t from = (pair + i) / height, to = number * height + (pair + i) % height;
          if (to >= to_) continue;
          const T* const plane = direction_ == Direction::forward ? weight.plane(to, from) : weight.plane(from, to);
          for (int t = 0; t < taps * taps; ++t) tap[t][i] = plane[weight.offset(0, t / taps, t % taps)];
        }
        Vector<T> half[points][taps];
        for (int c = 0; c < taps; ++c) {
          Vector<T> column[taps], at[points];
          for (int r = 0; r < taps; ++r) column[r] = load(tap[r * taps + c]);
          points_of_taps<T>(column, at);
          for (int r = 0; r < points; ++r) half[r][c] = at[r];
        }
        for (int r = 0; r < points; ++r) {
          Vector<T> at[points];
          points_of_taps<T>(half[r], at);
          for (int c = 0; c < points; ++c) store_part(block + (r * points + c) * pairs + pair, at[c], count);
        }
      }
    }
  }

 private:
  const Direction direction_;
  const std::int64_t to_, from_;

 public:
  const int height;
  const std::int64_t blocks;
};

// products[p][h][t] = sum over c of weights[p][c][h] * signals[p][c][t], for every point p. A step of c costs Wide
// loads and High broadcasts for High * Wide FMAs.
template <typename T, int High, int Wide>
void multiply_points(const T* weights, const T* signals, std::int64_t channels, T* products) {
  for (int point = 0; point < all_points; ++point, products += High * Wide * lanes<T>) {
    Vector<T> sum[High][Wide] = {};
    for (std::int64_t c = 0; c < channels; ++c, weights += High, signals += Wide * lanes<T>) {
      Vector<T> signal[Wide];
#pragma GCC unroll 8
      for (int t = 0; t < Wide; ++t) signal[t] = direct::held(load(signals + t * lanes<T>));
#pragma GCC unroll 8
      for (int h = 0; h < High; ++h) {
        const Vector<T> weight = direct::held(broadcast(weights[h]));
#pragma GCC unroll 8
        for (int t = 0; t < Wide; ++t) sum[h][t] += weight * signal[t];
      }
    }
#pragma GCC unroll 8
    for (int h = 0; h < High; ++h)
#pragma GCC unroll 8
      for (int t = 0; t < Wide; ++t) store(products + (h * Wide + t) * lanes<T>, sum[h][t]);
  }
}

template <typename T>
void multiply_points(int high, std::int64_t wide, const T* weights, const T* signals, std::int64_t channels,
                     T* products) {
  [&]<int... W>(std::integer_sequence<int, W...>) {
    ((W + 1 == wide ? (high == 3 ? multiply_points<T, 3, W + 1>(weights, signals, channels, products)
                                 : multiply_points<T, 4, W + 1>(weights, signals, channels, products))
                    : void()),
     ...);
  }(std::make_integer_sequence<int, most_wide>());
}

}  // namespace striate::STRIATE_LEVEL::samples
