// Sums over taps for a whole packed block: what forward and backward_data share.
#pragma once

#include "pack.hpp"

namespace striate::STRIATE_LEVEL::grouped {

// How one sample is cut: nothing else decides, so a result does not depend on the batch or the threads.
template <typename T>
struct Division {
  std::int64_t group, width;
  std::int64_t together;  // channels of a task
  std::int64_t chunks;    // tasks of the same pixels
  std::array<std::int64_t, 3> size;

  // A task takes up to 256 channels, so that it reads and writes a pixel's memory in long pieces. 64 Ki packed floats
  // are 256 KiB. A sample is worth several tasks from 2 Mi multiply-adds each.
  Division(const Problem& problem, const std::array<direct::Extent, 3>& axis)
      : group(problem.in_channels_per_group()),
        width(width_of<T>(group)),
        together(std::min<std::int64_t>((problem.in_channels + width - 1) / width * width, 256)),
        chunks((problem.in_channels + together - 1) / together) {
    const std::int64_t wanted = std::clamp<std::int64_t>(direct::multiply_adds(problem) >> 21, 1, 8);
    size = direct::block_sizes(axis, together, (1 << 18) / sizeof(T), (wanted + chunks - 1) / chunks);
  }
  std::int64_t planes() const { return together / width; }
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

// Computes the positions of one block for `count` channels, whose planes are `plane` elements apart and whose weights
// a vector `weights`: `emit(slice, row, column, channel, pixels, values)` takes vectors of a row. `step` is the
// distance of two positions on each axis, in packed positions.
template <typename T, typename Emit>
void correlate(const Blocks& cut, const Pitch& pitch, const BlockIndex& block, const std::array<std::int64_t, 3>& step,
               const T* x, std::int64_t plane, std::int64_t count, const T* w, std::int64_t weights,
               std::span<const std::int64_t> offset, std::int64_t group, const Emit& emit) {
  const Tiles<T>& tile = tiles<T>(group);
  const std::int64_t width = width_of<T>(group);
  const Reads reads = reads_of(offset, step[2] * width);
  const auto& of_pixels = reads.row ? tile.rows : tile.taps;
  const std::int64_t most = reads.row ? most_row_pixels : tile.most_pixels;
  const std::int64_t columns = cut[2].count(block[2]), parts = (columns + most - 1) / most;
  alignas(vector_bytes) T values[20 * lanes<T>];
  for (std::int64_t slice = 0; slice < cut[0].count(block[0]); ++slice)
    for (std::int64_t row = 0; row < cut[1].count(block[1]); ++row)
      for (std::int64_t channel = 0; channel < count; channel += lanes<T>)
        for (std::int64_t part = 0; part < parts; ++part) {
          const std::int64_t first = part * columns / parts, pixels = (part + 1) * columns / parts - first;
          const std::int64_t corner = slice * step[0] * pitch.slice + row * step[1] * pitch.row + first * step[2];
          of_pixels[pixels](x + channel / width * plane + corner * width, w + channel / lanes<T> * weights, reads,
                            values);
          emit(slice, row, first, channel, pixels, values);
        }
}

}  // namespace striate::STRIATE_LEVEL::grouped
