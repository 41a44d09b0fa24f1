// Convolution by Toom and Cook's products along the last axis: five multiplications for three outputs of three taps.
#pragma once

#include "../kernel.hpp"

STRIATE_DECLARE_FAMILY(toom, STRIATE_DECLARE_PACKING)
