// The packing of families whose weights are panels (panels.hpp).
#pragma once

#include "../kernel.hpp"

STRIATE_DECLARE_PACKING(baseline, matrix)
STRIATE_DECLARE_PACKING(avx2, matrix)
STRIATE_DECLARE_PACKING(avx512, matrix)

// Declares a family's packing at one level: this one.
#define STRIATE_DECLARE_PANELS(LEVEL, FAMILY) \
  namespace striate::LEVEL::FAMILY {          \
  using matrix::pack;                         \
  using matrix::packed_size;                  \
  }
