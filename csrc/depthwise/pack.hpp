// Weights as the tiles of forward and backward_data read them: [block][plane][tap][lane].
#pragma once

#include "../threading.hpp"
#include "channel_blocks.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// forward has one plane and a lane an output channel; backward_data a lane an input channel, whose output channels are
// its planes.
struct WeightBlocks {
  std::int64_t channels;
  std::int64_t planes;
  Sizes kernel;

  WeightBlocks(const Problem& problem, Direction direction)
      : channels(direction == Direction::forward ? problem.out_channels : problem.in_channels),
        planes(problem.out_channels / channels),
        kernel{problem.axis[0].kernel, problem.axis[1].kernel, problem.axis[2].kernel} {}

  std::int64_t plane(std::int64_t lanes) const { return kernel[0] * kernel[1] * kernel[2] * lanes; }
  std::int64_t blocks(std::int64_t lanes) const { return (channels + lanes - 1) / lanes; }
};

template <typename T>
std::int64_t packed_size(const Problem& problem, Direction direction) {
  const WeightBlocks layout(problem, direction);
  return layout.blocks(lanes<T>) * layout.planes * layout.plane(lanes<T>);
}

template <typename T>
void pack(const Problem& problem, Direction direction, View<const T> weight, T* packed, ParallelFor pool) {
  constexpr std::int64_t n = lanes<T>;
  const WeightBlocks layout(problem, direction);
  const View<const T> view = channels_on_axis_1(weight);
  const std::int64_t plane = layout.plane(n);
  parallel_for(pool, layout.blocks(n), layout.planes * plane, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; ++block)
      for (std::int64_t m = 0; m < layout.planes; ++m)
        stage_lanes(view, 0, static_cast<int>(std::min(n, layout.channels - block * n)), false, layout.kernel[2],
                    whole(layout.kernel), packed + (block * layout.planes + m) * plane,
                    [&](int l) { return (block * n + l) * layout.planes + m; });
  });
}

}  // namespace striate::STRIATE_LEVEL::depthwise
