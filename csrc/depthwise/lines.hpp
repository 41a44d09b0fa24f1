// Where the rows and columns of a box's source lie in memory, with the border in the tables: a tile reads every
// position where it is, and no padded copy is made.
#pragma once

#include <algorithm>
#include <utility>
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
struct Line {
  const T* begin;              // null where all of the row is outside
  const std::int64_t* column;  // of each slot: where it lies from there, or `outside`
};

template <typename T>
struct Lines {
  std::vector<Line<T>> line;         // of each extended row of each plane
  std::vector<std::int64_t> column;  // one table for all rows, or with a mask one for each row of cells
  std::int64_t plane = 0;            // rows of a plane, as the next
  std::int64_t slab = 0;             // rows of one index of the first axis

  // `planes` sources that lie `plane_step` elements apart. What is hidden of the sample counts as outside.
  void set(const LaneView<const T>& from, const Cells& cells, std::int64_t sample, const Box& box, const Slots& slots,
           std::int64_t planes, std::int64_t plane_step) {
    slab = std::ssize(box.b->source);
    plane = std::ssize(box.a->source) * slab;
    const auto [a_first, a_count] = cell_rows(cells, 0, *box.a);
    const auto [b_first, b_count] = cell_rows(cells, 1, *box.b);
    column.assign(a_count * b_count * slots.size(), outside);
    for (std::int64_t i = 0; i < a_count; ++i)
      for (std::int64_t j = 0; j < b_count; ++j)
        set_columns(from, cells, cells.visible ? cells.row_of_cells(sample, a_first + i, b_first + j) : nullptr, *box.c,
                    slots, column.data() + (i * b_count + j) * slots.size());
    line.clear();
    for (std::int64_t m = 0; m < planes; ++m)
      for (const std::int64_t a : box.a->source)
        for (const std::int64_t b : box.b->source) {
          if (a == outside || b == outside) {
            line.push_back({nullptr, column.data()});
            continue;
          }
          const std::int64_t table =
              cells.visible ? (a / cells.size[0] - a_first) * b_count + b / cells.size[1] - b_first : 0;
          line.push_back({from.row(a, b) + m * plane_step, column.data() + table * slots.size()});
        }
  }

 private:
  // The first row of cells that a band reads, and how many.
  static std::pair<std::int64_t, std::int64_t> cell_rows(const Cells& cells, int axis, const Band& band) {
    if (!cells.visible || band.low >= band.high) return {0, 1};
    const std::int64_t first = band.low / cells.size[axis];
    return {first, (band.high - 1) / cells.size[axis] - first + 1};
  }

  // Residue by residue: with a division an entry, 31 taps on 64 rows of 16000 took 6.5 ms, without 5.0.
  static void set_columns(const LaneView<const T>& from, const Cells& cells, const bool* visible, const Band& band,
                          const Slots& slots, std::int64_t* table) {
    for (std::int64_t r = 0; r < slots.step; ++r) {
      std::int64_t* to = table + r * slots.section;
      for (std::int64_t i = r; i < std::ssize(band.source); i += slots.step, ++to)
        if (const std::int64_t c = band.source[i]; c != outside && (!visible || visible[c / cells.size[2]]))
          *to = (c - from.origin[2]) * from.stride[2];
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
