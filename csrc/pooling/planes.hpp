// Blocks of `lanes` planes, [position][lane], copied from tensors of any strides and back.
#pragma once

#include "../lanes.hpp"
#include "../scratch.hpp"
#include "reach.hpp"

namespace striate::STRIATE_LEVEL::pooling {

using namespace striate::pooling;

// Calls `run(position in the packed box, offset in memory, count)` for the stretches of a box that lie evenly: a plane
// without gaps is a single one, which leaves one tail for the transposes instead of one a row.
template <typename Run>
void for_each_stretch(const Box& box, const std::int64_t* stride, const Run& run) {
  const std::int64_t columns = box[2].size(), rows = box[1].size(), slabs = box[0].size();
  const bool joins_rows = rows == 1 || stride[1] == columns * stride[2];
  const bool joins_slabs = joins_rows && (slabs == 1 || stride[0] == rows * columns * stride[2]);
  const std::int64_t count = joins_slabs ? slabs * rows * columns : joins_rows ? rows * columns : columns;
  for (std::int64_t i = 0; i < (joins_slabs ? 1 : slabs); ++i)
    for (std::int64_t j = 0; j < (joins_rows ? 1 : rows); ++j)
      run((i * rows + j) * columns,
          (box[0].begin + i) * stride[0] + (box[1].begin + j) * stride[1] + box[2].begin * stride[2], count);
}

// One pointer a lane; lanes past the last plane repeat it.
template <typename T>
LanePointers<T> lane_pointers(const Pooling& pooling, const View<T>& view, std::int64_t first, int used) {
  LanePointers<T> result;
  for (int l = 0; l < lanes<std::remove_const_t<T>>; ++l) {
    const std::int64_t plane = first + std::min(l, used - 1);
    result[l] = view.plane(plane / pooling.channels, plane % pooling.channels);
  }
  return result;
}

template <typename T>
void offset_all(LanePointers<T>& pointers, std::int64_t offset) {
  for (T*& pointer : pointers) pointer += offset;
}

template <typename T>
void read_planes(const Pooling& pooling, const View<const T>& view, std::int64_t first, int used, const Box& box,
                 T* block) {
  const auto origin = lane_pointers(pooling, view, first, used);
  for_each_stretch(box, &view.stride[2], [&](std::int64_t place, std::int64_t offset, std::int64_t count) {
    auto from = origin;
    offset_all<const T>(from, offset);
    gather_lanes(from, view.stride[4], count, block + place * lanes<T>);
  });
}

template <typename T>
void write_planes(const T* block, const Pooling& pooling, const View<T>& view, std::int64_t first, int used,
                  const Box& box) {
  const auto origin = lane_pointers(pooling, view, first, used);
  for_each_stretch(box, &view.stride[2], [&](std::int64_t place, std::int64_t offset, std::int64_t count) {
    auto to = origin;
    offset_all<T>(to, offset);
    scatter_lanes(block + place * lanes<T>, count, to, used, view.stride[4]);
  });
}

// Division by one number for many vectors. By a power of two it is a product, with the same bits and a tenth of the
// time: 10 cycles a vector are what the whole mean of a 2x2 window costs.
template <typename T>
class Quotient {
 public:
  explicit Quotient(T divisor) : divisor(divisor), factor(T(1) / divisor), exact(is_power_of_two(divisor)) {}
  [[gnu::always_inline]] Vector<T> operator()(Vector<T> value) const {
    return exact ? value * broadcast(factor) : value / broadcast(divisor);
  }

 private:
  static bool is_power_of_two(T value) {
    const auto whole = static_cast<std::int64_t>(value);
    return whole > 0 && (whole & (whole - 1)) == 0;
  }

  T divisor;
  T factor;
  bool exact;
};

// Integers as wide as the elements, a vector of them: what a comparison of two vectors gives.
template <typename T>
using Places = decltype(Vector<T>{} < Vector<T>{});

// Whole numbers in memory, a vector of them at a time, the first `count` alone.
template <typename T, typename Place>
[[gnu::always_inline]] inline Places<T> load_places(const Place* from, int count) {
  typedef Place Packed __attribute__((vector_size(lanes<T> * sizeof(Place))));
  Packed packed = {};
  std::memcpy(&packed, from, count == lanes<T> ? sizeof(packed) : static_cast<std::size_t>(count) * sizeof(Place));
  return __builtin_convertvector(packed, Places<T>);
}

template <typename T, typename Place>
[[gnu::always_inline]] inline void store_places(Place* to, Places<T> places, int count) {
  typedef Place Packed __attribute__((vector_size(lanes<T> * sizeof(Place))));
  const Packed packed = __builtin_convertvector(places, Packed);
  std::memcpy(to, &packed, count == lanes<T> ? sizeof(packed) : static_cast<std::size_t>(count) * sizeof(Place));
}

}  // namespace striate::STRIATE_LEVEL::pooling
