// How a sample is cut into tiles: where each tile reads and writes along every axis.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "../border.hpp"
#include "transforms.hpp"

namespace striate::STRIATE_LEVEL::winograd {

// The elements at the positions of each tile of one axis, or `outside`.
template <int side>
using Places = std::vector<std::array<std::int64_t, side>>;

// One of the two axes that are transformed. With dilation d, tiles stand on each of d interleaved grids.
struct TileAxis {
  Places<tile_inputs> input;
  Places<tile_outputs> output;

  std::int64_t tiles() const { return std::ssize(input); }
};

// The axis in front: its taps are summed as further channels. Slice s reads element input[s * taps + tap].
struct SliceAxis {
  std::int64_t taps;
  std::vector<std::int64_t> input;
  std::vector<std::int64_t> output;

  std::int64_t slices() const { return std::ssize(output); }
};

struct Grid {
  SliceAxis slice;
  TileAxis row, column;

  std::int64_t plane() const { return row.tiles() * column.tiles(); }
  std::int64_t tiles() const { return slice.slices() * plane(); }
};

// What an axis computes: for each of a run of positions the element that it is written to, and the element that tap 0
// reads at every position, the others following by `dilation`.
struct AxisMap {
  std::vector<std::int64_t> output;
  std::vector<std::int64_t> input;  // positions + (taps - 1) * dilation of them
  std::int64_t dilation;
};

inline TileAxis tile_axis(const AxisMap& map) {
  TileAxis axis;
  const auto at = [](const std::vector<std::int64_t>& list, std::int64_t i) {
    return i < std::ssize(list) ? list[i] : outside;
  };
  for (std::int64_t phase = 0; phase < std::min<std::int64_t>(map.dilation, std::ssize(map.output)); ++phase)
    for (std::int64_t first = phase; first < std::ssize(map.output); first += tile_outputs * map.dilation) {
      auto& input = axis.input.emplace_back();
      auto& output = axis.output.emplace_back();
      for (int i = 0; i < tile_inputs; ++i) input[i] = at(map.input, first + i * map.dilation);
      for (int i = 0; i < tile_outputs; ++i) output[i] = at(map.output, first + i * map.dilation);
    }
  return axis;
}

inline SliceAxis slice_axis(const AxisMap& map, std::int64_t taps) {
  SliceAxis axis = {taps, {}, map.output};
  for (std::int64_t position = 0; position < axis.slices(); ++position)
    for (std::int64_t tap = 0; tap < taps; ++tap) axis.input.push_back(map.input[position + tap * map.dilation]);
  return axis;
}

template <typename MapOf>
Grid make_grid(const Problem& problem, const MapOf& map_of) {
  return {slice_axis(map_of(0), problem.axis[0].kernel), tile_axis(map_of(1)), tile_axis(map_of(2))};
}

// Of forward: from the input to the output.
inline Grid forward_grid(const Problem& problem) {
  SourceTables tables = source_tables(problem);
  return make_grid(problem, [&](int i) {
    const Axis& axis = problem.axis[i];
    AxisMap map = {{}, std::move(tables[i]), axis.dilation};
    for (std::int64_t o = 0; o < axis.output(); ++o) map.output.push_back(o);
    return map;
  });
}

// Tiles of one slice of one sample that follow each other.
struct Segment {
  std::int64_t sample, slice;
  std::int64_t first;  // in the plane
  std::int64_t count;
  std::int64_t at;  // of its first tile, in the range that was asked for
};

// The segments of tiles [begin, end), counted through all samples.
template <typename Visit>
void for_each_segment(const Grid& grid, std::int64_t begin, std::int64_t end, const Visit& visit) {
  const std::int64_t plane = grid.plane(), slices = grid.slice.slices();
  for (std::int64_t tile = begin; tile < end;) {
    const std::int64_t first = tile % plane, count = std::min(plane - first, end - tile);
    visit(Segment{tile / plane / slices, tile / plane % slices, first, count, tile - begin});
    tile += count;
  }
}

}  // namespace striate::STRIATE_LEVEL::winograd
