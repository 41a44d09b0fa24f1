// Small 5x5 convolutions of many samples: a sample in each lane, Winograd's F(2x2, 5x5) within it.
#pragma once

#include "../kernel.hpp"

STRIATE_DECLARE_FAMILY(samples, STRIATE_DECLARE_NO_PACKING)
