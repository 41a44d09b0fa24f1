// Weights as the right operand of the tile: panels of output lanes, in the order in which sums read them.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "../kernel.hpp"
#include "../rows.hpp"
#include "../threading.hpp"
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

template <typename T>
void pack_panels(const Problem& problem, Direction direction, const View<const T>& weight, T* packed,
                 ParallelFor pool) {
  const Panels<T> panels(problem, direction);
  const bool forward = direction == Direction::forward;
  const std::int64_t lane_stride = weight.stride[forward ? 0 : 1], from_stride = weight.stride[forward ? 1 : 0];
  // Where each tap stands in the weight, and in the first chunk's rows of its phase.
  struct Place {
    std::int64_t offset, phase_first, number, phase_taps;
  };
  std::vector<Place> places(panels.taps);
  for (const Phase& phase : panels.phases)
    for (std::int64_t t = 0; t < std::ssize(phase.taps); ++t) {
      const auto& [p, q, r] = phase.taps[t];
      places[(p * problem.axis[1].kernel + q) * problem.axis[2].kernel + r] = {weight.offset(p, q, r), phase.first, t,
                                                                               std::ssize(phase.taps)};
    }
  // Where the row of each channel and tap stands in a panel.
  std::vector<std::int64_t> row_at(panels.from * panels.taps);
  for (std::int64_t chunk = 0; chunk < panels.chunks; ++chunk) {
    const std::int64_t first = panels.chunk_begin(chunk), length = panels.chunk_begin(chunk + 1) - first;
    for (std::int64_t c = 0; c < length; ++c)
      for (std::int64_t t = 0; t < panels.taps; ++t)
        row_at[(first + c) * panels.taps + t] =
            (places[t].phase_first * panels.from + places[t].phase_taps * first + places[t].number * length + c) *
            panel<T>;
  }
  bool dense_taps = true;  // taps follow each other in memory
  for (std::int64_t t = 0; t < panels.taps; ++t) dense_taps = dense_taps && places[t].offset == t;
  const bool one_run = dense_taps && from_stride == panels.taps;

  parallel_for(pool, panels.groups * panels.count, panels.panel_size(), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t step = begin; step < end; ++step) {
      const std::int64_t group = step / panels.count, first = step % panels.count * panel<T>;
      T* const to = packed + step * panels.panel_size();
      const std::int64_t count = std::min<std::int64_t>(panels.to - first, panel<T>);
      const T* lane = forward ? weight.plane(group * panels.to + first, 0) : weight.plane(group * panels.from, first);
      if (one_run)
        pack_rows(lane, lane_stride, count, 1, panels.from * panels.taps,
                  [&](std::int64_t j) { return to + row_at[j]; });
      else if (dense_taps && panels.taps > 1)
        for (std::int64_t c = 0; c < panels.from; ++c)
          pack_rows(lane + c * from_stride, lane_stride, count, 1, panels.taps,
                    [&](std::int64_t j) { return to + row_at[c * panels.taps + j]; });
      else
        for (std::int64_t t = 0; t < panels.taps; ++t)
          pack_rows(lane + places[t].offset, lane_stride, count, from_stride, panels.from,
                    [&](std::int64_t j) { return to + row_at[j * panels.taps + t]; });
    }
  });
}

}  // namespace striate::STRIATE_LEVEL::matrix
