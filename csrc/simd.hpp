// The vector vocabulary: written once over the compiler's vector extensions, compiled once for each instruction set.
//
// A file that includes this is compiled for one level at a time (CMakeLists.txt), and everything in it lives in
// `striate::STRIATE_LEVEL`, so that no function of one level can be linked in place of another's.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#ifndef STRIATE_LEVEL
#error "STRIATE_LEVEL names the namespace of this instruction set: baseline, avx2 or avx512"
#endif

namespace striate::STRIATE_LEVEL {

#if defined(__AVX512F__)
inline constexpr int vector_bytes = 64;
#elif defined(__AVX2__)
inline constexpr int vector_bytes = 32;
#else
inline constexpr int vector_bytes = 16;  // SSE2 and NEON
#endif

// Vector registers of the level: 32 with AVX-512 and NEON, 16 before. Tiles are sized by it.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int vector_registers = 32;
#else
inline constexpr int vector_registers = 16;
#endif

template <typename T>
struct VectorOf {
  typedef T type __attribute__((vector_size(vector_bytes)));
};

template <typename T>
using Vector = typename VectorOf<T>::type;

// Elements in a vector: 16 floats at AVX-512.
template <typename T>
inline constexpr int lanes = vector_bytes / static_cast<int>(sizeof(T));

template <typename T>
[[gnu::always_inline]] inline Vector<T> load(const T* from) {
  Vector<T> result;
  std::memcpy(&result, from, sizeof(result));
  return result;
}

template <typename T>
[[gnu::always_inline]] inline void store(T* to, Vector<T> value) {
  std::memcpy(to, &value, sizeof(value));
}

// The first `count` elements, and zeros; nothing past them is read.
template <typename T>
[[gnu::always_inline]] inline Vector<T> load_part(const T* from, int count) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), from);
  else
    return _mm512_maskz_loadu_pd(static_cast<__mmask8>((1u << count) - 1), from);
#else
  Vector<T> result = {};
  std::memcpy(&result, from, static_cast<std::size_t>(count) * sizeof(T));
  return result;
#endif
}

// Writes the first `count` elements and nothing past them.
template <typename T>
[[gnu::always_inline]] inline void store_part(T* to, Vector<T> value, int count) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1u << count) - 1), value);
  else
    _mm512_mask_storeu_pd(to, static_cast<__mmask8>((1u << count) - 1), value);
#else
  std::memcpy(to, &value, static_cast<std::size_t>(count) * sizeof(T));
#endif
}

template <typename T>
[[gnu::always_inline]] inline Vector<T> broadcast(T value) {
  return value - Vector<T>{};  // x - 0 is x for every x, so this is one instruction; a loop over lanes is two
}

}  // namespace striate::STRIATE_LEVEL
