// Which taps a tile of rows takes together, with lanes along the rows of contiguous planes.
#pragma once

#include "lines.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// Vectors of targets that a tile holds in registers, one under another, beside `most_height` weights and a source.
inline constexpr int tile_rows = vector_registers == 32 ? 14 : 8;
inline constexpr int most_height = 3;

// Entries [begin, end) of `RowTaps`: each is `height` taps whose sources lie one under another as the targets do, so
// that a source vector, loaded once, serves `height` of them.
struct RowRun {
  int height;
  std::int64_t begin;
  std::int64_t end;
};

struct RowTaps {
  std::int64_t pitch = 0;  // from a source of the tile to the one under it
  std::vector<RowRun> runs = {};
  std::vector<std::int64_t> source = {};  // of each entry's first tap, from the target's own
  std::vector<Sizes> kernel = {};         // of each tap, `height` an entry

  void add(int height, std::int64_t from) {
    if (runs.empty() || runs.back().height != height) runs.push_back({height, std::ssize(source), std::ssize(source)});
    source.push_back(from);
    ++runs.back().end;
  }
};

// Where staged rows lie: row (a, b) of a box from (a * slab + b) * width on.
struct Staging {
  std::int64_t width;
  std::int64_t slab;
};

// A tile takes `tile_rows` rows of a kernel of several rows, and as many vectors of one row of a flat kernel.
inline RowTaps row_taps(const Phase& a, const Phase& b, const Phase& c, const Staging& staging, bool flat,
                        std::int64_t lanes) {
  RowTaps result;
  result.pitch = flat ? lanes : staging.width;
  const auto source = [&](const Tap& i, const Tap& j, const Tap& k) {
    return i.offset * staging.slab + j.offset * staging.width + k.offset;
  };
  for (const Tap& i : a.taps) {
    if (!flat) {
      for_each_run(b.taps, {1, 0}, most_height, [&](std::int64_t begin, std::int64_t end) {
        for (const Tap& k : c.taps) {
          result.add(static_cast<int>(end - begin), source(i, b.taps[begin], k));
          for (std::int64_t j = begin; j < end; ++j) result.kernel.push_back({i.kernel, b.taps[j].kernel, k.kernel});
        }
      });
      continue;
    }
    for (const Tap& j : b.taps) {
      std::vector<bool> taken(c.taps.size());
      for (std::int64_t first = 0; first < std::ssize(c.taps); ++first) {
        if (taken[first]) continue;
        const std::int64_t from = source(i, j, c.taps[first]);
        int height = 0;
        for (std::int64_t k = first; k < std::ssize(c.taps) && height < most_height; ++k) {
          if (taken[k] || source(i, j, c.taps[k]) != from + height * lanes) continue;
          taken[k] = true;
          ++height;
          result.kernel.push_back({i.kernel, j.kernel, c.taps[k].kernel});
        }
        result.add(height, from);
      }
    }
  }
  return result;
}

}  // namespace striate::STRIATE_LEVEL::depthwise
