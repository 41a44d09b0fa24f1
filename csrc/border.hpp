// The signal beyond its ends: which element stands at a position outside it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "problem.hpp"

namespace striate {

// The table's entry where the border's constant value stands.
inline constexpr std::int64_t outside = -1;

// The element of a signal of `size` that stands at `position` (0 is the first element), or `outside`.
// Any position has an answer: reflections bounce and periods wrap as often as needed.
std::int64_t source_index(std::int64_t position, std::int64_t size, Border border);

// For each axis, the source index of every padded position that a window reaches: tap k of output o reads
// table[o * stride + k * dilation]. Entries are int64, so a table costs 8 bytes a position; no tensor is padded.
using SourceTables = std::array<std::vector<std::int64_t>, Problem::max_ndim>;
SourceTables source_tables(const Problem& problem);

}  // namespace striate
