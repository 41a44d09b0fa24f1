// Dense convolution with 3x3 kernels by F(4x4, 3x3): 36 products an input and output channel for 16 outputs, not 144.
#pragma once

#include "../kernel.hpp"

STRIATE_DECLARE_FAMILY(winograd, STRIATE_DECLARE_PACKING)
