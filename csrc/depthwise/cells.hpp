// Which cells of a tensor are visible.
#pragma once

#include "depthwise.hpp"
#include "sweep.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

using namespace ::striate::depthwise;

// A mask on one tensor; without one all of it is visible.
struct Cells {
  const bool* visible = nullptr;
  Sizes count = {1, 1, 1};
  Sizes size = {};  // elements of a cell

  Cells() = default;
  Cells(const Mask& mask, const Sizes& elements) : visible(mask.visible), count(mask.cells) {
    for (int i = 0; i < Problem::max_ndim; ++i) size[i] = elements[i] / count[i];
  }

  // The cells of a row of cells, and those that elements (i, j, ...) lie in.
  const bool* row_of_cells(std::int64_t sample, std::int64_t a, std::int64_t b) const {
    return visible + ((sample * count[0] + a) * count[1] + b) * count[2];
  }
  const bool* row(std::int64_t sample, std::int64_t i, std::int64_t j) const {
    return row_of_cells(sample, i / size[0], j / size[1]);
  }
  std::int64_t end(int axis, std::int64_t element) const { return (element / size[axis] + 1) * size[axis]; }
};

// Bands that end where cells do, where a cell is not much more than a band: what is left of one costs as many tables.
inline Sizes whole_cells(Sizes bands, const Cells& cells, const Sizes& step) {
  for (int i = 0; i < Problem::max_ndim; ++i) {
    const std::int64_t cell = cells.size[i], band = std::max<std::int64_t>(bands[i] / cell, 1) * cell;
    if (band <= 2 * bands[i] && band % step[i] == 0) bands[i] = band;
  }
  return bands;
}

}  // namespace striate::STRIATE_LEVEL::depthwise
