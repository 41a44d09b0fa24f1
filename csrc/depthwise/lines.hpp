// Where the rows and columns of a box's source lie in memory, with the border in the tables: a tile reads every
// position where it is, and no padded copy is made.
#pragma once

#include <algorithm>
#include <vector>

#include "channel_blocks.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// Entries of `column`: position i of a row is entry (i % step) * section + i / step, so that neighbouring targets meet
// neighbouring entries at every stride.
struct Slots {
  std::int64_t step;
  std::int64_t section;

  std::int64_t operator()(std::int64_t i) const { return i % step * section + i / step; }
  std::int64_t size() const { return step * section; }
};

template <typename T>
struct Lines {
  std::vector<const T*> line;        // of each extended row of each plane, or null where all of it is outside
  std::vector<std::int64_t> column;  // of each slot: where it lies from its row's begin, or `outside`
  std::int64_t plane = 0;            // rows of a plane, as the next
  std::int64_t slab = 0;             // rows of one index of the first axis

  // `planes` sources that lie `plane_step` elements apart.
  void set(const LaneView<const T>& from, const Box& box, const Slots& slots, std::int64_t planes,
           std::int64_t plane_step) {
    slab = std::ssize(box.b->source);
    plane = std::ssize(box.a->source) * slab;
    line.clear();
    for (std::int64_t m = 0; m < planes; ++m)
      for (const std::int64_t a : box.a->source)
        for (const std::int64_t b : box.b->source)
          line.push_back(a == outside || b == outside ? nullptr : from.row(a, b) + m * plane_step);
    column.assign(slots.size(), outside);
    // Residue by residue: with a division an entry, 31 taps on 64 rows of 16000 took 6.5 ms, without 5.0.
    for (std::int64_t r = 0; r < slots.step; ++r) {
      std::int64_t* to = column.data() + r * slots.section;
      for (std::int64_t i = r; i < std::ssize(box.c->source); i += slots.step, ++to)
        if (const std::int64_t c = box.c->source[i]; c != outside) *to = (c - from.origin[2]) * from.stride[2];
    }
  }
};

// Taps of neighbouring slots that share their source vectors.
struct TapRun {
  std::int64_t line;    // of its source, from the target's own
  std::int64_t column;  // of the first tap; the others follow an entry each
  std::int64_t taps;
  std::int64_t weight;       // of the first tap, in elements
  std::int64_t weight_step;  // to the next one's
  std::int64_t height = 1;   // rows of the kernel, each a line further
  std::int64_t weight_row = 0;
};

// Whether each tap lies `step` positions behind the one before.
inline bool follow(const std::vector<Tap>& taps, std::int64_t step) {
  return std::ranges::adjacent_find(taps, [&](const Tap& a, const Tap& b) { return b.offset != a.offset + step; }) ==
         taps.end();
}

// One axis' taps as runs of neighbouring slots whose weights lie evenly, none longer than `longest`, cut in equal
// parts: visit(begin, end) of `taps`.
template <typename Visit>
void for_each_run(const std::vector<Tap>& taps, const Slots& slots, std::int64_t longest, const Visit& visit) {
  const std::int64_t count = std::ssize(taps);
  for (std::int64_t begin = 0, end; begin < count; begin = end) {
    end = begin + 1;
    while (end < count && taps[end].offset == taps[end - 1].offset + slots.step) ++end;
    const std::int64_t size = end - begin, pieces = (size + longest - 1) / longest;
    for (std::int64_t piece = 0; piece < pieces; ++piece)
      visit(begin + piece * size / pieces, begin + (piece + 1) * size / pieces);
  }
}

}  // namespace striate::STRIATE_LEVEL::depthwise
