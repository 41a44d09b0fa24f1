#include "winograd.hpp"

namespace striate::winograd {

std::string why_not(const Problem& problem, Direction) {
  const Axis* axis = problem.axis.data();
  for (int i = 1; i < Problem::max_ndim; ++i)
    if (axis[i].kernel != 3)
      return "the last two axes of its kernel are " + std::to_string(axis[1].kernel) + "x" +
             std::to_string(axis[2].kernel) + ", not 3x3";
  for (int i = 0; i < Problem::max_ndim; ++i)
    if (axis[i].stride != 1) return "it has stride " + std::to_string(axis[i].stride) + " on an axis, not 1";
  return {};
}

}  // namespace striate::winograd
