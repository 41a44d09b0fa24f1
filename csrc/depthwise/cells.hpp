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

  // The cells that elements (i, j, ...) lie in.
  const bool* row(std::int64_t sample, std::int64_t i, std::int64_t j) const {
    return visible + ((sample * count[0] + i / size[0]) * count[1] + j / size[1]) * count[2];
  }
  std::int64_t end(int axis, std::int64_t element) const { return (element / size[axis] + 1) * size[axis]; }
};

// Bands that end where cells do, so that no cell is cut where whole ones fit.
inline Sizes whole_cells(Sizes bands, const Cells& cells, const Sizes& step) {
  for (int i = 0; i < Problem::max_ndim; ++i) {
    const std::int64_t cut = cells.visible ? bands[i] / cells.size[i] * cells.size[i] : 0;
    if (cut > 0 && cut % step[i] == 0) bands[i] = cut;
  }
  return bands;
}

}  // namespace striate::STRIATE_LEVEL::depthwise
