// The problem that an operator's arguments ask for.
#pragma once

#include "../problem.hpp"
#include "tensors.hpp"

namespace striate::torch_ops {

// `activation` is the input or the output's gradient: the problem takes dtype and layout from it.
Problem make_problem(const Tensor& activation, IntHeaderOnlyArrayRef input, IntHeaderOnlyArrayRef weight,
                     const Ints& stride, const Ints& padding, const Ints& dilation, std::int64_t groups,
                     const Ints& border, double border_value);

// (N, O, *T)
Ints output_shape(const Problem& problem);

}  // namespace striate::torch_ops
