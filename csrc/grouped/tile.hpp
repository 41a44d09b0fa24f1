// The register tiles. A pixel is a vector of channels; lane l of an output reads the channels of l's own group.
#pragma once

#include <array>
#include <utility>

#include "../direct/tile.hpp"
#include "../rows.hpp"

namespace striate::STRIATE_LEVEL::grouped {

template <typename V, int group, int channel, int... L>
[[gnu::always_inline]] inline V pick_lanes(V value, std::integer_sequence<int, L...>) {
  return shuffle(value, value, std::integer_sequence<int, (L / group * group + channel)...>{});
}

// In each lane the value of channel `Channel` of its group of `Group`, of the pixel at `from`.
template <int Group, int Channel, typename T>
[[gnu::always_inline]] inline Vector<T> of_group(const T* from, Vector<T> pixel) {
  constexpr auto all = std::make_integer_sequence<int, lanes<T>>{};
  if constexpr (Group >= lanes<T>) {
    return broadcast(from[Channel]);
  } else if constexpr (Group * sizeof(T) <= 16) {
    return pick_lanes<Vector<T>, Group, Channel>(pixel, all);
  } else {
    // Halves of a group first: both steps are one instruction without an index in a register.
    constexpr int part = 16 / static_cast<int>(sizeof(T));
    const auto half = [&]<int... L>(std::integer_sequence<int, L...>) {
      return shuffle(pixel, pixel,
                     std::integer_sequence<int, (L / Group * Group + Channel / part * part + L % part)...>{});
    }(all);
    return pick_lanes<Vector<T>, part, Channel % part>(half, all);
  }
}

// Calls `run(channel)` for every channel of a group, as compile-time constants.
template <int Group, typename Run>
[[gnu::always_inline]] inline void each_channel(const Run& run) {
  [&]<int... C>(std::integer_sequence<int, C...>) {
    (run(std::integral_constant<int, C>{}), ...);
  }(std::make_integer_sequence<int, Group>{});
}

// Pixels of a tile of `forward`: accumulators, a group's weights, a pixel and what is picked from it.
template <int Group>
constexpr int most_pixels() {
  return vector_registers == 32 ? (Group == 8 ? 14 : 20) : Group == 8 ? 4 : 8;
}

// What a tile reads of a packed block.
struct Reads {
  std::span<const std::int64_t> offset;  // of each tap, in elements
  std::int64_t step;                     // elements between the pixels of two outputs
  int row;                               // taps in threes of neighbours: 1, in reverse: -1; else 0
};

// Reads of `offset`; a kernel row of three taps, next to each other as outputs are, is taken together.
inline Reads reads_of(std::span<const std::int64_t> offset, std::int64_t step) {
  Reads reads = {offset, step, vector_registers == 32 && offset.size() % 3 == 0 && !offset.empty()};
  if (reads.row && offset[1] < offset[0]) reads.row = -1;
  for (std::size_t t = 0; reads.row && t < offset.size(); t += 3)
    if (offset[t + 1] - offset[t] != reads.row * step || offset[t + 2] - offset[t + 1] != reads.row * step)
      reads.row = 0;
  return reads;
}

// out[p] = sum over taps t and channels c of w[t][c] * (channel c of the groups of x[offset[t] + p * step]), for
// `Pixels` outputs. A tap costs Pixels + Group loads and Pixels * Group picks for as many FMAs.
template <typename T, int Group, int Pixels>
void sum_taps(const T* x, const T* w, const Reads& reads, T* out) {
  Vector<T> sum[Pixels] = {};
  for (const std::int64_t offset : reads.offset) {
    const T* from = x + offset;
    Vector<T> tap[Group];
#pragma GCC unroll 8
    for (int c = 0; c < Group; ++c) tap[c] = load(w + c * lanes<T>);
    w += Group * lanes<T>;
#pragma GCC unroll 20
    for (int p = 0; p < Pixels; ++p) {
      const T* pixel = from + p * reads.step;
      const Vector<T> value = load(pixel);
      each_channel<Group>(
          [&]<int c>(std::integral_constant<int, c>) { sum[p] += tap[c] * of_group<Group, c>(pixel, value); });
    }
  }
#pragma GCC unroll 20
  for (int p = 0; p < Pixels; ++p) store(out + p * lanes<T>, sum[p]);
}

// Pixels of a tile that takes a kernel row together: 14 accumulators, 12 weights, and what is picked.
inline constexpr int most_row_pixels = 14;

// The same sums, with taps in threes of neighbours: a pick serves three outputs. Three taps of four channels cost
// Pixels + 14 loads and 4 (Pixels + 2) picks for 12 Pixels FMAs.
template <typename T, int Group, int Pixels>
void sum_rows(const T* x, const T* w, const Reads& reads, T* out) {
  constexpr int together = Group < 4 ? Group : 4;
  Vector<T> sum[Pixels] = {};
  for (std::size_t t = 0; t < reads.offset.size(); t += 3, w += 3 * Group * lanes<T>) {
    const T* from = x + reads.offset[reads.row > 0 ? t : t + 2];
    const auto channels = [&]<int first>(std::integral_constant<int, first>) {
      Vector<T> tap[3][together];
#pragma GCC unroll 3
      for (int k = 0; k < 3; ++k)
#pragma GCC unroll 4
        for (int c = 0; c < together; ++c)
          tap[k][c] = load(w + ((reads.row > 0 ? k : 2 - k) * Group + first + c) * lanes<T>);
#pragma GCC unroll 16
      for (int q = 0; q < Pixels + 2; ++q) {
        const T* pixel = from + q * reads.step;
        const Vector<T> value = load(pixel);
        each_channel<together>([&]<int c>(std::integral_constant<int, c>) {
          const Vector<T> picked = of_group<Group, first + c>(pixel, value);
#pragma GCC unroll 3
          for (int k = 0; k < 3; ++k)
            if (q >= k && q - k < Pixels) sum[q - k] += tap[k][c] * picked;
        });
      }
    };
    channels(std::integral_constant<int, 0>{});
    if constexpr (Group > together) channels(std::integral_constant<int, together>{});
  }
#pragma GCC unroll 16
  for (int p = 0; p < Pixels; ++p) store(out + p * lanes<T>, sum[p]);
}

// Taps of a tile of `backward_weight`.
template <int Group>
constexpr int most_taps() {
  return vector_registers == 32 ? 24 / Group : Group == 8 ? 1 : 8 / Group;
}

// out[t][c] += sum over `count` pixels of grad[p] * (channel c of the groups of x[offset[t] + p * step]).
template <typename T, int Group, int Taps>
void sum_pixels(const T* grad, std::int64_t grad_step, const T* x, const std::int64_t* offset, std::int64_t step,
                std::int64_t count, T* out) {
  Vector<T> sum[Taps][Group];
#pragma GCC unroll 16
  for (int t = 0; t < Taps; ++t)
#pragma GCC unroll 8
    for (int c = 0; c < Group; ++c) sum[t][c] = load(out + (t * Group + c) * lanes<T>);
  for (std::int64_t p = 0; p < count; ++p, x += step, grad += grad_step) {
    const Vector<T> g = load(grad);
#pragma GCC unroll 16
    for (int t = 0; t < Taps; ++t) {
      const T* pixel = x + offset[t];
      const Vector<T> value = load(pixel);
      each_channel<Group>(
          [&]<int c>(std::integral_constant<int, c>) { sum[t][c] += g * of_group<Group, c>(pixel, value); });
    }
  }
#pragma GCC unroll 16
  for (int t = 0; t < Taps; ++t)
#pragma GCC unroll 8
    for (int c = 0; c < Group; ++c) store(out + (t * Group + c) * lanes<T>, sum[t][c]);
}

// The tiles of every size of one group; index 0 is not used.
template <typename T>
struct Tiles {
  int most_pixels, most_taps;
  std::array<void (*)(const T*, const T*, const Reads&, T*), 21> taps = {}, rows = {};
  std::array<void (*)(const T*, std::int64_t, const T*, const std::int64_t*, std::int64_t, std::int64_t, T*), 13>
      pixels = {};
};

template <typename T, int Group>
constexpr Tiles<T> tiles_of_group() {
  Tiles<T> tiles = {most_pixels<Group>(), most_taps<Group>(), {}, {}, {}};
  [&]<int... P>(std::integer_sequence<int, P...>) {
    ((tiles.taps[P + 1] = &sum_taps<T, Group, P + 1>), ...);
  }(std::make_integer_sequence<int, most_pixels<Group>()>());
  if constexpr (vector_registers == 32)
    [&]<int... P>(std::integer_sequence<int, P...>) {
      ((tiles.rows[P + 1] = &sum_rows<T, Group, P + 1>), ...);
    }(std::make_integer_sequence<int, most_row_pixels>());
  [&]<int... K>(std::integer_sequence<int, K...>) {
    ((tiles.pixels[K + 1] = &sum_pixels<T, Group, K + 1>), ...);
  }(std::make_integer_sequence<int, most_taps<Group>()>());
  return tiles;
}

template <typename T>
const Tiles<T>& tiles(std::int64_t group) {
  static constexpr Tiles<T> two = tiles_of_group<T, 2>(), four = tiles_of_group<T, 4>(), eight = tiles_of_group<T, 8>();
  return group == 2 ? two : group == 4 ? four : eight;
}

}  // namespace striate::STRIATE_LEVEL::grouped
