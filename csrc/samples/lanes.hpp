// Samples in lanes: a block holds some channels and rows of `lanes<T>` samples, one vector for each element.
#pragma once

#include <algorithm>

#include "../rows.hpp"
#include "../view.hpp"

namespace striate::STRIATE_LEVEL::samples {

struct Range {
  std::int64_t begin, end;
  std::int64_t count() const { return end - begin; }
};

// How a block of a tensor lies in lanes, and the copies to and fro. Elements keep the order that they have in the
// tensor, so that a copy is a transpose of few long runs.
template <typename T>
class LaneBlock {
 public:
  // `channels` and `columns` are the tensor's own numbers.
  template <typename Element>
  LaneBlock(const View<Element>& view, std::int64_t channels, std::int64_t columns, Range channel, Range row)
      : channel_(channel), row_(row), columns_(columns) {
    const auto& stride = view.stride;
    const bool planar = (stride[4] == 1 || columns == 1) && (stride[3] == columns || row.count() == 1);
    last_ = !planar && stride[1] == 1;
    const std::int64_t pixels = row.count() * columns;
    pitch_ = last_ ? std::array{std::int64_t{1}, columns * channel.count(), channel.count()}
                   : std::array{pixels, columns, std::int64_t{1}};
    const bool rows_follow = stride[4] == channels && stride[3] == columns * channels;
    run_ = planar                                                ? pixels
           : last_ && channel.count() == channels && rows_follow ? pixels * channels
           : last_                                               ? channel.count()
                                                                 : 1;
  }

  std::int64_t elements() const { return channel_.count() * row_.count() * columns_; }
  // Where an element stands, in elements of T.
  std::int64_t offset(std::int64_t channel, std::int64_t row, std::int64_t column) const {
    return ((channel - channel_.begin) * pitch_[0] + (row - row_.begin) * pitch_[1] + column * pitch_[2]) * lanes<T>;
  }

  // Lanes of no sample get zeros.
  void gather(const View<const T>& view, std::int64_t sample, int count, T* to) const {
    if (count < lanes<T>) std::fill_n(to, elements() * lanes<T>, T(0));
    each_run([&](std::int64_t channel, std::int64_t row, std::int64_t column) {
      const T* const from = view.plane(sample, channel) + view.offset(0, row, column);
      T* const block = to + offset(channel, row, column);
      if (count > few) return transpose<T>(from, view.stride[0], count, run_, {}, block, lanes<T>);
      for (int i = 0; i < count; ++i)
        for (std::int64_t e = 0; e < run_; ++e) block[e * lanes<T> + i] = from[i * view.stride[0] + e];
    });
  }

  void scatter(const T* from, const View<T>& view, std::int64_t sample, int count) const {
    each_run([&](std::int64_t channel, std::int64_t row, std::int64_t column) {
      const T* const block = from + offset(channel, row, column);
      T* const to = view.plane(sample, channel) + view.offset(0, row, column);
      if (count > few) return transpose<T>(block, lanes<T>, run_, count, {}, to, view.stride[0]);
      for (int i = 0; i < count; ++i)
        for (std::int64_t e = 0; e < run_; ++e) to[i * view.stride[0] + e] = block[e * lanes<T> + i];
    });
  }

 private:
  static constexpr int few = 2;  // samples for which a transpose of whole vectors is the longer way

  template <typename Visit>
  void each_run(const Visit& visit) const {
    const std::int64_t runs = elements() / run_;
    for (std::int64_t i = 0; i < runs; ++i) {
      const std::int64_t element = i * run_;  // in the block's own order
      const std::int64_t outer = element / pitch_[last_ ? 1 : 0], inner = element % pitch_[last_ ? 1 : 0];
      if (last_)
        visit(channel_.begin, row_.begin + outer, inner / pitch_[2]);
      else
        visit(channel_.begin + outer, row_.begin + inner / columns_, inner % columns_);
    }
  }

  Range channel_, row_;
  std::int64_t columns_;
  bool last_;                          // channels are innermost
  std::array<std::int64_t, 3> pitch_;  // of channel, row, column
  std::int64_t run_;                   // elements that follow each other in the tensor and in the block
};

}  // namespace striate::STRIATE_LEVEL::samples
