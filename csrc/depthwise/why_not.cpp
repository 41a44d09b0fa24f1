#include "depthwise.hpp"

namespace striate::depthwise {

std::string why_not(const Problem& problem, Direction) {
  if (problem.groups == problem.in_channels) return {};
  return "it has " + std::to_string(problem.in_channels_per_group()) + " input channels a group, not 1";
}

}  // namespace striate::depthwise
