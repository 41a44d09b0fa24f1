// Copies between tensors of any layout and blocks of pixels, whose channels lie together.
#pragma once

#include "../matrix/tile.hpp"
#include "../rows.hpp"
#include "../view.hpp"
#include "blocks.hpp"

namespace striate::STRIATE_LEVEL::dense {

using matrix::pixel_pitch;

// Packs a row: to[u * pitch + c] is channel c of the element of index[u], and `border` outside.
template <typename T>
void pack_row(const T* from, std::int64_t stride, std::int64_t channel_stride, std::int64_t channels,
              const std::int64_t* index, std::int64_t count, T border, T* to, std::int64_t pitch) {
  for (std::int64_t u = 0; u < count;) {
    if (index[u] < 0) {
      std::fill_n(to + u++ * pitch, channels, border);
      continue;
    }
    const T* element = from + index[u] * stride;
    if (channel_stride == 1) {
      map_row(element, channels, to + u++ * pitch, [](Vector<T> v) { return v; });
      continue;
    }
    std::int64_t end = u + 1;
    while (end < count && index[end] == index[end - 1] + 1) ++end;
    if (stride == 1)
      transpose<T>(element, channel_stride, channels, end - u, {}, to + u * pitch, pitch);
    else
      for (std::int64_t v = u; v < end; ++v)
        for (std::int64_t c = 0; c < channels; ++c) to[v * pitch + c] = from[index[v] * stride + c * channel_stride];
    u = end;
  }
}

// Packs a block of some channels of one sample: [slice][row][column][pitch].
template <typename T>
void pack_pixels(const View<const T>& tensor, const T* plane, std::int64_t channels, const Blocks& cut,
                 const Index& block, T border, T* to, std::int64_t pitch) {
  const std::int64_t columns = cut[2].length;
  for (std::int64_t a = 0; a < cut[0].length; ++a)
    for (std::int64_t b = 0; b < cut[1].length; ++b, to += columns * pitch) {
      const std::int64_t slice = cut[0].sources(block[0])[a], line = cut[1].sources(block[1])[b];
      if (slice < 0 || line < 0)
        std::fill_n(to, columns * pitch, border);
      else
        pack_row(plane + tensor.offset(slice, line, 0), tensor.stride[4], tensor.stride[1], channels,
                 cut[2].sources(block[2]), columns, border, to, pitch);
    }
}

// A row of pixels of one panel to its elements in the tensor, where pixel u stands at u; each through `activation`.
template <typename T>
void store_row(const T* from, std::int64_t pitch, std::int64_t count, std::int64_t channels, Activation activation,
               T* to, std::int64_t stride, std::int64_t channel_stride) {
  if (channel_stride == 1) {
    for (std::int64_t u = 0; u < count; ++u)
      map_row(from + u * pitch, channels, to + u * stride, [&](Vector<T> v) { return activate(v, activation); });
  } else if (stride == 1) {
    transpose<T>(from, pitch, count, channels, {nullptr, activation}, to, channel_stride);
  } else {
    for (std::int64_t u = 0; u < count; ++u)
      for (std::int64_t c = 0; c < channels; ++c)
        to[u * stride + c * channel_stride] = activate(broadcast(from[u * pitch + c]), activation)[0];
  }
}

// Adds pixel u to the element of target[u]; `outside` is dropped.
template <typename T>
void add_row(const T* from, std::int64_t pitch, std::int64_t count, std::int64_t channels, const std::int64_t* target,
             T* to, std::int64_t stride, std::int64_t channel_stride) {
  for (std::int64_t u = 0; u < count; ++u)
    if (target[u] >= 0)
      for (std::int64_t c = 0; c < channels; ++c) to[target[u] * stride + c * channel_stride] += from[u * pitch + c];
}

}  // namespace striate::STRIATE_LEVEL::dense
