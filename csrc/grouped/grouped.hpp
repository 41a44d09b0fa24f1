// Grouped convolution of few channels a group: vectors run along channels, several groups in each.
#pragma once

#include "../kernel.hpp"

STRIATE_DECLARE_FAMILY(grouped, STRIATE_DECLARE_PACKING)
