#include "first.hpp"

namespace striate::first {

std::string why_not(const Problem& problem, Direction) {
  if (problem.in_channels_per_group() > 4) return "made for at most 4 input channels a group";
  if (problem.axis[2].dilation > 1) return "the last axis has a dilation, and taps are taken together there";
  return {};
}

}  // namespace striate::first
