// Depthwise convolutions of masked tensors, and the visible blocks of others.
#include "../blocks/blocks.hpp"
#include "../depthwise/depthwise.hpp"
#include "problems.hpp"

namespace striate::torch_ops {
namespace {

// A masked depthwise convolution asks what the whole one would; only the cells are its own.
Problem make_masked(const Tensor& activation, IntHeaderOnlyArrayRef input, IntHeaderOnlyArrayRef weight,
                    const Ints& stride, const Ints& padding, const Ints& dilation) {
  check(input.size() >= 3 && weight.size() == input.size() && weight[1] == 1,
        "weight must be of one filter a channel of the input " + text(input) + ", but has shape " + text(weight));
  check(input[0] > 0, "input must have at least one sample, but has shape " + text(input));
  return make_problem(activation, input, weight, stride, padding, dilation, input[1], Ints(input.size() - 2, 0), 0.0);
}

// `sizes`: of the tensors that it masks, an axis.
Mask make_mask(const Tensor& mask, std::int64_t batch, const std::vector<Ints>& sizes) {
  check(mask.scalar_type() == ScalarType::Bool && mask.is_contiguous(), "mask must be contiguous and of bool");
  const std::size_t ndim = sizes[0].size();
  check(mask.dim() == static_cast<std::int64_t>(ndim) + 1 && mask.size(0) == batch,
        "mask must have shape (" + std::to_string(batch) + ", *cells) with " + std::to_string(ndim) +
            " axes of cells, but has shape " + text(mask.sizes()));
  Mask result = {static_cast<const bool*>(mask.const_data_ptr())};
  for (std::size_t i = 0; i < ndim; ++i) {
    const std::int64_t cells = mask.size(i + 1);
    for (const Ints& size : sizes)
      check(cells > 0 && size[i] % cells == 0, "mask has " + std::to_string(cells) +
                                                   " cells on an axis, which do not divide its " +
                                                   std::to_string(size[i]) + " elements");
    result.cells[Problem::max_ndim - ndim + i] = cells;
  }
  return result;
}

Mask make_mask(const Tensor& mask, const Problem& problem) {
  std::vector<Ints> sizes(2);
  for (int i = 0; i < problem.ndim; ++i) {
    sizes[0].push_back(problem.own_axis(i).input);
    sizes[1].push_back(problem.own_axis(i).output());
  }
  return make_mask(mask, problem.batch, sizes);
}

// The visible cells of a signal of this shape.
blocks::Cut make_cut(const Tensor& mask, IntHeaderOnlyArrayRef shape, const Ints& before, const Ints& extent) {
  check(shape.size() >= 3 && shape.size() <= 5,
        "a masked signal must have 3 to 5 axes (batch, channels, space), but has shape " + text(shape));
  const std::size_t ndim = shape.size() - 2;
  check_length(before, "before", ndim);
  check_length(extent, "extent", ndim);
  blocks::Cut cut = {make_mask(mask, shape[0], {Ints(shape.begin() + 2, shape.end())}), shape[0], shape[1]};
  for (std::size_t i = 0; i < ndim; ++i) {
    const std::size_t axis = Problem::max_ndim - ndim + i;
    check(extent[i] > 0, "extent must be at least 1, but got " + std::to_string(extent[i]));
    cut.size[axis] = shape[i + 2];
    cut.before[axis] = before[i];
    cut.extent[axis] = extent[i];
  }
  const std::int64_t cells = cut.mask.cells[0] * cut.mask.cells[1] * cut.mask.cells[2];
  for (std::int64_t sample = 0; sample < cut.batch; ++sample) {
    cut.first.push_back(std::ssize(cut.places));
    for (std::int64_t i = sample * cells; i < (sample + 1) * cells; ++i)
      if (cut.mask.visible[i]) cut.places.push_back(i);
  }
  cut.first.push_back(std::ssize(cut.places));
  return cut;
}

Tensor gather_blocks(const Tensor& signal, const Tensor& mask, const Ints& before, const Ints& extent) {
  check_same_dtype(signal, "signal", signal, "signal");
  const blocks::Cut cut = make_cut(mask, signal.sizes(), before, extent);
  Ints shape = {std::ssize(cut.places)};
  shape.insert(shape.end(), extent.begin(), extent.end());
  shape.push_back(cut.channels);
  Tensor parts = torch::stable::empty(shape, signal.scalar_type());
  with_element_type(signal, [&]<typename T>(T) {
    blocks::kernels<T>(level_used())
        .gather(cut, view<const T>(signal), static_cast<T*>(parts.mutable_data_ptr()), torch_pool);
  });
  return parts;
}

Tensor scatter_blocks(const Tensor& parts, const Tensor& mask, const Ints& size, bool channels_last) {
  check_same_dtype(parts, "parts", parts, "parts");
  check(parts.dim() == static_cast<std::int64_t>(size.size()) + 2 && parts.is_contiguous() && mask.dim() > 0,
        "parts must be contiguous with shape (visible, *cell, channels), but has shape " + text(parts.sizes()));
  Ints shape = {mask.size(0), parts.size(parts.dim() - 1)};
  shape.insert(shape.end(), size.begin(), size.end());
  const Ints extent(parts.sizes().begin() + 1, parts.sizes().end() - 1);
  const blocks::Cut cut = make_cut(mask, shape, Ints(size.size(), 0), extent);
  Ints cell = {std::ssize(cut.places)};
  for (std::size_t i = 0; i < size.size(); ++i) cell.push_back(size[i] / mask.size(i + 1));
  cell.push_back(cut.channels);
  check_shape(parts, "parts", cell);
  const Tensor signal = empty(shape, parts.scalar_type(), channels_last);
  prefer_huge_pages(signal);
  with_element_type(parts, [&]<typename T>(T) {
    blocks::kernels<T>(level_used())
        .scatter(cut, static_cast<const T*>(parts.const_data_ptr()), view<T>(signal), torch_pool);
  });
  return signal;
}

Tensor masked_depthwise(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
                        const Tensor& mask, const Ints& stride, const Ints& padding, const Ints& dilation) {
  check_same_dtype(input, "input", weight, "weight");
  const Problem problem = make_masked(input, input.sizes(), weight.sizes(), stride, padding, dilation);
  const std::optional<Tensor> added = dense_bias(bias, input, problem.out_channels);
  const Mask cells = make_mask(mask, problem);
  Tensor output = empty_like_operands(output_shape(problem), input, weight);
  with_element_type(input, [&]<typename T>(T) {
    depthwise::masked_kernels<T>(level_used())
        .forward(problem, cells, view<const T>(input), view<const T>(weight), data_of<T>(added), view<T>(output),
                 torch_pool);
  });
  return output;
}

Tensor masked_depthwise_backward_data(const Tensor& grad_output, const Tensor& weight, const Tensor& mask,
                                      const Ints& input_shape, const Ints& stride, const Ints& padding,
                                      const Ints& dilation) {
  check_same_dtype(grad_output, "grad_output", weight, "weight");
  const Problem problem = make_masked(grad_output, input_shape, weight.sizes(), stride, padding, dilation);
  check_shape(grad_output, "grad_output", output_shape(problem));
  const Mask cells = make_mask(mask, problem);
  Tensor grad_input = empty_like_operands(input_shape, grad_output, weight);
  with_element_type(weight, [&]<typename T>(T) {
    depthwise::masked_kernels<T>(level_used())
        .backward_data(problem, cells, view<const T>(grad_output), view<const T>(weight), view<T>(grad_input),
                       torch_pool);
  });
  return grad_input;
}

Tensor masked_depthwise_backward_weight(const Tensor& grad_output, const Tensor& input, const Tensor& mask,
                                        const Ints& weight_shape, const Ints& stride, const Ints& padding,
                                        const Ints& dilation) {
  check_same_dtype(grad_output, "grad_output", input, "input");
  const Problem problem = make_masked(input, input.sizes(), weight_shape, stride, padding, dilation);
  check_shape(grad_output, "grad_output", output_shape(problem));
  const Mask cells = make_mask(mask, problem);
  Tensor grad_weight = empty_like_operands(weight_shape, grad_output, input);
  with_element_type(input, [&]<typename T>(T) {
    depthwise::masked_kernels<T>(level_used())
        .backward_weight(problem, cells, view<const T>(grad_output), view<const T>(input), view<T>(grad_weight),
                         torch_pool);
  });
  return grad_weight;
}

}  // namespace

STABLE_TORCH_LIBRARY_FRAGMENT(striate, library) {
  // Depthwise convolutions of what `mask`, (N, *cells) of bool, shows of both sides.
  library.def(
      "masked_depthwise(Tensor input, Tensor weight, Tensor? bias, Tensor mask, int[] stride, int[] padding, "
      "int[] dilation) -> Tensor");
  library.def(
      "masked_depthwise_backward_data(Tensor grad_output, Tensor weight, Tensor mask, int[] input_shape, "
      "int[] stride, int[] padding, int[] dilation) -> Tensor");
  library.def(
      "masked_depthwise_backward_weight(Tensor grad_output, Tensor input, Tensor mask, int[] weight_shape, "
      "int[] stride, int[] padding, int[] dilation) -> Tensor");
  // The visible cells of a mask as parts (visible, *extent, channels), each from `before` its first element on, and the
  // signal (N, channels, *size) of the cells alone.
  library.def("gather_blocks(Tensor signal, Tensor mask, int[] before, int[] extent) -> Tensor");
  library.def("scatter_blocks(Tensor parts, Tensor mask, int[] size, bool channels_last) -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(striate, CPU, library) {
  library.impl("masked_depthwise", TORCH_BOX(&masked_depthwise));
  library.impl("masked_depthwise_backward_data", TORCH_BOX(&masked_depthwise_backward_data));
  library.impl("masked_depthwise_backward_weight", TORCH_BOX(&masked_depthwise_backward_weight));
  library.impl("gather_blocks", TORCH_BOX(&gather_blocks));
  library.impl("scatter_blocks", TORCH_BOX(&scatter_blocks));
}

}  // namespace striate::torch_ops
