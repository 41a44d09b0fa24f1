// The most multiply-adds a second that the cores can do: what the benchmark holds the kernels against.
#pragma once

#include <cstdint>

#include "../isa.hpp"
#include "../threading.hpp"

// Runs `rounds` multiply-adds in every accumulator, none waiting for another and none touching memory. Returns the
// operations that were done, a multiply-add counted as two.
#define STRIATE_DECLARE_PEAK(LEVEL)               \
  namespace striate::LEVEL::peak {                \
  template <typename T>                           \
  std::int64_t multiply_add(std::int64_t rounds); \
  }

STRIATE_DECLARE_PEAK(baseline)
STRIATE_DECLARE_PEAK(avx2)
STRIATE_DECLARE_PEAK(avx512)

namespace striate::peak {

// `multiply_add` of a level, `tasks` times shared among the threads of a pool; returns the operations of them all.
template <typename T>
std::int64_t multiply_add(Level level, std::int64_t tasks, std::int64_t rounds, ParallelFor pool);

}  // namespace striate::peak
