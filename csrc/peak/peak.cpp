#include "peak.hpp"

#include <atomic>

namespace striate::peak {
namespace {

template <typename T>
std::int64_t at_level(Level level, std::int64_t rounds) {
#if STRIATE_LEVELS == 3
  if (level == Level::avx512) return avx512::peak::multiply_add<T>(rounds);
  if (level == Level::avx2) return avx2::peak::multiply_add<T>(rounds);
#endif
  static_cast<void>(level);
  return baseline::peak::multiply_add<T>(rounds);
}

}  // namespace

template <typename T>
std::int64_t multiply_add(Level level, std::int64_t tasks, std::int64_t rounds, ParallelFor pool) {
  std::atomic<std::int64_t> operations = 0;
  parallel_for(pool, tasks, rounds, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) operations += at_level<T>(level, rounds);
  });
  return operations;
}

template std::int64_t multiply_add<float>(Level, std::int64_t, std::int64_t, ParallelFor);
template std::int64_t multiply_add<double>(Level, std::int64_t, std::int64_t, ParallelFor);

}  // namespace striate::peak
