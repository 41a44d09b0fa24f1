// The inner loop of a correlation with lanes over channels.
#pragma once

#include <array>
#include <utility>

#include "../activate.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// Outputs that accumulate in registers at a time, beside the weights of a run and a source vector.
inline constexpr int tile_outputs = vector_registers == 32 ? 14 : 10;

// Taps of neighbouring slots that share their source vectors.
inline constexpr int longest_tap_run = vector_registers == 32 ? 7 : 3;

struct TapRun {
  std::int64_t offset;  // of the first tap, in elements
  std::int64_t taps;    // the others follow a slot each
};

template <typename T>
struct TileCall {
  const T* source;          // packed, of the tile's first output
  std::int64_t source_row;  // elements to the next output row's source
  const TapRun* run;
  std::int64_t runs;
  const T* weight;
  Vector<T> bias;
  Activation activation;
  T* target;
  std::int64_t target_row;
  std::int64_t target_step;
};

// Adds the taps of one run to rows x columns sums. columns + taps - 1 source vectors a row are loaded, not columns *
// taps: the load ports, at 2 vectors a cycle in theory and 1.4 measured, would otherwise be what limits.
template <typename T, int taps, int rows, int columns>
[[gnu::always_inline]] inline void add_run(const T* source, std::int64_t source_row, const T* weight,
                                           Vector<T> (&sum)[rows][columns]) {
  constexpr int n = lanes<T>;
  Vector<T> w[taps];
#pragma GCC unroll 16
  for (int k = 0; k < taps; ++k) w[k] = load(weight + k * n);
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r)
#pragma GCC unroll 32
    for (int i = 0; i < columns + taps - 1; ++i) {
      const Vector<T> x = load(source + r * source_row + i * n);
#pragma GCC unroll 16
      for (int k = 0; k < taps; ++k)
        if (i - k >= 0 && i - k < columns) sum[r][i - k] += w[k] * x;
    }
}

template <typename T, int rows, int columns>
void tile(const TileCall<T>& call) {
  Vector<T> sum[rows][columns];
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r)
#pragma GCC unroll 16
    for (int p = 0; p < columns; ++p) sum[r][p] = call.bias;

  const T* weight = call.weight;
  const std::int64_t source_row = call.source_row;
  for (const TapRun *run = call.run, *end = run + call.runs; run != end; ++run) {
    const T* source = call.source + run->offset;
    switch (run->taps) {
      case 1:
        add_run<T, 1>(source, source_row, weight, sum);
        break;
      case 2:
        add_run<T, 2>(source, source_row, weight, sum);
        break;
      case 3:
        add_run<T, 3>(source, source_row, weight, sum);
        break;
      default:
        if constexpr (longest_tap_run > 3) {
          switch (run->taps) {
            case 4:
              add_run<T, 4>(source, source_row, weight, sum);
              break;
            case 5:
              add_run<T, 5>(source, source_row, weight, sum);
              break;
            case 6:
              add_run<T, 6>(source, source_row, weight, sum);
              break;
            case 7:
              add_run<T, 7>(source, source_row, weight, sum);
              break;
          }
        }
    }
    weight += run->taps * lanes<T>;
  }

#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) {
    T* to = call.target + r * call.target_row;
#pragma GCC unroll 16
    for (int p = 0; p < columns; ++p, to += call.target_step) store(to, activate(sum[r][p], call.activation));
  }
}

template <typename T>
using Tile = void (*)(const TileCall<T>&);

template <typename T, int rows, int... P>
constexpr auto tiles_of_rows(std::integer_sequence<int, P...>) {
  return std::array<Tile<T>, sizeof...(P)>{tile<T, rows, P + 1>...};
}

template <typename T, int rows>
inline constexpr auto tiles = tiles_of_rows<T, rows>(std::make_integer_sequence<int, tile_outputs / rows>{});

// How a row of outputs is cut: `columns` at a time, and `rows` rows together if they are short.
struct TileShape {
  int rows;
  int columns;
};

inline TileShape tile_shape(std::int64_t row) {
  const std::int64_t pieces = (row + tile_outputs - 1) / tile_outputs;
  const int columns = static_cast<int>((row + pieces - 1) / pieces);
  return {columns * 4 <= tile_outputs ? 4 : columns * 2 <= tile_outputs ? 2 : 1, columns};
}

template <typename T>
Tile<T> find_tile(int rows, int columns) {
  return rows == 4 ? tiles<T, 4>[columns - 1] : rows == 2 ? tiles<T, 2>[columns - 1] : tiles<T, 1>[columns - 1];
}

}  // namespace striate::STRIATE_LEVEL::depthwise
