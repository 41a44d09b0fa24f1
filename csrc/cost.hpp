// Whether a kernel that can compute a problem should: torch computes it too.
#pragma once

#include <string>
#include <string_view>

#include "isa.hpp"
#include "kernel.hpp"
#include "plan.hpp"

namespace striate {

// Below this many multiply-adds a sample, what a call of ours costs before its loop weighs more than the loop. Of one
// sample: the choice, and with it the bits of a row, must not depend on the batch.
inline constexpr std::int64_t least_work = 1 << 16;

// Torch runs unless one of ours is expected to be this many times faster: the noise of what was measured.
inline constexpr double least_gain = 1.03;

// A step of ours costs this many seconds more than torch's, beyond the 20 us a computation that `fit` counts.
inline constexpr double step_cost = 20e-6;

// What torch takes for one gradient alone, over half of what it takes for both.
inline constexpr double lone_gradient = 1.2;

// About the seconds of torch for one sample, as the choice must not depend on the batch: 60 G multiply-adds a second,
// and 50 us at least.
double torch_seconds(const Problem& problem);

// How many times faster than torch's convolution a kernel is expected to be, from what was measured on the layers most
// like this one (measured.inc); 0 if nothing like it was. Batch and thread count do not matter.
double predicted_gain(std::string_view kernel, const Problem& problem, Computation computation, Level level);

// The multiply-adds of one sample.
std::int64_t work_of(const Problem& problem);

}  // namespace striate
