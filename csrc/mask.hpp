// Which parts of a signal count: the others stand for 0.
#pragma once

#include <array>
#include <cstdint>

namespace striate {

// The visible cells of each sample. A cell is a box of 1 / cells of each axis, of the input as of the output.
struct Mask {
  const bool* visible = nullptr;  // [sample][axis 0][axis 1][axis 2]
  std::array<std::int64_t, 3> cells = {1, 1, 1};
};

}  // namespace striate
