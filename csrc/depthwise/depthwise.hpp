// One filter a channel: groups == in_channels. The channel multiplier is out_channels / in_channels.
#pragma once

#include "../kernel.hpp"

STRIATE_DECLARE_FAMILY(depthwise, STRIATE_DECLARE_PACKING)
