#include "toom.hpp"

namespace striate::toom {

std::string why_not(const Problem& problem, Direction) {
  const Axis& last = problem.axis[2];
  if (last.stride != 1 || last.dilation != 1)
    return "it takes three neighbouring outputs together, so the last axis must have stride 1 and dilation 1";
  if (last.kernel < 3)
    return "it takes taps of the last axis in threes, and there are only " + std::to_string(last.kernel);
  return {};
}

}  // namespace striate::toom
