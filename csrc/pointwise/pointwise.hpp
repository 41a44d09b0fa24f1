// Kernels of one tap: matrix products of the tensors as they lie.
#pragma once

#include "../kernel.hpp"

STRIATE_DECLARE_FAMILY(pointwise, STRIATE_DECLARE_PACKING)
