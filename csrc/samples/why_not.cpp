#include <algorithm>

#include "samples.hpp"

namespace striate::samples {

std::string why_not(const Problem& problem, Direction) {
  if (problem.ndim != 2) return "its tiles have two axes";
  std::int64_t input = problem.in_channels, output = problem.out_channels;
  for (int i = 0; i < 2; ++i) {
    const Axis& axis = problem.own_axis(i);
    if (axis.kernel != 5 || axis.stride != 1 || axis.dilation != 1)
      return "it computes 5x5 kernels of stride 1 and dilation 1";
    input *= axis.input, output *= axis.output();
  }
  // 16 Ki elements of 16 samples are 1 MiB, which stays near a core.
  if (std::max(input, output) > (1 << 14)) return "a sample has more than 16384 elements";
  if (std::max(problem.in_channels, problem.out_channels) > 128) return "there are more than 128 channels";
  return {};
}

}  // namespace striate::samples
