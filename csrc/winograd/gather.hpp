// Tiles of a tensor as vectors of channels: how they are read in either layout, with the border in place.
#pragma once

#include "../lanes.hpp"
#include "../view.hpp"
#include "grid.hpp"

namespace striate::STRIATE_LEVEL::winograd {

template <typename T>
constexpr std::int64_t round_to_lanes(std::int64_t count) {
  return (count + lanes<T> - 1) / lanes<T> * lanes<T>;
}

// Elements of a row of `count` such that rows begin in different sets of the first cache: an odd number of lines. With
// 512 channels, rows of 32 lines would all fall into two sets.
template <typename T>
constexpr std::int64_t odd_pitch(std::int64_t count) {
  constexpr std::int64_t line = 64 / sizeof(T);
  return ((count + line - 1) / line | 1) * line;
}

// What `Gather` needs of memory for segments of up to `tiles` tiles and `channels` channels.
template <typename T, int side>
struct GatherSpace {
  std::int64_t rows;      // staged at most
  std::int64_t elements;  // of the stage and what stands outside

  GatherSpace(const Places<side>& row, const Places<side>& column, std::int64_t width, std::int64_t tiles,
              std::int64_t channels)
      : rows(side * std::min<std::int64_t>(std::ssize(row), (tiles + 2 * std::ssize(column) - 2) / std::ssize(column))),
        elements(rows * width * lanes<T> + channels + 2 * lanes<T>) {}
};

// Reads `side` x `side` pixels a tile. Where channels are neighbours in memory they are loaded as they lie; elsewhere
// the rows that a segment needs are transposed, `lanes` channels at a time, into a stage.
template <typename T, int side>
class Gather {
 public:
  Gather(const View<const T>& view, const Places<side>& row, const Places<side>& column, std::int64_t height,
         std::int64_t width, T border, std::int64_t channels, T* memory)
      : view_(view), row_(row), column_(column), width_(width), staged_row_(height, outside), border_(memory) {
    stage_ = memory + round_to_lanes<T>(channels) + lanes<T>;
    std::fill(border_, stage_, border);
  }

  // Calls visit(tile of the segment, first channel of a block, its channels, read) for every tile and block of channels
  // of one plane; read(i, j) is a pixel's vector, whose lanes past the block's channels hold anything finite or the
  // values of its last channel. `slice` may be `outside`.
  template <typename Visit>
  void tiles(const Segment& segment, std::int64_t slice, std::int64_t first_channel, std::int64_t channels,
             const Visit& visit) {
    constexpr int n = lanes<T>;
    if (view_.stride[1] == 1 || slice == outside) {
      const T* plane = slice == outside ? nullptr : view_.plane(segment.sample, first_channel);
      for (std::int64_t t = 0; t < segment.count; ++t) {
        point(segment.first + t, [&](std::int64_t i, std::int64_t j) {
          return plane && i != outside && j != outside ? plane + view_.offset(slice, i, j) : border_;
        });
        for (std::int64_t c = 0; c < channels; c += n) {
          const int used = static_cast<int>(std::min<std::int64_t>(channels - c, n));
          if (used == n)
            visit(t, c, n, [&](int i, int j) { return load(pixel_[i][j] + c); });
          else
            visit(t, c, used, [&](int i, int j) { return load_part(pixel_[i][j] + c, used); });
        }
      }
      return;
    }
    choose_rows(segment);
    for (std::int64_t c = 0; c < channels; c += n) {
      const int used = static_cast<int>(std::min<std::int64_t>(channels - c, n));
      fill_stage(segment.sample, slice, first_channel + c, used);
      for (std::int64_t t = 0; t < segment.count; ++t) {
        point(segment.first + t, [&](std::int64_t i, std::int64_t j) {
          return i == outside || j == outside
                     ? border_
                     : stage_ + (staged_row_[i] * (last_column_ - first_column_) + j - first_column_) * n;
        });
        visit(t, c, used, [&](int i, int j) { return load(pixel_[i][j]); });
      }
    }
  }

 private:
  template <typename Where>
  void point(std::int64_t tile, const Where& where) {
    const auto& row = row_[tile / std::ssize(column_)];
    const auto& column = column_[tile % std::ssize(column_)];
    for (int i = 0; i < side; ++i)
      for (int j = 0; j < side; ++j) pixel_[i][j] = where(row[i], column[j]);
  }

  // Which rows and columns the tiles of a segment read.
  void choose_rows(const Segment& segment) {
    const std::int64_t wide = std::ssize(column_);
    const std::int64_t first = segment.first / wide, last = (segment.first + segment.count - 1) / wide;
    for (const std::int64_t row : rows_) staged_row_[row] = outside;
    rows_.clear();
    for (std::int64_t r = first; r <= last; ++r)
      for (const std::int64_t row : row_[r])
        if (row != outside && staged_row_[row] == outside) {
          staged_row_[row] = 0;
          rows_.push_back(row);
        }
    std::sort(rows_.begin(), rows_.end());
    for (std::size_t i = 0; i < rows_.size(); ++i) staged_row_[rows_[i]] = static_cast<std::int64_t>(i);

    const bool whole = first != last;
    first_column_ = width_, last_column_ = 0;
    for (std::int64_t c = whole ? 0 : segment.first % wide; c < (whole ? wide : segment.first % wide + segment.count);
         ++c)
      for (const std::int64_t column : column_[c])
        if (column != outside) {
          first_column_ = std::min(first_column_, column);
          last_column_ = std::max(last_column_, column + 1);
        }
    last_column_ = std::max(last_column_, first_column_);
  }

  // Rows that follow each other in memory are one run.
  void fill_stage(std::int64_t sample, std::int64_t slice, std::int64_t channel, int used) {
    const std::int64_t columns = last_column_ - first_column_;
    const bool dense = columns == width_ && view_.stride[3] == columns * view_.stride[4];
    T* to = stage_;
    for (std::size_t i = 0; i < rows_.size();) {
      std::size_t end = i + 1;
      while (dense && end < rows_.size() && rows_[end] == rows_[end - 1] + 1) ++end;
      const std::int64_t count = static_cast<std::int64_t>(end - i) * columns;
      const std::int64_t offset = view_.offset(slice, rows_[i], first_column_);
      LanePointers<const T> lane;
      for (int l = 0; l < lanes<T>; ++l) lane[l] = view_.plane(sample, channel + std::min(l, used - 1)) + offset;
      gather_lanes<T>(lane, view_.stride[4], count, to);
      to += count * lanes<T>;
      i = end;
    }
  }

  const View<const T>& view_;
  const Places<side>&row_, &column_;
  std::int64_t width_;
  std::vector<std::int64_t> staged_row_;  // of each row of the plane, where it stands in the stage
  std::vector<std::int64_t> rows_;        // staged, in order
  std::int64_t first_column_ = 0, last_column_ = 0;
  T* border_;
  T* stage_;
  const T* pixel_[side][side];
};

}  // namespace striate::STRIATE_LEVEL::winograd
