#include "problems.hpp"

namespace striate::torch_ops {

Problem make_problem(const Tensor& activation, IntHeaderOnlyArrayRef input, IntHeaderOnlyArrayRef weight,
                     const Ints& stride, const Ints& padding, const Ints& dilation, std::int64_t groups,
                     const Ints& border, double border_value) {
  check(input.size() >= 3 && input.size() <= 5,
        "input must have 3 to 5 axes (batch, channels, space), but has shape " + text(input));
  check(weight.size() == input.size(),
        "weight must have as many axes as the input " + text(input) + ", but has shape " + text(weight));
  const std::size_t ndim = input.size() - 2;
  check_length(stride, "stride", ndim);
  check_length(padding, "padding", 2 * ndim);
  check_length(dilation, "dilation", ndim);
  check_length(border, "border", ndim);

  Problem problem;
  problem.ndim = static_cast<int>(ndim);
  problem.batch = input[0];
  problem.groups = groups;
  problem.in_channels = input[1];
  problem.out_channels = weight[0];
  problem.border_value = border_value;
  problem.dtype = activation.scalar_type() == ScalarType::Double ? Dtype::float64 : Dtype::float32;
  problem.layout = activation.is_contiguous()     ? Layout::contiguous
                   : is_channels_last(activation) ? Layout::channels_last
                                                  : Layout::strided;
  for (std::size_t i = 0; i < ndim; ++i)
    problem.own_axis(i) = {input[i + 2],
                           weight[i + 2],
                           stride[i],
                           dilation[i],
                           padding[2 * i],
                           padding[2 * i + 1],
                           static_cast<Border>(border[i])};
  const std::string reason = validate(problem);
  check(reason.empty(), reason);
  check(weight[1] == problem.in_channels_per_group(),
        "weight has " + std::to_string(weight[1]) + " input channels, but an input of " + std::to_string(input[1]) +
            " channels in " + std::to_string(groups) + " groups needs " +
            std::to_string(problem.in_channels_per_group()));
  return problem;
}

Ints output_shape(const Problem& problem) {
  Ints shape = {problem.batch, problem.out_channels};
  for (int i = 0; i < problem.ndim; ++i) shape.push_back(problem.own_axis(i).output());
  return shape;
}

}  // namespace striate::torch_ops
