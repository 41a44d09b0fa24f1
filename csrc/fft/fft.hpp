// Long kernels: products of spectra, tile by tile of the signal (overlap-save).
#pragma once

#include "../kernel.hpp"

STRIATE_DECLARE_FAMILY(fft, STRIATE_DECLARE_PACKING)
