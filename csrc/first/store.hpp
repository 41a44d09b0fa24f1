// Stores of finished outputs, around the caches where a tensor is larger than they are.
#pragma once

#include <bit>

#include "../dense/pixels.hpp"

namespace striate::STRIATE_LEVEL::first {

// An aligned store that leaves no line in a cache and waits for none: of a tensor of 100 MB the lines would be fetched
// first, and nobody would find them later (8.7 ms instead of 11 for 64 channels of 224x224 at batch 8).
// `finish_streams` orders them before what follows.
template <typename T>
[[gnu::always_inline]] inline void stream(T* to, Vector<T> value) {
#if defined(__AVX512F__)
  _mm512_stream_si512(reinterpret_cast<__m512i*>(to), reinterpret_cast<__m512i>(value));
#else
  store(to, value);
#endif
}

inline void finish_streams() {
#if defined(__AVX512F__)
  _mm_sfence();
#endif
}

template <typename T>
bool aligned(const T* to, std::int64_t step) {
  return std::bit_cast<std::uintptr_t>(to) % vector_bytes == 0 && step % lanes<T> == 0;
}

// dense::store_row for whole vectors, or what is left of a row to it.
template <typename T>
void store_row(const T* from, std::int64_t pitch, std::int64_t count, std::int64_t channels, Activation activation,
               T* to, std::int64_t stride, std::int64_t channel_stride, bool streams) {
  constexpr int n = lanes<T>;
  streams = streams && aligned(to, channel_stride == 1 ? stride : channel_stride);
  const auto put = [&](T* at, Vector<T> value) { streams ? stream(at, value) : store(at, value); };
  if (channel_stride == 1 && channels % n == 0) {
    for (std::int64_t u = 0; u < count; ++u)
      for (std::int64_t c = 0; c < channels; c += n)
        put(to + u * stride + c, activate(load(from + u * pitch + c), activation));
    return;
  }
  const std::int64_t whole = stride == 1 && channels % n == 0 ? count / n * n : 0;
  for (std::int64_t u = 0; u < whole; u += n)
    for (std::int64_t c = 0; c < channels; c += n) {
      Vector<T> square[n];
#pragma GCC unroll 16
      for (int i = 0; i < n; ++i) square[i] = activate(load(from + (u + i) * pitch + c), activation);
      transpose_square(square);
#pragma GCC unroll 16
      for (int i = 0; i < n; ++i) put(to + (c + i) * channel_stride + u, square[i]);
    }
  dense::store_row(from + whole * pitch, pitch, count - whole, channels, activation, to + whole * stride, stride,
                   channel_stride);
}

}  // namespace striate::STRIATE_LEVEL::first
