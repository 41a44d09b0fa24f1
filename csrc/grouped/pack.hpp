// Packed blocks, planes of [slice][row][column][channel] with the border in place, and packed weights.
#pragma once

#include <type_traits>

#include "../direct/blocks.hpp"
#include "../scratch.hpp"
#include "../threading.hpp"
#include "../view.hpp"
#include "tile.hpp"

namespace striate::STRIATE_LEVEL::grouped {

using direct::AxisBlocks;
using direct::BlockIndex;
using direct::Blocks;
using direct::Pitch;
using direct::Tap;

// Channels of a plane: a vector of groups, or a group of vectors.
template <typename T>
std::int64_t width_of(std::int64_t group) {
  return std::max<std::int64_t>(group, lanes<T>);
}

// Outputs of one axis, whose block holds the extended signal as it is.
inline AxisBlocks window_blocks(const Axis& axis, std::span<const std::int64_t> table, std::int64_t size) {
  AxisBlocks cut;
  cut.total = axis.output();
  cut.size = size;
  cut.blocks = (cut.total + size - 1) / size;
  cut.length = (size - 1) * axis.stride + axis.extent();
  cut.phase.assign(axis.kernel, 0);
  for (std::int64_t k = 0; k < axis.kernel; ++k) cut.shift.push_back(k * axis.dilation);
  for (std::int64_t block = 0; block < cut.blocks; ++block)
    for (std::int64_t u = 0; u < cut.length; ++u) {
      const std::int64_t position = cut.begin(block) * axis.stride + u;
      cut.source.push_back(position < std::ssize(table) ? table[position] : outside);
    }
  return cut;
}

// Copies `count` channels of the pixels that `block` names: `width` of them to a plane, the last filled up with zeros.
template <typename T>
void pack_block(const Blocks& cut, const BlockIndex& block, const View<const T>& tensor, const T* from,
                std::int64_t count, std::int64_t width, T border, T* to, std::int64_t plane) {
  for (const std::int64_t slice : cut[0].sources(block[0]))
    for (const std::int64_t row : cut[1].sources(block[1]))
      for (const std::int64_t column : cut[2].sources(block[2])) {
        const bool inside = slice >= 0 && row >= 0 && column >= 0;
        const T* pixel = inside ? from + tensor.offset(slice, row, column) : nullptr;
        for (std::int64_t c = 0; c < count; c += width) {
          T* const next = to + c / width * plane;
          const std::int64_t high = std::min(count - c, width);
          if (inside && tensor.stride[1] == 1 && high == lanes<T> && width == lanes<T>) {
            store(next, load(pixel + c));
            continue;
          }
          for (std::int64_t k = 0; k < high; ++k) next[k] = inside ? pixel[(c + k) * tensor.stride[1]] : border;
          std::fill(next + high, next + width, T(0));
        }
        to += width;
      }
}

// What decides the packed weights, [vector of outputs][residue][tap][channel of the group][lane].
struct WeightShape {
  std::int64_t group, taps, channels;

  explicit WeightShape(const Problem& problem)
      : group(problem.in_channels_per_group()), taps(1), channels(problem.out_channels) {
    for (const Axis& axis : problem.axis) taps *= axis.kernel;
  }

  template <typename T>
  std::int64_t vectors() const {
    return (channels + width_of<T>(group) - 1) / width_of<T>(group) * (width_of<T>(group) / lanes<T>);
  }
  template <typename T>
  std::int64_t vector_pitch() const {
    return taps * group * lanes<T>;
  }
};

}  // namespace striate::STRIATE_LEVEL::grouped
