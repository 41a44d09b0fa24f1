// Weights as the right operand of the tile: panels of output lanes, in the order in which sums read them.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "../kernel.hpp"
#include "../rows.hpp"
#include "tile.hpp"

namespace striate::STRIATE_LEVEL::matrix {

// The taps that one kind of position meets: with backward_data's stride they differ by the position's residue.
struct Phase {
  std::vector<std::array<std::int64_t, 3>> taps;
  std::int64_t first = 0;  // taps of the phases before
};

// [group][panel][phase][chunk][tap][channel of the chunk][lane]: lanes are the channels that the direction computes,
// the others are summed over, a chunk at a time. Missing lanes are zero.
template <typename T>
struct Panels {
  std::int64_t groups, from, to;  // channels summed over and computed, of a group
  std::int64_t count;             // panels of a group
  std::int64_t taps = 1;
  std::vector<Phase> phases;
  std::int64_t chunks;

  Panels(const Problem& problem, Direction direction)
      : groups(problem.groups),
        from(direction == Direction::forward ? problem.in_channels_per_group() : problem.out_channels_per_group()),
        to(direction == Direction::forward ? problem.out_channels_per_group() : problem.in_channels_per_group()),
        count((to + panel<T> - 1) / panel<T>) {
    std::array<std::int64_t, 3> residues;
    for (int i = 0; i < 3; ++i) {
      residues[i] = direction == Direction::forward ? 1 : problem.axis[i].stride;
      taps *= problem.axis[i].kernel;
    }
    phases.resize(residues[0] * residues[1] * residues[2]);
    for (std::int64_t p = 0; p < problem.axis[0].kernel; ++p)
      for (std::int64_t q = 0; q < problem.axis[1].kernel; ++q)
        for (std::int64_t r = 0; r < problem.axis[2].kernel; ++r) {
          const std::int64_t a = p * problem.axis[0].dilation % residues[0],
                             b = q * problem.axis[1].dilation % residues[1],
                             c = r * problem.axis[2].dilation % residues[2];
          phases[(a * residues[1] + b) * residues[2] + c].taps.push_back({p, q, r});
        }
    for (std::size_t i = 1; i < phases.size(); ++i)
      phases[i].first = phases[i - 1].first + std::ssize(phases[i - 1].taps);
    // A chunk's weights are read again by every tile of a block: 256 KiB of them stay in a second cache.
    const std::int64_t bytes = taps * from * panel<T> * static_cast<std::int64_t>(sizeof(T));
    chunks = std::clamp<std::int64_t>((bytes + (1 << 18) - 1) >> 18, 1, std::max<std::int64_t>(from / 32, 1));
  }

  std::int64_t panel_size() const { return taps * from * panel<T>; }
  std::int64_t size() const { return groups * count * panel_size(); }
  std::int64_t chunk_begin(std::int64_t chunk) const { return chunk * from / chunks; }

  // Where the weights of a chunk stand in its panel; each tap of the phase has `chunk size` terms of `panel` lanes.
  std::int64_t at(const Phase& phase, std::int64_t chunk) const {
    return (phase.first * from + std::ssize(phase.taps) * chunk_begin(chunk)) * panel<T>;
  }
};

// The weights at `weights` as the right operand of tile `number` of those that share them, `terms` in all. The first
// two tiles fetch the weights that follow, at one line a term: a panel that comes from memory would else halve the
// speed of the first tile.
template <typename T>
Right<T> right_operand(const T* weights, std::int64_t terms, std::int64_t number) {
  const std::int64_t line = 64 / static_cast<std::int64_t>(sizeof(T));
  return {weights, panel<T>, number < 2 ? weights + terms * (panel<T> + number * line) : weights};
}

// lanes[i] of row j is from[i * lane_stride + j * row_stride], and goes to `row(j)`; lanes beyond `count` are zero.
template <typename T, typename Row>
void pack_rows(const T* from, std::int64_t lane_stride, std::int64_t count, std::int64_t row_stride, std::int64_t rows,
               const Row& row) {
  constexpr int n = lanes<T>;
  for (std::int64_t first = 0; first < panel<T>; first += n, from += n * lane_stride) {
    const int wide = static_cast<int>(std::clamp<std::int64_t>(count - first, 0, n));
    if (wide == 0 || lane_stride == 1) {
      for (std::int64_t j = 0; j < rows; ++j)
        store(row(j) + first, wide == 0 ? Vector<T>{} : load_part(from + j * row_stride, wide));
      continue;
    }
    if (row_stride != 1) {
      for (std::int64_t j = 0; j < rows; ++j)
        for (int i = 0; i < n; ++i) row(j)[first + i] = i < wide ? from[i * lane_stride + j * row_stride] : T(0);
      continue;
    }
    for (std::int64_t j = 0; j < rows; j += n) {
      const int high = static_cast<int>(std::min<std::int64_t>(rows - j, n));
      Vector<T> square[n];
#pragma GCC unroll 16
      for (int i = 0; i < n; ++i) square[i] = i < wide ? load_part(from + i * lane_stride + j, high) : Vector<T>{};
      transpose_square(square);
#pragma GCC unroll 16
      for (int i = 0; i < n; ++i)
        if (i < high) store(row(j + i) + first, square[i]);
    }
  }
}

// to[i * lane_stride + j * row_stride] = lane i of row j, which is the sum over parts, `part_size` apart, of `row(j)`.
template <typename T, typename Row>
void unpack_rows(const Row& row, std::int64_t parts, std::int64_t part_size, std::int64_t rows, std::int64_t count,
                 T* to, std::int64_t lane_stride, std::int64_t row_stride) {
  constexpr int n = lanes<T>;
  for (std::int64_t first = 0; first < count; first += n, to += n * lane_stride) {
    const int wide = static_cast<int>(std::min<std::int64_t>(count - first, n));
    for (std::int64_t j = 0; j < rows; j += n) {
      const int high = static_cast<int>(std::min<std::int64_t>(rows - j, n));
      Vector<T> square[n] = {};
      for (int i = 0; i < high; ++i) {
        const T* from = row(j + i) + first;
        square[i] = load(from);
        for (std::int64_t part = 1; part < parts; ++part) square[i] += load(from + part * part_size);
      }
      if (lane_stride == 1) {
        for (int i = 0; i < high; ++i) store_part(to + (j + i) * row_stride, square[i], wide);
      } else if (row_stride == 1) {
        transpose_square(square);
        for (int i = 0; i < wide; ++i) store_part(to + i * lane_stride + j, square[i], high);
      } else {
        for (int i = 0; i < high; ++i)
          for (int lane = 0; lane < wide; ++lane) to[lane * lane_stride + (j + i) * row_stride] = square[i][lane];
      }
    }
  }
}

}  // namespace striate::STRIATE_LEVEL::matrix
