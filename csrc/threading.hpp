// How a loop runs on several threads. The core owns none: the caller hands over its pool as one function.
#pragma once

#include <algorithm>
#include <cstdint>

namespace striate {

using LoopBody = void (*)(std::int64_t begin, std::int64_t end, void* context);
// Calls `body` on disjoint ranges that cover [0, count), each of at least `grain` steps where there are as many.
using ParallelFor = void (*)(std::int64_t count, std::int64_t grain, LoopBody body, void* context);

// Runs `loop(begin, end)` over [0, count) where one step costs `work` multiply-adds. A thread gets at least 32768 of
// them, some 20 us in the reference kernels: waking a thread costs about 5.
template <typename Loop>
void parallel_for(ParallelFor pool, std::int64_t count, std::int64_t work, const Loop& loop) {
  const std::int64_t grain = std::max<std::int64_t>(32768 / std::max<std::int64_t>(work, 1), 1);
  const LoopBody body = [](std::int64_t begin, std::int64_t end, void* context) {
    (*static_cast<const Loop*>(context))(begin, end);
  };
  pool(count, grain, body, const_cast<Loop*>(&loop));
}

}  // namespace striate
