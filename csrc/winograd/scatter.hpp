// Tiles of outputs, vectors of channels, written to a tensor in either layout.
#pragma once

#include "../activate.hpp"
#include "gather.hpp"

namespace striate::STRIATE_LEVEL::winograd {

// How many elements `Scatter` needs of memory.
template <typename T>
std::int64_t scatter_elements(const TileAxis& column) {
  return column.tiles() * tile_outputs * tile_outputs * lanes<T>;
}

// Writes 4 x 4 pixels a tile, or adds them to what stands there. Where channels are neighbours in memory pixels are
// stored as they are; elsewhere, and to add, the tiles of a row are staged and transposed.
template <typename T>
class Scatter {
 public:
  Scatter(const View<T>& view, const TileAxis& row, const TileAxis& column, bool add, T* stage)
      : view_(view), row_(row), column_(column), add_(add), direct_(view.stride[1] == 1 && !add), stage_(stage) {}

  // Calls compute(tile of the segment, first channel of a block, its channels, write) for every tile and block of
  // channels of one plane, and stores what it gives to write(i, j, vector).
  template <typename Compute>
  void tiles(const Segment& segment, std::int64_t slice, std::int64_t first_channel, std::int64_t channels,
             const Compute& compute) {
    constexpr int n = lanes<T>;
    const std::int64_t wide = column_.tiles();
    if (direct_) {
      T* plane = view_.plane(segment.sample, first_channel);
      for (std::int64_t t = 0; t < segment.count; ++t) {
        const auto& row = row_.output[(segment.first + t) / wide];
        const auto& column = column_.output[(segment.first + t) % wide];
        T* pixel[tile_outputs][tile_outputs];
        for (int i = 0; i < tile_outputs; ++i)
          for (int j = 0; j < tile_outputs; ++j)
            pixel[i][j] =
                row[i] == outside || column[j] == outside ? nullptr : plane + view_.offset(slice, row[i], column[j]);
        for (std::int64_t c = 0; c < channels; c += n) {
          const int used = static_cast<int>(std::min<std::int64_t>(channels - c, n));
          if (used == n)
            compute(t, c, n, [&](int i, int j, Vector<T> value) {
              if (pixel[i][j]) store(pixel[i][j] + c, value);
            });
          else
            compute(t, c, used, [&](int i, int j, Vector<T> value) {
              if (pixel[i][j]) store_part(pixel[i][j] + c, value, used);
            });
        }
      }
      return;
    }
    for (std::int64_t t = 0; t < segment.count;) {  // a row of tiles, or the part of it in the segment
      const std::int64_t first = (segment.first + t) % wide, count = std::min(wide - first, segment.count - t);
      for (std::int64_t c = 0; c < channels; c += n) {
        const int used = static_cast<int>(std::min<std::int64_t>(channels - c, n));
        for (std::int64_t u = 0; u < count; ++u)
          compute(t + u, c, used, [&](int i, int j, Vector<T> value) {
            store(stage_ + ((i * count + u) * tile_outputs + j) * n, value);
          });
        for (int i = 0; i < tile_outputs; ++i)
          if (const std::int64_t row = row_.output[(segment.first + t) / wide][i]; row != outside)
            write_row(stage_ + i * count * tile_outputs * n, first, count, segment.sample, first_channel + c, used,
                      view_.offset(slice, row, 0));
      }
      t += count;
    }
  }

 private:
  // Outputs of tiles [first, first + count) in one row, by runs that lie evenly in memory.
  void write_row(const T* from, std::int64_t first, std::int64_t count, std::int64_t sample, std::int64_t channel,
                 int used, std::int64_t offset) {
    const std::int64_t outputs = count * tile_outputs;
    const auto target = [&](std::int64_t i) { return column_.output[first + i / tile_outputs][i % tile_outputs]; };
    for (std::int64_t i = 0; i < outputs;) {
      const std::int64_t at = target(i);
      if (at == outside) {
        ++i;
        continue;
      }
      std::int64_t end = i + 1, step = 1;
      if (end < outputs && !add_ && target(end) > at) {
        step = target(end) - at;
        while (end < outputs && target(end) == at + (end - i) * step) ++end;
      }
      LanePointers<T> lane;
      for (int l = 0; l < lanes<T>; ++l)
        lane[l] = view_.plane(sample, channel + std::min(l, used - 1)) + offset + at * view_.stride[4];
      if (add_)
        for (int l = 0; l < used; ++l) *lane[l] += from[i * lanes<T> + l];
      else
        scatter_lanes<T>(from + i * lanes<T>, end - i, lane, used, step * view_.stride[4]);
      i = end;
    }
  }

  const View<T>& view_;
  const TileAxis &row_, &column_;
  bool add_, direct_;
  T* stage_;
};

}  // namespace striate::STRIATE_LEVEL::winograd
