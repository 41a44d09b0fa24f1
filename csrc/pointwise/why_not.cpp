#include "pointwise.hpp"

namespace striate::pointwise {

std::string why_not(const Problem& problem, Direction) {
  for (const Axis& axis : problem.axis) {
    if (axis.kernel != 1) return "it computes kernels of size 1";
    if (axis.before != 0 || axis.after != 0) return "it reads the input as it lies, without padding or crops";
  }
  return {};
}

}  // namespace striate::pointwise
