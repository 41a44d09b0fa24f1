// Dense and grouped convolution over packed planes: vectors run along pixels, weights are broadcast.
#pragma once

#include "../kernel.hpp"

STRIATE_DECLARE_FAMILY(direct, STRIATE_DECLARE_NO_PACKING)
