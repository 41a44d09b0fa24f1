// Maximum and average pooling.
#include "../pooling/pooling.hpp"

#include <tuple>

#include "problems.hpp"

namespace striate::torch_ops {
namespace {

// A pooling asks what a depthwise convolution of its window would; only the windows that hang over are its own.
Pooling make_pooling(const Tensor& tensor, IntHeaderOnlyArrayRef input, const Ints& kernel, const Ints& stride,
                     const Ints& padding, const Ints& dilation, bool ceil_mode, bool channels_last) {
  check(input.size() == kernel.size() + 2,
        "input must have " + std::to_string(kernel.size() + 2) + " axes, but has shape " + text(input));
  Ints weight = {input[1], 1};
  weight.insert(weight.end(), kernel.begin(), kernel.end());
  const Problem problem =
      make_problem(tensor, input, weight, stride, padding, dilation, input[1], Ints(kernel.size(), 0), 0.0);
  Pooling pooling;
  pooling.batch = input[0];
  pooling.channels = input[1];
  pooling.channels_last = channels_last;
  for (int i = 0; i < Problem::max_ndim; ++i) pooling.axis[i] = PooledAxis(problem.axis[i], ceil_mode);
  return pooling;
}

Ints output_shape(const Pooling& pooling, std::size_t ndim) {
  Ints shape = {pooling.batch, pooling.channels};
  for (std::size_t i = Problem::max_ndim - ndim; i < Problem::max_ndim; ++i) shape.push_back(pooling.axis[i].outputs);
  return shape;
}

// With channels_last the kernels go over neighbouring channels; else they take any strides.
Tensor as_pooled(const Tensor& tensor, bool channels_last) {
  if (!channels_last || tensor.stride(1) == 1) return tensor;
  return torch::stable::contiguous(tensor, memory_format(tensor.dim() - 2, true));
}

ScalarType record_type(const Pooling& pooling) {
  return striate::pooling::is_small(pooling) ? ScalarType::Byte : ScalarType::Int;
}

void check_record(const Tensor& record, const Pooling& pooling) {
  check(record.scalar_type() == record_type(pooling) && record.is_contiguous(),
        "record must be what max_pool_record returned for this pooling");
  check_shape(record, "record", {striate::pooling::record_size(pooling)});
}

Tensor run_max_pool(const Tensor& input, const Ints& kernel, const Ints& stride, const Ints& padding,
                    const Ints& dilation, bool ceil_mode, std::optional<Tensor>* record) {
  check_same_dtype(input, "input", input, "input");
  const auto pooling =
      make_pooling(input, input.sizes(), kernel, stride, padding, dilation, ceil_mode, is_channels_last(input));
  Tensor output = empty(output_shape(pooling, kernel.size()), input.scalar_type(), pooling.channels_last);
  if (record) *record = torch::stable::empty({striate::pooling::record_size(pooling)}, record_type(pooling));
  const Tensor source = as_pooled(input, pooling.channels_last);
  with_element_type(input, [&]<typename T>(T) {
    striate::pooling::kernels<T>(level_used())
        .maximum(pooling, view<const T>(source), view<T>(output), record ? (*record)->mutable_data_ptr() : nullptr,
                 torch_pool);
  });
  return output;
}

Tensor max_pool(const Tensor& input, const Ints& kernel, const Ints& stride, const Ints& padding, const Ints& dilation,
                bool ceil_mode) {
  return run_max_pool(input, kernel, stride, padding, dilation, ceil_mode, nullptr);
}

std::tuple<Tensor, Tensor> max_pool_record(const Tensor& input, const Ints& kernel, const Ints& stride,
                                           const Ints& padding, const Ints& dilation, bool ceil_mode) {
  std::optional<Tensor> record;
  Tensor output = run_max_pool(input, kernel, stride, padding, dilation, ceil_mode, &record);
  return {output, *record};
}

Tensor max_pool_indices(const Tensor& record, const Ints& input_shape, const Ints& kernel, const Ints& stride,
                        const Ints& padding, const Ints& dilation, bool ceil_mode, bool channels_last) {
  const auto pooling = make_pooling(record, input_shape, kernel, stride, padding, dilation, ceil_mode, channels_last);
  check_record(record, pooling);
  Tensor indices = empty(output_shape(pooling, kernel.size()), ScalarType::Long, channels_last);
  striate::pooling::maximum_indices(pooling, record.const_data_ptr(), view<std::int64_t>(indices), torch_pool);
  return indices;
}

Tensor max_pool_backward(const Tensor& grad_output, const Tensor& record, const Ints& input_shape, const Ints& kernel,
                         const Ints& stride, const Ints& padding, const Ints& dilation, bool ceil_mode,
                         bool channels_last) {
  check_same_dtype(grad_output, "grad_output", grad_output, "grad_output");
  const auto pooling =
      make_pooling(grad_output, input_shape, kernel, stride, padding, dilation, ceil_mode, channels_last);
  check_shape(grad_output, "grad_output", output_shape(pooling, kernel.size()));
  check_record(record, pooling);
  Tensor grad_input = empty(input_shape, grad_output.scalar_type(), channels_last);
  const Tensor source = as_pooled(grad_output, channels_last);
  with_element_type(source, [&]<typename T>(T) {
    striate::pooling::kernels<T>(level_used())
        .maximum_backward(pooling, view<const T>(source), record.const_data_ptr(), view<T>(grad_input), torch_pool);
  });
  return grad_input;
}

Tensor avg_pool(const Tensor& input, const Ints& kernel, const Ints& stride, const Ints& padding, const Ints& dilation,
                bool ceil_mode, bool count_include_pad, std::int64_t divisor) {
  check_same_dtype(input, "input", input, "input");
  auto pooling =
      make_pooling(input, input.sizes(), kernel, stride, padding, dilation, ceil_mode, is_channels_last(input));
  pooling.count_include_pad = count_include_pad;
  pooling.divisor = divisor;
  Tensor output = empty(output_shape(pooling, kernel.size()), input.scalar_type(), pooling.channels_last);
  const Tensor source = as_pooled(input, pooling.channels_last);
  with_element_type(input, [&]<typename T>(T) {
    striate::pooling::kernels<T>(level_used()).average(pooling, view<const T>(source), view<T>(output), torch_pool);
  });
  return output;
}

Tensor avg_pool_backward(const Tensor& grad_output, const Ints& input_shape, const Ints& kernel, const Ints& stride,
                         const Ints& padding, const Ints& dilation, bool ceil_mode, bool count_include_pad,
                         std::int64_t divisor, bool channels_last) {
  check_same_dtype(grad_output, "grad_output", grad_output, "grad_output");
  auto pooling = make_pooling(grad_output, input_shape, kernel, stride, padding, dilation, ceil_mode, channels_last);
  pooling.count_include_pad = count_include_pad;
  pooling.divisor = divisor;
  check_shape(grad_output, "grad_output", output_shape(pooling, kernel.size()));
  Tensor grad_input = empty(input_shape, grad_output.scalar_type(), channels_last);
  const Tensor source = as_pooled(grad_output, channels_last);
  with_element_type(source, [&]<typename T>(T) {
    striate::pooling::kernels<T>(level_used())
        .average_backward(pooling, view<const T>(source), view<T>(grad_input), torch_pool);
  });
  return grad_input;
}

}  // namespace

STABLE_TORCH_LIBRARY_FRAGMENT(striate, library) {
  // Windows as the convolutions' are. `divisor` 0 counts elements. A record is opaque, and read at the channels_last of
  // its input.
  library.def(
      "max_pool(Tensor input, int[] kernel, int[] stride, int[] padding, int[] dilation, bool ceil_mode) -> Tensor");
  library.def(
      "max_pool_record(Tensor input, int[] kernel, int[] stride, int[] padding, int[] dilation, bool ceil_mode) -> "
      "(Tensor, Tensor)");
  library.def(
      "max_pool_indices(Tensor record, int[] input_shape, int[] kernel, int[] stride, int[] padding, int[] dilation, "
      "bool ceil_mode, bool channels_last) -> Tensor");
  library.def(
      "max_pool_backward(Tensor grad_output, Tensor record, int[] input_shape, int[] kernel, int[] stride, "
      "int[] padding, int[] dilation, bool ceil_mode, bool channels_last) -> Tensor");
  library.def(
      "avg_pool(Tensor input, int[] kernel, int[] stride, int[] padding, int[] dilation, bool ceil_mode, "
      "bool count_include_pad, int divisor) -> Tensor");
  library.def(
      "avg_pool_backward(Tensor grad_output, int[] input_shape, int[] kernel, int[] stride, int[] padding, "
      "int[] dilation, bool ceil_mode, bool count_include_pad, int divisor, bool channels_last) -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(striate, CPU, library) {
  library.impl("max_pool", TORCH_BOX(&max_pool));
  library.impl("max_pool_record", TORCH_BOX(&max_pool_record));
  library.impl("max_pool_indices", TORCH_BOX(&max_pool_indices));
  library.impl("max_pool_backward", TORCH_BOX(&max_pool_backward));
  library.impl("avg_pool", TORCH_BOX(&avg_pool));
  library.impl("avg_pool_backward", TORCH_BOX(&avg_pool_backward));
}

}  // namespace striate::torch_ops
