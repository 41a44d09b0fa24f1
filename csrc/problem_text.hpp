// The one text form of a problem, which logs, benchmarks and bug reports print and read. For example
//
//   b8 c64 o128 g2 i56x56 k3x3 s2x2 d1x2 p1:1x0:2 mreflectxcircular f64 nhwc "stem"
//
// batch, input and output channels, groups; then one value an axis, joined by x: input size, kernel, stride, dilation,
// padding (before:after), border rule; `v1.5` the value outside where a rule is `constant`; f32 or f64; nchw, nhwc or
// strided; a name. What stands at its default is left out: g1, strides and dilations 1, no padding, mzeros, f32, nchw,
// no name. A rule that all axes share is written once. src/striate/engine/problem.py reads and writes the same.
#pragma once

#include <string>

#include "problem.hpp"

namespace striate {

struct NamedProblem {
  Problem problem;
  std::string name;
};

// std::invalid_argument says which word is wrong and what was expected, or why the problem has no answer.
NamedProblem parse_problem(const std::string& text);
std::string print_problem(const NamedProblem& named);

}  // namespace striate
