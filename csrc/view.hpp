// A tensor's memory: five axes with strides, so that contiguous and channels_last are the same code.
#pragma once

#include <array>
#include <cstdint>

namespace striate {

// Axes of an input or output: batch, channel, space 0, 1, 2. Of a weight: output channel, input channel, kernel 0,
// 1, 2.
template <typename T>
struct View {
  T* data = nullptr;
  std::array<std::int64_t, 5> stride = {};  // in elements

  // The first element of one channel's space.
  T* plane(std::int64_t first, std::int64_t second) const { return data + first * stride[0] + second * stride[1]; }
  // Where an element lies in its plane.
  std::int64_t offset(std::int64_t i, std::int64_t j, std::int64_t k) const {
    return i * stride[2] + j * stride[3] + k * stride[4];
  }
};

}  // namespace striate
