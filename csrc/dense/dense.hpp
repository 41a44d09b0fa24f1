// Dense and grouped convolution over packed blocks of pixels: vectors run along output channels, pixels are broadcast.
#pragma once

#include "../matrix/pack.hpp"

STRIATE_DECLARE_FAMILY(dense, STRIATE_DECLARE_PANELS)
