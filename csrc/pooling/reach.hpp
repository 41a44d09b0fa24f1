// Which elements a window reads on one axis, and which windows read an element; and boxes of either.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "pooling.hpp"

namespace striate::pooling {

// The element that a tap of an output reads; below 0 or past the end in the padding.
inline std::int64_t position(const PooledAxis& axis, std::int64_t output, std::int64_t tap) {
  return output * axis.stride - axis.before + tap * axis.dilation;
}

// Of one window: the taps that read an element, and how many elements an average counts.
struct Reach {
  std::int64_t first = 0;
  std::int64_t last = 0;  // past the last tap
  std::int64_t count = 0;

  bool operator==(const Reach&) const = default;
};
using Reaches = std::array<std::vector<Reach>, 3>;
Reaches reaches(const Pooling& pooling);

// What the mean of one window divides by.
inline std::int64_t divisor(const Pooling& pooling, const Reach& a, const Reach& b, const Reach& c) {
  return pooling.divisor != 0 ? pooling.divisor : a.count * b.count * c.count;
}

// The windows over one element, each with its tap, in the order of the windows.
struct Meeting {
  std::int64_t output;
  std::int64_t tap;
};

class Meetings {
 public:
  Meetings() = default;
  Meetings(const PooledAxis& axis, const std::vector<Reach>& reaches);
  std::span<const Meeting> operator[](std::int64_t element) const {
    return std::span(all).subspan(begin[element], begin[element + 1] - begin[element]);
  }

 private:
  std::vector<std::int64_t> begin;  // and an end
  std::vector<Meeting> all;
};

// The elements [begin, end) of each axis.
struct Range {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t size() const { return end - begin; }
};
using Box = std::array<Range, 3>;

inline std::int64_t volume(const Box& box) { return box[0].size() * box[1].size() * box[2].size(); }
inline Box whole(std::int64_t a, std::int64_t b, std::int64_t c) { return {Range{0, a}, Range{0, b}, Range{0, c}}; }
// Where an element of the box lies in a packed copy of it.
inline std::int64_t place(const Box& box, std::int64_t i, std::int64_t j, std::int64_t k) {
  return ((i - box[0].begin) * box[1].size() + j - box[1].begin) * box[2].size() + k - box[2].begin;
}

// From the first to the last element that the windows of a box may read, and window that may read a box of elements.
Box elements_of(const Pooling& pooling, const Box& outputs);
using AllMeetings = std::array<Meetings, 3>;
AllMeetings meetings(const Pooling& pooling, const Reaches& reaches);
Box windows_of(const Pooling& pooling, const Box& elements);

// Boxes that cover an extent, cut evenly so that `bytes(box)` of each stays below the limit: rows before the last axis,
// whose whole rows are read fastest.
template <typename Bytes>
std::vector<Box> boxes(const Box& all, std::int64_t limit, const Bytes& bytes) {
  Box first = all;
  while (bytes(first) > limit) {
    const int i = first[0].size() >= first[1].size() ? 0 : 1;
    const int axis = first[i].size() > 1 ? i : 2;
    if (first[axis].size() <= 1) break;
    first[axis].end = (first[axis].size() + 1) / 2;
  }
  std::vector<Box> result;
  const auto next = [](const Range& range, std::int64_t begin, std::int64_t end) {
    return Range{begin, std::min(begin + range.size(), end)};
  };
  for (std::int64_t i = 0; i < all[0].end; i += first[0].size())
    for (std::int64_t j = 0; j < all[1].end; j += first[1].size())
      for (std::int64_t k = 0; k < all[2].end; k += first[2].size())
        result.push_back({next(first[0], i, all[0].end), next(first[1], j, all[1].end), next(first[2], k, all[2].end)});
  return result;
}

}  // namespace striate::pooling
