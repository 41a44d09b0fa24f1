// Blocks [position][lane] whose lanes are neighbouring channels: how they are brought in and out.
#pragma once

#include "../lanes.hpp"
#include "correlation.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// A box of a tensor with its lanes side by side, in the tensor's own memory or staged; `data` is element `origin`.
template <typename T>
struct LaneView {
  T* data;
  Sizes stride;
  Sizes origin;

  T* row(std::int64_t a, std::int64_t b) const {
    return data + (a - origin[0]) * stride[0] + (b - origin[1]) * stride[1];
  }
};

struct Range {
  std::int64_t begin, end;
  std::int64_t size() const { return end - begin; }
};
using Ranges = std::array<Range, 3>;

inline Ranges source_ranges(const Box& box) {
  return {Range{box.a->low, box.a->high}, {box.b->low, box.b->high}, {box.c->low, box.c->high}};
}

inline Ranges target_ranges(const Box& box) {
  return {Range{box.a->begin, box.a->end}, {box.b->begin, box.b->end}, {box.c->begin, box.c->end}};
}

inline Ranges whole(const Sizes& size) { return {Range{0, size[0]}, {0, size[1]}, {0, size[2]}}; }

inline std::int64_t positions(const Ranges& range) { return range[0].size() * range[1].size() * range[2].size(); }

template <typename T>
LaneView<T> staged_view(T* stage, const Ranges& range) {
  constexpr std::int64_t n = lanes<std::remove_const_t<T>>;
  const std::int64_t c = range[2].size(), b = range[1].size();
  return {stage, {b * c * n, c * n, n}, {range[0].begin, range[1].begin, range[2].begin}};
}

// Calls visit(element offset in a plane, position in the block, count, step) for stretches of a box that lie evenly
// in memory: whole planes if rows follow each other, else rows.
template <typename T, typename Visit>
void for_each_stretch(const View<T>& view, const Ranges& range, std::int64_t row_size, const Visit& visit) {
  const std::int64_t c = range[2].size(), b = range[1].size();
  const bool dense = c == row_size && view.stride[3] == c * view.stride[4];
  std::int64_t position = 0;
  for (std::int64_t i = range[0].begin; i < range[0].end; ++i) {
    if (dense) {
      visit(view.offset(i, range[1].begin, 0), position, b * c, view.stride[4]);
      position += b * c;
      continue;
    }
    for (std::int64_t j = range[1].begin; j < range[1].end; ++j, position += c)
      visit(view.offset(i, j, range[2].begin), position, c, view.stride[4]);
  }
}

// Copies the box of sample `n` with lane l on channel `channel(l)`, for l < used, into `stage`; what other lanes get
// does not matter. `neighbours`: the channels follow each other.
template <typename T, typename Channel>
void stage_lanes(const View<const T>& view, std::int64_t n, int used, bool neighbours, std::int64_t row_size,
                 const Ranges& range, T* stage, const Channel& channel) {
  for_each_stretch(view, range, row_size,
                   [&](std::int64_t offset, std::int64_t position, std::int64_t count, std::int64_t step) {
                     T* block = stage + position * lanes<T>;
                     if (neighbours && view.stride[1] == 1) {
                       const T* from = view.plane(n, channel(0)) + offset;
                       for (std::int64_t i = 0; i < count; ++i)
                         store(block + i * lanes<T>, load_part(from + i * step, used));
                       return;
                     }
                     LanePointers<const T> lane;
                     for (int l = 0; l < lanes<T>; ++l)
                       lane[l] = view.plane(n, channel(std::min(l, used - 1))) + offset;
                     gather_lanes<T>(lane, step, count, block);
                   });
}

// The same box, where it is if whole vectors of its lanes lie there side by side, else staged.
template <typename T, typename Channel>
LaneView<const T> read_lanes(const View<const T>& view, std::int64_t n, int used, bool neighbours,
                             std::int64_t row_size, const Ranges& range, T* stage, const Channel& channel) {
  const Sizes origin = {range[0].begin, range[1].begin, range[2].begin};
  if (neighbours && view.stride[1] == 1 && used == lanes<T>)
    return {view.plane(n, channel(0)) + view.offset(origin[0], origin[1], origin[2]),
            {view.stride[2], view.stride[3], view.stride[4]},
            origin};
  stage_lanes(view, n, used, neighbours, row_size, range, stage, channel);
  return staged_view<const T>(stage, range);
}

// Writes a staged box to channels [first, first + used).
template <typename T>
void write_lanes(const T* stage, const View<T>& view, std::int64_t n, std::int64_t first, int used,
                 std::int64_t row_size, const Ranges& range) {
  for_each_stretch(view, range, row_size,
                   [&](std::int64_t offset, std::int64_t position, std::int64_t count, std::int64_t step) {
                     const T* block = stage + position * lanes<T>;
                     if (view.stride[1] == 1) {
                       T* to = view.plane(n, first) + offset;
                       for (std::int64_t i = 0; i < count; ++i)
                         store_part(to + i * step, load(block + i * lanes<T>), used);
                       return;
                     }
                     LanePointers<T> lane;
                     for (int l = 0; l < lanes<T>; ++l) lane[l] = view.plane(n, first + std::min(l, used - 1)) + offset;
                     scatter_lanes<T>(block, count, lane, used, step);
                   });
}

// Blocks of channels that a task takes together. Of channels_last tensors it is all of up to 16, so that memory is read
// and written as it lies: 144 channels at 56x56, 3x3, took 8.2 ms by single blocks (64 bytes a pixel), 2.0 by three,
// 1.7 by nine.
inline constexpr std::int64_t most_group_blocks = 16;

template <typename T>
std::int64_t group_blocks(const View<T>& view, std::int64_t channels, const Problem& problem) {
  constexpr std::int64_t n = lanes<std::remove_const_t<T>>;
  if (view.stride[1] != 1) return 1;
  const std::int64_t blocks = (channels + n - 1) / n;
  // Fewer where the rows under one row of windows would leave the L2 cache.
  const Axis &a = problem.axis[0], &b = problem.axis[1], &c = problem.axis[2];
  const std::int64_t window = a.extent() * b.extent() * (c.extent() + std::min(c.input, shortest_row)) * vector_bytes;
  const std::int64_t most = std::clamp<std::int64_t>(2 * band_bytes / window, 1, most_group_blocks);
  const std::int64_t groups = (blocks + most - 1) / most;
  return (blocks + groups - 1) / groups;
}

}  // namespace striate::STRIATE_LEVEL::depthwise
