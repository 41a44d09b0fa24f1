// The two register tiles: a sum over taps for some channels and pixels, and a sum over pixels for some channels and
// taps. `rows x columns` accumulators are live at once, so both sizes are template parameters and loops unroll whole.
#pragma once

#include <array>
#include <utility>

#include "../rows.hpp"

namespace striate::STRIATE_LEVEL::direct {

// The value in a register: without this GCC loads it anew for every FMA that reads it, and loads become the limit.
template <typename V>
[[gnu::always_inline]] inline V held(V value) {
#if defined(__AVX512F__)
  asm("" : "+v"(value));
#elif defined(__x86_64__)
  asm("" : "+x"(value));
#elif defined(__aarch64__)
  asm("" : "+w"(value));
#endif
  return value;
}

// Heights of a tile, in channels. Its width, in vectors of pixels (or in taps), is what the registers then allow.
inline constexpr std::array<int, 7> tile_heights = {1, 2, 3, 4, 6, 8, 14};
inline constexpr int max_height = 14;
inline constexpr int max_width = 8;

// height * width accumulators, a vector for each column and one operand that passes by.
constexpr bool fits(int height, int width) { return height * width + width + 1 <= vector_registers; }

// The widest tile of this height that fits, or 0.
constexpr int width_of(int height) {
  int width = max_width;
  while (width > 0 && !fits(height, width)) --width;
  return width;
}

// What a tile of `forward` reads: `taps` numbers of `offset` for each of `channels` planes, `plane` elements apart.
struct Terms {
  std::int64_t channels;
  std::int64_t plane;
  std::int64_t taps;
  const std::int64_t* offset;
};

// out[h][q] = sum over c, t of w[c][t][h] * x[c * plane + offset[t] + q], for `Width` vectors of q.
// One term costs Width loads of x and Height broadcasts of w for Height * Width FMAs. `add`: sums begin from what
// stands in out.
template <typename T, int Height, int Width>
void sum_taps(const T* x, const T* w, const Terms& terms, T* out, std::int64_t out_stride, bool add) {
  Vector<T> sum[Height][Width] = {};
  if (add)
#pragma GCC unroll 16
    for (int h = 0; h < Height; ++h)
#pragma GCC unroll 16
      for (int v = 0; v < Width; ++v) sum[h][v] = load(out + h * out_stride + v * lanes<T>);
  for (std::int64_t c = 0; c < terms.channels; ++c, x += terms.plane) {
    for (std::int64_t t = 0; t < terms.taps; ++t, w += Height) {
      const T* from = x + terms.offset[t];
      Vector<T> signal[Width];
#pragma GCC unroll 16
      for (int v = 0; v < Width; ++v) signal[v] = held(load(from + v * lanes<T>));
#pragma GCC unroll 16
      for (int h = 0; h < Height; ++h) {
        const Vector<T> tap = held(broadcast(w[h]));
#pragma GCC unroll 16
        for (int v = 0; v < Width; ++v) sum[h][v] += tap * signal[v];
      }
    }
  }
#pragma GCC unroll 16
  for (int h = 0; h < Height; ++h)
#pragma GCC unroll 16
    for (int v = 0; v < Width; ++v) store(out + h * out_stride + v * lanes<T>, sum[h][v]);
}

// One step of summing n vectors of n lanes: lane j goes on with the vector that has j's bit `half`.
template <int half, typename V, int n, int... J>
[[gnu::always_inline]] inline void fold_lanes(V (&row)[n], std::integer_sequence<int, J...>) {
#pragma GCC unroll 16
  for (int i = 0; i < half; ++i) {
    const V a = row[i], b = row[i + half];
    row[i] = shuffle(a, b, std::integer_sequence<int, (J & half ? n + J : J)...>{}) +
             shuffle(a, b, std::integer_sequence<int, (J & half ? n + (J ^ half) : J ^ half)...>{});
  }
}

// Lane j of the result is the sum of the lanes of row[j]: 3 (n - 1) instructions for n sums.
template <typename V, int n>
[[gnu::always_inline]] inline V sum_lanes(V (&row)[n]) {
  constexpr auto all = std::make_integer_sequence<int, n>{};
  if constexpr (n >= 16) fold_lanes<8>(row, all);
  if constexpr (n >= 8) fold_lanes<4>(row, all);
  if constexpr (n >= 4) fold_lanes<2>(row, all);
  fold_lanes<1>(row, all);
  return row[0];
}

// What a tile of `backward_weight` reads: `runs` runs of `vectors` vectors of pixels.
struct Pixels {
  std::int64_t runs;
  std::int64_t vectors;
  const std::int64_t* x_start;  // where each run begins in x
  std::int64_t grad_run;        // elements between runs in grad
  std::int64_t grad_stride;     // elements between channels in grad
};

// out[h][t] += sum over q of grad[h][q] * x[offset[t] + q]. One vector of q costs Height + Width loads.
template <typename T, int Height, int Width>
void sum_pixels(const T* grad, const T* x, const std::int64_t* offset, const Pixels& pixels, T* out,
                std::int64_t out_stride) {
  Vector<T> sum[Height][Width] = {};
  for (std::int64_t run = 0; run < pixels.runs; ++run) {
    const T* g = grad + run * pixels.grad_run;
    const T* signal[Width];
#pragma GCC unroll 16
    for (int t = 0; t < Width; ++t) signal[t] = x + pixels.x_start[run] + offset[t];
    const std::int64_t end = pixels.vectors * lanes<T>;
    for (std::int64_t q = 0; q < end; q += lanes<T>) {
      Vector<T> value[Width];
#pragma GCC unroll 16
      for (int t = 0; t < Width; ++t) value[t] = held(load(signal[t] + q));
#pragma GCC unroll 16
      for (int h = 0; h < Height; ++h) {
        const Vector<T> g_h = held(load(g + h * pixels.grad_stride + q));
#pragma GCC unroll 16
        for (int t = 0; t < Width; ++t) sum[h][t] += g_h * value[t];
      }
    }
  }
  constexpr int n = lanes<T>, count = Height * Width;
  T total[(count + n - 1) / n * n];
#pragma GCC unroll 32
  for (int first = 0; first < count; first += n) {
    Vector<T> row[n];
#pragma GCC unroll 16
    for (int k = 0; k < n; ++k)
      row[k] = first + k < count ? sum[(first + k) / Width][(first + k) % Width] : Vector<T>{};
    store(total + first, sum_lanes(row));
  }
  for (int h = 0; h < Height; ++h)
    for (int t = 0; t < Width; ++t) out[h * out_stride + t] += total[h * Width + t];
}

template <typename T>
using SumTaps = void (*)(const T*, const T*, const Terms&, T*, std::int64_t, bool add);
template <typename T>
using SumPixels = void (*)(const T*, const T*, const std::int64_t*, const Pixels&, T*, std::int64_t);

// The tiles of every height, by width; index 0 is not used.
template <typename T>
struct Tiles {
  std::array<SumTaps<T>, max_width + 1> taps = {};
  std::array<SumPixels<T>, max_width + 1> pixels = {};
};

template <typename T, int Height>
constexpr Tiles<T> tiles_of_height() {
  Tiles<T> tiles;
  [&]<int... W>(std::integer_sequence<int, W...>) {
    ((tiles.taps[W + 1] = &sum_taps<T, Height, W + 1>), ...);
    ((tiles.pixels[W + 1] = &sum_pixels<T, Height, W + 1>), ...);
  }(std::make_integer_sequence<int, width_of(Height)>());
  return tiles;
}

template <typename T>
const Tiles<T>& tiles(int height) {
  static constexpr Tiles<T> one = tiles_of_height<T, 1>(), two = tiles_of_height<T, 2>(),
                            three = tiles_of_height<T, 3>(), four = tiles_of_height<T, 4>(),
                            six = tiles_of_height<T, 6>(), eight = tiles_of_height<T, 8>(),
                            fourteen = tiles_of_height<T, 14>();
  switch (height) {
    case 1:
      return one;
    case 2:
      return two;
    case 3:
      return three;
    case 4:
      return four;
    case 6:
      return six;
    case 8:
      return eight;
    default:
      return fourteen;
  }
}

// The height that computes `channels` with the least work: rounding up wastes accumulators, a small tile loads more.
inline int choose_height(std::int64_t channels) {
  int best = 1;
  double least = 0;
  for (const int height : tile_heights) {
    const int width = width_of(height);
    if (width == 0) continue;
    // Per term of a tile: an FMA is half a cycle; a load of x crosses a line, so it counts double; loads and FMAs
    // overlap, and what the slower of the two takes over the other is nearly hidden.
    const double fma = height * width, load = 2.0 * width + height + 1;
    const double cost = (channels + height - 1) / height * (fma > load ? fma + load / 8 : load + fma / 8) / width;
    if (least == 0 || cost < least) least = cost, best = height;
  }
  return best;
}

}  // namespace striate::STRIATE_LEVEL::direct
