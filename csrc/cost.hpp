// Whether a kernel that can compute a problem should: torch computes it too.
#pragma once

#include <string>
#include <string_view>

#include "isa.hpp"
#include "kernel.hpp"

namespace striate {

// Why torch's convolution is expected to be faster than this kernel, or the empty string.
std::string beaten(std::string_view kernel, const Problem& problem, Direction direction, Level level);

// Torch's time over this kernel's, expected where it is chosen: the geometric mean of what was measured of its family.
double gain(std::string_view kernel, const Problem& problem, Direction direction);

}  // namespace striate
