// Kernels of one tap: matrix products of the tensors as they lie.
#pragma once

#include "../matrix/pack.hpp"

STRIATE_DECLARE_FAMILY(pointwise, STRIATE_DECLARE_PANELS)
