#include "../simd.hpp"
#include "peak.hpp"

#if defined(__aarch64__)
#define STRIATE_REGISTER "+w"
#else
#define STRIATE_REGISTER "+x"
#endif

namespace striate::STRIATE_LEVEL::peak {

// A multiply-add takes 4 or 5 cycles and two begin in each, so 10 that do not wait for each other keep the units busy.
// 12 leave room for the two operands in 16 registers.
template <typename T>
std::int64_t multiply_add(std::int64_t rounds) {
  constexpr int accumulators = 12;
  Vector<T> sums[accumulators];
  const Vector<T> factor = broadcast(T(0.5)), term = broadcast(T(1));  // sums tend to 2: nothing overflows
#pragma GCC unroll 12
  for (int i = 0; i < accumulators; ++i) sums[i] = broadcast(static_cast<T>(i));
  for (std::int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 12
    for (int i = 0; i < accumulators; ++i) {
      sums[i] = sums[i] * factor + term;
      asm volatile("" : STRIATE_REGISTER(sums[i]));  // every round is done, and in a register
    }
  }
  return rounds * accumulators * lanes<T> * 2;
}

template std::int64_t multiply_add<float>(std::int64_t);
template std::int64_t multiply_add<double>(std::int64_t);

}  // namespace striate::STRIATE_LEVEL::peak
