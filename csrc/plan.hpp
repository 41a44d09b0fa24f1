// Planning: which kernel computes a problem, and why not the others.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "isa.hpp"
#include "kernel.hpp"

namespace striate {

struct Verdict {
  std::string kernel;
  std::string reason;  // empty: it is the one chosen
  double gain;         // torch's time over its, as expected; 0 where nothing is known
};

// What is planned: one of the three computations, and whether its weights stay from call to call, so that a kernel
// which packs them does so once.
struct Computation {
  Direction direction;
  bool steady;
};

// "forward", "backward_data", "backward_weight", and "inference", which is forward with weights that stay; others are
// refused with std::invalid_argument.
Computation computation_named(std::string_view name);

// The direction's kernels in the order of their list, and "torch" behind them. One of them is chosen: the one that can
// and is expected to be the fastest (cost.hpp), or torch; if `forced` is a name, that one. A forced kernel that cannot,
// or that nobody knows, is refused with std::invalid_argument.
std::vector<Verdict> plan(const Problem& problem, Computation computation, Level level, std::string_view forced);

const char* name_of(Direction direction);

// The names of a direction's kernels, best first.
std::vector<std::string> kernel_names(Direction direction);

}  // namespace striate
