// Sums over taps for a whole packed block: what forward and backward_data share.
#pragma once

#include "pack.hpp"

namespace striate::STRIATE_LEVEL::grouped {

// How one sample is cut: nothing else decides, so a result does not depend on the batch or the threads.
template <typename T>
struct Division {
  std::int64_t group, width;
  std::int64_t wide_blocks;  // of `width` channels
  std::array<std::int64_t, 3> size;

  // 64 Ki packed floats are 256 KiB. A sample is worth several tasks from 2 Mi multiply-adds each.
  Division(const Problem& problem, const std::array<direct::Extent, 3>& axis)
      : group(problem.in_channels_per_group()),
        width(width_of<T>(group)),
        wide_blocks((problem.in_channels + width - 1) / width) {
    const std::int64_t wanted = std::clamp<std::int64_t>(direct::multiply_adds(problem) >> 21, 1, 8);
    size = direct::block_sizes(axis, width, (1 << 18) / sizeof(T), (wanted + wide_blocks - 1) / wide_blocks);
  }
};

// Writes the first `count` channels of a pixel, `stride` apart.
template <typename T>
[[gnu::always_inline]] inline void store_pixel(std::type_identity_t<Vector<T>> value, int count, std::int64_t stride,
                                               T* to) {
  if (stride != 1)
    for (int c = 0; c < count; ++c) to[c * stride] = value[c];
  else if (count == lanes<T>)
    store(to, value);
  else
    store_part(to, value, count);
}

// Computes the positions of one block for one vector of channels: `emit(slice, row, column, count, values)` takes
// `count` vectors of a row. `step` is the distance of two positions on each axis, in packed positions.
template <typename T, typename Emit>
void correlate(const Blocks& cut, const Pitch& pitch, const BlockIndex& block, const std::array<std::int64_t, 3>& step,
               const T* x, std::int64_t width, const T* w, std::span<const std::int64_t> offset, std::int64_t group,
               const Emit& emit) {
  const Tiles<T>& tile = tiles<T>(group);
  const std::int64_t columns = cut[2].count(block[2]), parts = (columns + tile.most_pixels - 1) / tile.most_pixels;
  const Reads reads = {offset, step[2] * width};
  alignas(vector_bytes) T values[20 * lanes<T>];
  for (std::int64_t slice = 0; slice < cut[0].count(block[0]); ++slice)
    for (std::int64_t row = 0; row < cut[1].count(block[1]); ++row)
      for (std::int64_t part = 0; part < parts; ++part) {
        const std::int64_t first = part * columns / parts, count = (part + 1) * columns / parts - first;
        const std::int64_t corner = slice * step[0] * pitch.slice + row * step[1] * pitch.row + first * step[2];
        tile.taps[count](x + corner * width, w, reads, values);
        emit(slice, row, first, count, values);
      }
}

}  // namespace striate::STRIATE_LEVEL::grouped
