// Masked tensors: stretches and boxes of what is visible, read, and zeros for what is not.
#pragma once

#include "channel_blocks.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace striate::STRIATE_LEVEL::depthwise {

// Calls visit(begin, end, visible) for the stretches of a row in which all cells are alike.
template <typename Visit>
void for_each_stretch(const Cells& cells, const bool* row, const Range& range, const Visit& visit) {
  for (std::int64_t begin = range.begin, end; begin < range.end; begin = end) {
    const bool shown = row[begin / cells.size[2]];
    end = cells.end(2, begin);
    while (end < range.end && row[end / cells.size[2]] == shown) end = cells.end(2, end);
    end = std::min(end, range.end);
    visit(begin, end, shown);
  }
}

// Calls visit(part) for the boxes of visible cells, neighbours on the last axis together.
template <typename Visit>
void for_each_visible(const Cells& cells, std::int64_t sample, const Ranges& range, const Visit& visit) {
  if (!cells.visible) return visit(range);
  for (std::int64_t i = range[0].begin, i_end; i < range[0].end; i = i_end) {
    i_end = std::min(cells.end(0, i), range[0].end);
    for (std::int64_t j = range[1].begin, j_end; j < range[1].end; j = j_end) {
      j_end = std::min(cells.end(1, j), range[1].end);
      for_each_stretch(cells, cells.row(sample, i, j), range[2], [&](std::int64_t k, std::int64_t k_end, bool shown) {
        if (shown) visit(Ranges{Range{i, i_end}, {j, j_end}, {k, k_end}});
      });
    }
  }
}

// As `read_lanes`, but where it stages, it copies only what is visible.
template <typename T, typename Channel>
LaneView<const T> read_visible(const View<const T>& view, const Cells& cells, std::int64_t sample, int used,
                               bool neighbours, std::int64_t row_size, const Ranges& range, T* stage,
                               const Channel& channel) {
  if (!cells.visible || (neighbours && view.stride[1] == 1 && used == lanes<T>))
    return read_lanes(view, sample, used, neighbours, row_size, range, stage, channel);
  T* to = stage;
  for (std::int64_t i = range[0].begin; i < range[0].end; ++i)
    for (std::int64_t j = range[1].begin; j < range[1].end; ++j)
      for_each_stretch(cells, cells.row(sample, i, j), range[2], [&](std::int64_t k, std::int64_t end, bool shown) {
        const Ranges part = {Range{i, i + 1}, {j, j + 1}, {k, end}};
        constexpr std::int64_t by_rows = 0;  // no part is a whole row
        if (shown) stage_lanes(view, sample, used, neighbours, by_rows, part, to, channel);
        to += (end - k) * lanes<T>;
      });
  return staged_view<const T>(stage, range);
}

// Writes zeros past the caches: a plain store reads the line first, and nobody may ever read these.
template <typename T>
void stream_zeros(T* to, std::int64_t count) {
#if defined(__SSE2__)
  constexpr std::int64_t step = sizeof(__m128i) / sizeof(T);
  for (; count > 0 && reinterpret_cast<std::uintptr_t>(to) % sizeof(__m128i) != 0; --count) *to++ = T(0);
  for (; count >= step; count -= step, to += step)
    _mm_stream_si128(reinterpret_cast<__m128i*>(to), _mm_setzero_si128());
#endif
  std::fill_n(to, count, T(0));
}

// Signals of this many bytes leave the caches before they are read again.
inline constexpr std::int64_t streamed_bytes = 4 << 20;

// Writes 0 to what is hidden in a box of channels [first, first + channels). Of a contiguous tensor it writes the whole
// box, which is to be written before what is visible: a plane at once takes less time than its stretches.
template <typename T>
void write_hidden(const View<T>& view, const Cells& cells, std::int64_t sample, std::int64_t first,
                  std::int64_t channels, std::int64_t row_size, const Ranges& range, bool streamed) {
  if (!cells.visible) return;
  if (view.stride[1] != 1) {
    for (std::int64_t c = first; c < first + channels; ++c)
      for_each_stretch(view, range, row_size,
                       [&](std::int64_t offset, std::int64_t, std::int64_t count, std::int64_t step) {
                         T* const to = view.plane(sample, c) + offset;
                         if (step == 1)
                           std::fill_n(to, count, T(0));
                         else
                           for (std::int64_t i = 0; i < count; ++i) to[i * step] = T(0);
                       });
    return;
  }
  for (std::int64_t i = range[0].begin; i < range[0].end; ++i)
    for (std::int64_t j = range[1].begin; j < range[1].end; ++j)
      for_each_stretch(cells, cells.row(sample, i, j), range[2], [&](std::int64_t k, std::int64_t end, bool shown) {
        T* to = view.plane(sample, first) + view.offset(i, j, k);
        if (shown) return;
        const std::int64_t pixels = view.stride[4] == channels ? end - k : 1;  // that follow each other
        for (; k < end; k += pixels, to += pixels * view.stride[4])
          streamed ? stream_zeros(to, pixels * channels) : void(std::fill_n(to, pixels * channels, T(0)));
      });
#if defined(__SSE2__)
  if (streamed) _mm_sfence();
#endif
}

}  // namespace striate::STRIATE_LEVEL::depthwise
