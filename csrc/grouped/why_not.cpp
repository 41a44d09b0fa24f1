#include "grouped.hpp"

namespace striate::grouped {

std::string why_not(const Problem& problem, Direction) {
  const std::int64_t in = problem.in_channels_per_group(), out = problem.out_channels_per_group();
  if (problem.groups == 1) return "it needs several groups";
  if (in != out || (in != 2 && in != 4 && in != 8))
    return "groups must take 2, 4 or 8 channels to as many, not " + std::to_string(in) + " to " + std::to_string(out);
  return {};
}

}  // namespace striate::grouped
