#include "registry.hpp"

#include "dense/dense.hpp"
#include "depthwise/depthwise.hpp"
#include "direct/direct.hpp"
#include "fft/fft.hpp"
#include "first/first.hpp"
#include "grouped/grouped.hpp"
#include "pointwise/pointwise.hpp"
#include "reference/reference.hpp"
#include "samples/samples.hpp"
#include "toom/toom.hpp"
#include "winograd/winograd.hpp"

// The definition is compiled once, and is the same at every level.
#define STRIATE_SAME_AT(LEVEL)                \
  namespace striate::LEVEL {                  \
  namespace reference = ::striate::reference; \
  }

STRIATE_SAME_AT(baseline)
STRIATE_SAME_AT(avx2)
STRIATE_SAME_AT(avx512)

namespace striate {
namespace {

#define STRIATE_KERNEL(DIRECTION, FAMILY)                                                     \
  lists.DIRECTION.push_back({#FAMILY,                                                         \
                             FAMILY::why_not,                                                 \
                             level::FAMILY::DIRECTION<float>,                                 \
                             level::FAMILY::DIRECTION<double>,                                \
                             {level::FAMILY::packed_size<float>, level::FAMILY::pack<float>}, \
                             {level::FAMILY::packed_size<double>, level::FAMILY::pack<double>}});

Kernels baseline_kernels() {
  namespace level = baseline;
  Kernels lists;
#include "kernels.inc"
  return lists;
}

#if STRIATE_LEVELS == 3
Kernels avx2_kernels() {
  namespace level = avx2;
  Kernels lists;
#include "kernels.inc"
  return lists;
}

Kernels avx512_kernels() {
  namespace level = avx512;
  Kernels lists;
#include "kernels.inc"
  return lists;
}
#endif

#undef STRIATE_KERNEL

}  // namespace

const Kernels& kernels(Level level) {
#if STRIATE_LEVELS == 3
  static const Kernels lists[] = {baseline_kernels(), avx2_kernels(), avx512_kernels()};
  return lists[static_cast<int>(level)];
#else
  static const Kernels list = baseline_kernels();
  return list;
#endif
}

}  // namespace striate
