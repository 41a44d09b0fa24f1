// First layers: few input channels, products along rows, vectors over output channels.
#pragma once

#include "../kernel.hpp"

STRIATE_DECLARE_FAMILY(first, STRIATE_DECLARE_PACKING)
