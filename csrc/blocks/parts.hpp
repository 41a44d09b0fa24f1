// How the loops over parts are cut.
#pragma once

#include "../depthwise/mask.hpp"
#include "blocks.hpp"

namespace striate::STRIATE_LEVEL::blocks {

using namespace depthwise;

// Calls visit(part, first channel, channels). Where channels are `neighbours` a task is a part. Else it is one sample's
// planes of as many channels as a vector has lanes: they stay in the L2 cache while all its cells are visited.
template <typename T, typename Visit>
void for_each_part(const Cut& cut, bool neighbours, ParallelFor pool, const Visit& visit) {
  if (neighbours) {
    parallel_for(pool, std::ssize(cut.places), cut.part(), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t v = begin; v < end; ++v) visit(v, 0, cut.channels);
    });
    return;
  }
  const std::int64_t blocks = (cut.channels + lanes<T> - 1) / lanes<T>;
  parallel_for(pool, cut.batch * blocks, cut.part(), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t step = begin; step < end; ++step) {
      const std::int64_t first = step % blocks * lanes<T>;
      for (std::int64_t v = cut.first[step / blocks]; v < cut.first[step / blocks + 1]; ++v)
        visit(v, first, std::min<std::int64_t>(lanes<T>, cut.channels - first));
    }
  });
}

}  // namespace striate::STRIATE_LEVEL::blocks
