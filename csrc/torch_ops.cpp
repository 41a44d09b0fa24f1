// The operators `torch.ops.striate.*`, and the only file that includes torch: its stable ABI, of 2.10 and later.
#include <torch/csrc/stable/c/shim.h>
#include <torch/csrc/stable/library.h>
#include <torch/csrc/stable/ops.h>
#include <torch/csrc/stable/tensor.h>
#include <torch/headeronly/core/MemoryFormat.h>
#include <torch/headeronly/core/ScalarType.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "blocks/blocks.hpp"
#include "cost.hpp"
#include "depthwise/depthwise.hpp"
#include "isa.hpp"
#include "peak/peak.hpp"
#include "plan.hpp"
#include "pooling/pooling.hpp"
#include "problem_text.hpp"
#include "registry.hpp"
#include "scratch.hpp"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace {

using striate::Activation;
using striate::Border;
using striate::Direction;
using striate::Dtype;
using striate::Layout;
using striate::Problem;
using striate::View;
using striate::Weight;
using torch::headeronly::IntHeaderOnlyArrayRef;
using torch::headeronly::MemoryFormat;
using torch::headeronly::ScalarType;
using torch::stable::Tensor;
using Ints = std::vector<std::int64_t>;

// Raised by one with every change of a schema below; src/striate/engine/_load.py has the same number.
constexpr std::int64_t abi_version = 5;

void check(bool condition, const std::string& message) {
  if (!condition) throw std::runtime_error("striate: " + message);
}

std::string text(IntHeaderOnlyArrayRef shape) {
  std::string result;
  for (const std::int64_t size : shape) result += (result.empty() ? "(" : ", ") + std::to_string(size);
  return result.empty() ? "()" : result + ")";
}

void check_same_dtype(const Tensor& tensor, const std::string& name, const Tensor& other,
                      const std::string& other_name) {
  const ScalarType dtype = tensor.scalar_type();
  check(dtype == ScalarType::Float || dtype == ScalarType::Double, name + " must be float32 or float64");
  check(other.scalar_type() == dtype, name + " and " + other_name + " must have the same dtype");
}

void check_shape(const Tensor& tensor, const std::string& name, const Ints& shape) {
  check(Ints(tensor.sizes().begin(), tensor.sizes().end()) == shape,
        name + " must have shape " + text(shape) + ", but has " + text(tensor.sizes()));
}

void check_length(const Ints& values, const std::string& name, std::size_t length) {
  check(values.size() == length,
        name + " must have " + std::to_string(length) + " values, but has " + std::to_string(values.size()));
}

// torch's own rule (c10 `is_channels_last_strides_2d`), which the stable ABI has no call for: walking the axes from the
// channel outwards, no stride may shrink. Size-1 axes are ambiguous; what the order leaves open counts as contiguous.
bool is_channels_last(const Tensor& tensor) {
  const auto sizes = tensor.sizes(), strides = tensor.strides();
  const std::int64_t last = tensor.dim() - 1;
  if (last < 3 || strides[1] == 0) return false;
  std::int64_t least = 0;
  for (std::int64_t step = 0; step <= last; ++step) {
    const std::int64_t axis = step == 0 ? 1 : step == last ? 0 : last + 1 - step;
    if (sizes[axis] == 0 || strides[axis] < least) return false;
    if (axis == 0 && least == strides[1]) return false;
    least = strides[axis] * sizes[axis];
  }
  return true;
}

// `activation` is the input or the output's gradient: the problem takes dtype and layout from it.
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

// Asks for huge pages under a large new tensor. A first layer's 100 MB come fresh from the system in every call, and in
// pages of 4 KiB (0.8 us of a fault each, twice the time of the arithmetic) they take 27 ms to write instead of 7.
void prefer_huge_pages([[maybe_unused]] const Tensor& fresh) {
#ifdef __linux__
  constexpr std::uintptr_t page = 2 << 20;
  const auto first = reinterpret_cast<std::uintptr_t>(fresh.mutable_data_ptr());
  const std::uintptr_t bytes = fresh.numel() * fresh.element_size(), begin = (first + page - 1) / page * page;
  if (bytes >= 8 * page) madvise(reinterpret_cast<void*>(begin), (first + bytes - begin) / page * page, MADV_HUGEPAGE);
#endif
}

// As torch does: channels_last if either operand is.
Tensor empty_like_operands(const Ints& shape, const Tensor& first, const Tensor& second) {
  const bool channels_last = is_channels_last(first) || is_channels_last(second);
  const MemoryFormat format = !channels_last      ? MemoryFormat::Contiguous
                              : shape.size() == 4 ? MemoryFormat::ChannelsLast
                                                  : MemoryFormat::ChannelsLast3d;
  const Tensor fresh =
      torch::stable::empty(shape, first.scalar_type(), std::nullopt, std::nullopt, std::nullopt, format);
  prefer_huge_pages(fresh);
  return fresh;
}

template <typename T>
View<T> view(const Tensor& tensor) {
  View<T> result;
  if constexpr (std::is_const_v<T>)
    result.data = static_cast<T*>(tensor.const_data_ptr());
  else
    result.data = static_cast<T*>(tensor.mutable_data_ptr());
  const auto strides = tensor.strides();
  result.stride[0] = strides[0];
  result.stride[1] = strides[1];
  const std::size_t missing = 5 - strides.size();  // axes of size 1, whose stride is never used
  for (std::size_t i = 2; i < strides.size(); ++i) result.stride[i + missing] = strides[i];
  return result;
}

void torch_pool(std::int64_t count, std::int64_t grain, striate::LoopBody body, void* context) {
  STABLE_TORCH_ERROR_CODE_CHECK(torch_parallel_for(0, count, grain, body, context));
}

// Calls `run(T())` with the tensor's element type.
template <typename Run>
void with_element_type(const Tensor& tensor, const Run& run) {
  tensor.scalar_type() == ScalarType::Double ? run(double()) : run(float());
}

const striate::Kernels& kernels() { return striate::kernels(striate::level_used()); }

// The kernel of this index; -1 is the first that can. Sums over nothing are left to the reference, the last of each
// list: the others need not know a batch or channels of 0.
template <typename Kernel>
const Kernel& pick(const std::vector<Kernel>& list, const Problem& problem, Direction direction, std::int64_t index) {
  const auto count = static_cast<std::int64_t>(list.size());
  check(index >= -1 && index < count,
        "kernel must be an index from -1 to " + std::to_string(count - 1) + ", but got " + std::to_string(index));
  if (problem.batch == 0 || problem.in_channels == 0) return list.back();
  if (index < 0) {
    for (const Kernel& kernel : list)
      if (kernel.why_not(problem, direction).empty()) return kernel;
    return list.back();
  }
  const std::string reason = list[index].why_not(problem, direction);
  check(reason.empty(),
        std::string("the kernel '") + list[index].name + "' cannot run " + name_of(direction) + ": " + reason);
  return list[index];
}

// The weight for a kernel: packed already, or packed here into memory of this thread's.
template <typename T, typename Kernel>
Weight<T> prepared(const Kernel& kernel, const Problem& problem, Direction direction, const Tensor& weight,
                   const std::optional<Tensor>& packed) {
  const View<const T> lies = view<const T>(weight);
  const std::int64_t size = kernel.template packing<T>().size(problem, direction);
  if (packed) {
    check_same_dtype(weight, "weight", *packed, "packed");
    check(packed->dim() == 1 && packed->size(0) == size,
          "packed must hold " + std::to_string(size) + " elements, but has shape " + text(packed->sizes()));
    return {lies, static_cast<const T*>(packed->const_data_ptr())};
  }
  if (size == 0) return {lies, nullptr};
  T* const memory = striate::scratch<T>(size, striate::Scratch::call);
  kernel.template packing<T>().pack(problem, direction, lies, memory, torch_pool);
  return {lies, memory};
}

Tensor convolution(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias, const Ints& stride,
                   const Ints& padding, const Ints& dilation, std::int64_t groups, const Ints& border,
                   double padding_value, std::int64_t kernel, std::int64_t activation,
                   const std::optional<Tensor>& packed) {
  check(activation >= 0 && activation <= static_cast<std::int64_t>(Activation::gelu),
        "activation must be from 0 to 4, but got " + std::to_string(activation));
  check_same_dtype(input, "input", weight, "weight");
  const Problem problem =
      make_problem(input, input.sizes(), weight.sizes(), stride, padding, dilation, groups, border, padding_value);
  std::optional<Tensor> dense_bias;
  if (bias) {
    check_same_dtype(input, "input", *bias, "bias");
    check_shape(*bias, "bias", {problem.out_channels});
    dense_bias = torch::stable::contiguous(*bias);
  }
  const auto& chosen = pick(kernels().forward, problem, Direction::forward, kernel);
  Tensor output = empty_like_operands(output_shape(problem), input, weight);
  with_element_type(input, [&]<typename T>(T) {
    const T* bias_data = dense_bias ? static_cast<const T*>(dense_bias->const_data_ptr()) : nullptr;
    chosen.template function<T>()(problem, view<const T>(input),
                                  prepared<T>(chosen, problem, Direction::forward, weight, packed),
                                  {bias_data, static_cast<Activation>(activation)}, view<T>(output), torch_pool);
  });
  return output;
}

Tensor convolution_backward_data(const Tensor& grad_output, const Tensor& weight, const Ints& input_shape,
                                 const Ints& stride, const Ints& padding, const Ints& dilation, std::int64_t groups,
                                 const Ints& border, std::int64_t kernel, const std::optional<Tensor>& packed) {
  check_same_dtype(grad_output, "grad_output", weight, "weight");
  const Problem problem =
      make_problem(grad_output, input_shape, weight.sizes(), stride, padding, dilation, groups, border, 0.0);
  check_shape(grad_output, "grad_output", output_shape(problem));
  const auto& chosen = pick(kernels().backward_data, problem, Direction::backward_data, kernel);
  Tensor grad_input = empty_like_operands(input_shape, grad_output, weight);
  with_element_type(weight, [&]<typename T>(T) {
    chosen.template function<T>()(problem, view<const T>(grad_output),
                                  prepared<T>(chosen, problem, Direction::backward_data, weight, packed),
                                  view<T>(grad_input), torch_pool);
  });
  return grad_input;
}

Tensor convolution_backward_weight(const Tensor& grad_output, const Tensor& input, const Ints& weight_shape,
                                   const Ints& stride, const Ints& padding, const Ints& dilation, std::int64_t groups,
                                   const Ints& border, double padding_value, std::int64_t kernel) {
  check_same_dtype(grad_output, "grad_output", input, "input");
  const Problem problem =
      make_problem(input, input.sizes(), weight_shape, stride, padding, dilation, groups, border, padding_value);
  check_shape(grad_output, "grad_output", output_shape(problem));
  const auto& chosen = pick(kernels().backward_weight, problem, Direction::backward_weight, kernel);
  Tensor grad_weight = empty_like_operands(weight_shape, grad_output, input);
  with_element_type(input, [&]<typename T>(T) {
    chosen.function<T>()(problem, view<const T>(grad_output), view<const T>(input), view<T>(grad_weight), torch_pool);
  });
  return grad_weight;
}

// The weight as the kernel's `packed` argument takes it, empty if the kernel packs none. Sizes, padding and layout of
// the input do not matter.
Tensor pack_weight(const Tensor& weight, const Ints& input_shape, const Ints& stride, const Ints& dilation,
                   std::int64_t groups, std::string direction, std::int64_t kernel) {
  const Ints nothing(2 * stride.size(), 0), zeros(stride.size(), 0);
  Ints shape = input_shape;  // without its padding the input may be shorter than the kernel
  for (std::size_t i = 2; i < shape.size() && i < weight.sizes().size() && i < dilation.size() + 2; ++i)
    shape[i] = std::max(shape[i], dilation[i - 2] * (weight.size(i) - 1) + 1);
  const Problem problem = make_problem(weight, shape, weight.sizes(), stride, nothing, dilation, groups, zeros, 0.0);
  const Direction wanted = striate::computation_named(direction).direction;
  const auto run = [&](const auto& list) {
    const auto& chosen = pick(list, problem, wanted, kernel);
    Tensor packed;
    with_element_type(weight, [&]<typename T>(T) {
      const auto& packing = chosen.template packing<T>();
      packed = torch::stable::empty({packing.size(problem, wanted)}, weight.scalar_type());
      packing.pack(problem, wanted, view<const T>(weight), static_cast<T*>(packed.mutable_data_ptr()), torch_pool);
    });
    return packed;
  };
  check(wanted != Direction::backward_weight, "backward_weight reads no weight");
  return wanted == Direction::forward ? run(kernels().forward) : run(kernels().backward_data);
}

// A masked depthwise convolution asks what the whole one would; only the cells are its own.
Problem make_masked(const Tensor& activation, IntHeaderOnlyArrayRef input, IntHeaderOnlyArrayRef weight,
                    const Ints& stride, const Ints& padding, const Ints& dilation) {
  check(input.size() >= 3 && weight.size() == input.size() && weight[1] == 1,
        "weight must be of one filter a channel of the input " + text(input) + ", but has shape " + text(weight));
  check(input[0] > 0, "input must have at least one sample, but has shape " + text(input));
  return make_problem(activation, input, weight, stride, padding, dilation, input[1], Ints(input.size() - 2, 0), 0.0);
}

// `sizes`: of the tensors that it masks, an axis.
striate::Mask make_mask(const Tensor& mask, std::int64_t batch, const std::vector<Ints>& sizes) {
  check(mask.scalar_type() == ScalarType::Bool && mask.is_contiguous(), "mask must be contiguous and of bool");
  const std::size_t ndim = sizes[0].size();
  check(mask.dim() == static_cast<std::int64_t>(ndim) + 1 && mask.size(0) == batch,
        "mask must have shape (" + std::to_string(batch) + ", *cells) with " + std::to_string(ndim) +
            " axes of cells, but has shape " + text(mask.sizes()));
  striate::Mask result = {static_cast<const bool*>(mask.const_data_ptr())};
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

striate::Mask make_mask(const Tensor& mask, const Problem& problem) {
  std::vector<Ints> sizes(2);
  for (int i = 0; i < problem.ndim; ++i) {
    sizes[0].push_back(problem.own_axis(i).input);
    sizes[1].push_back(problem.own_axis(i).output());
  }
  return make_mask(mask, problem.batch, sizes);
}

// The visible cells of a signal of this shape.
striate::blocks::Cut make_cut(const Tensor& mask, IntHeaderOnlyArrayRef shape, const Ints& before, const Ints& extent) {
  check(shape.size() >= 3 && shape.size() <= 5,
        "a masked signal must have 3 to 5 axes (batch, channels, space), but has shape " + text(shape));
  const std::size_t ndim = shape.size() - 2;
  check_length(before, "before", ndim);
  check_length(extent, "extent", ndim);
  striate::blocks::Cut cut = {make_mask(mask, shape[0], {Ints(shape.begin() + 2, shape.end())}), shape[0], shape[1]};
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
  const striate::blocks::Cut cut = make_cut(mask, signal.sizes(), before, extent);
  Ints shape = {std::ssize(cut.places)};
  shape.insert(shape.end(), extent.begin(), extent.end());
  shape.push_back(cut.channels);
  Tensor parts = torch::stable::empty(shape, signal.scalar_type());
  with_element_type(signal, [&]<typename T>(T) {
    striate::blocks::kernels<T>(striate::level_used())
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
  const striate::blocks::Cut cut = make_cut(mask, shape, Ints(size.size(), 0), extent);
  Ints cell = {std::ssize(cut.places)};
  for (std::size_t i = 0; i < size.size(); ++i) cell.push_back(size[i] / mask.size(i + 1));
  cell.push_back(cut.channels);
  check_shape(parts, "parts", cell);
  const MemoryFormat format = !channels_last || size.size() == 1 ? MemoryFormat::Contiguous
                              : size.size() == 2                 ? MemoryFormat::ChannelsLast
                                                                 : MemoryFormat::ChannelsLast3d;
  Tensor signal = torch::stable::empty(shape, parts.scalar_type(), std::nullopt, std::nullopt, std::nullopt, format);
  prefer_huge_pages(signal);
  with_element_type(parts, [&]<typename T>(T) {
    striate::blocks::kernels<T>(striate::level_used())
        .scatter(cut, static_cast<const T*>(parts.const_data_ptr()), view<T>(signal), torch_pool);
  });
  return signal;
}

Tensor masked_depthwise(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
                        const Tensor& mask, const Ints& stride, const Ints& padding, const Ints& dilation) {
  check_same_dtype(input, "input", weight, "weight");
  const Problem problem = make_masked(input, input.sizes(), weight.sizes(), stride, padding, dilation);
  std::optional<Tensor> dense_bias;
  if (bias) {
    check_same_dtype(input, "input", *bias, "bias");
    check_shape(*bias, "bias", {problem.out_channels});
    dense_bias = torch::stable::contiguous(*bias);
  }
  const striate::Mask cells = make_mask(mask, problem);
  Tensor output = empty_like_operands(output_shape(problem), input, weight);
  with_element_type(input, [&]<typename T>(T) {
    const T* bias_data = dense_bias ? static_cast<const T*>(dense_bias->const_data_ptr()) : nullptr;
    striate::depthwise::masked_kernels<T>(striate::level_used())
        .forward(problem, cells, view<const T>(input), view<const T>(weight), bias_data, view<T>(output), torch_pool);
  });
  return output;
}

Tensor masked_depthwise_backward_data(const Tensor& grad_output, const Tensor& weight, const Tensor& mask,
                                      const Ints& input_shape, const Ints& stride, const Ints& padding,
                                      const Ints& dilation) {
  check_same_dtype(grad_output, "grad_output", weight, "weight");
  const Problem problem = make_masked(grad_output, input_shape, weight.sizes(), stride, padding, dilation);
  check_shape(grad_output, "grad_output", output_shape(problem));
  const striate::Mask cells = make_mask(mask, problem);
  Tensor grad_input = empty_like_operands(input_shape, grad_output, weight);
  with_element_type(weight, [&]<typename T>(T) {
    striate::depthwise::masked_kernels<T>(striate::level_used())
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
  const striate::Mask cells = make_mask(mask, problem);
  Tensor grad_weight = empty_like_operands(weight_shape, grad_output, input);
  with_element_type(input, [&]<typename T>(T) {
    striate::depthwise::masked_kernels<T>(striate::level_used())
        .backward_weight(problem, cells, view<const T>(grad_output), view<const T>(input), view<T>(grad_weight),
                         torch_pool);
  });
  return grad_weight;
}

// A pooling asks what a depthwise convolution of its window would; only the windows that hang over are its own.
striate::Pooling make_pooling(const Tensor& tensor, IntHeaderOnlyArrayRef input, const Ints& kernel, const Ints& stride,
                              const Ints& padding, const Ints& dilation, bool ceil_mode, bool channels_last) {
  check(input.size() == kernel.size() + 2,
        "input must have " + std::to_string(kernel.size() + 2) + " axes, but has shape " + text(input));
  Ints weight = {input[1], 1};
  weight.insert(weight.end(), kernel.begin(), kernel.end());
  const Problem problem =
      make_problem(tensor, input, weight, stride, padding, dilation, input[1], Ints(kernel.size(), 0), 0.0);
  striate::Pooling pooling;
  pooling.batch = input[0];
  pooling.channels = input[1];
  pooling.channels_last = channels_last;
  for (int i = 0; i < Problem::max_ndim; ++i) pooling.axis[i] = striate::PooledAxis(problem.axis[i], ceil_mode);
  return pooling;
}

Ints output_shape(const striate::Pooling& pooling, std::size_t ndim) {
  Ints shape = {pooling.batch, pooling.channels};
  for (std::size_t i = Problem::max_ndim - ndim; i < Problem::max_ndim; ++i) shape.push_back(pooling.axis[i].outputs);
  return shape;
}

MemoryFormat pooled_format(std::size_t ndim, bool channels_last) {
  return !channels_last ? MemoryFormat::Contiguous
         : ndim == 2    ? MemoryFormat::ChannelsLast
                        : MemoryFormat::ChannelsLast3d;
}

Tensor empty_for(const Ints& shape, ScalarType dtype, bool channels_last) {
  return torch::stable::empty(shape, dtype, std::nullopt, std::nullopt, std::nullopt,
                              pooled_format(shape.size() - 2, channels_last));
}

// With channels_last the kernels go over neighbouring channels; else they take any strides.
Tensor as_pooled(const Tensor& tensor, bool channels_last) {
  if (!channels_last || tensor.stride(1) == 1) return tensor;
  return torch::stable::contiguous(tensor, pooled_format(tensor.dim() - 2, true));
}

ScalarType record_type(const striate::Pooling& pooling) {
  return striate::pooling::is_small(pooling) ? ScalarType::Byte : ScalarType::Int;
}

void check_record(const Tensor& record, const striate::Pooling& pooling) {
  check(record.scalar_type() == record_type(pooling) && record.is_contiguous(),
        "record must be what max_pool_record returned for this pooling");
  check_shape(record, "record", {striate::pooling::record_size(pooling)});
}

Tensor run_max_pool(const Tensor& input, const Ints& kernel, const Ints& stride, const Ints& padding,
                    const Ints& dilation, bool ceil_mode, std::optional<Tensor>* record) {
  check_same_dtype(input, "input", input, "input");
  const auto pooling =
      make_pooling(input, input.sizes(), kernel, stride, padding, dilation, ceil_mode, is_channels_last(input));
  Tensor output = empty_for(output_shape(pooling, kernel.size()), input.scalar_type(), pooling.channels_last);
  if (record) *record = torch::stable::empty({striate::pooling::record_size(pooling)}, record_type(pooling));
  const Tensor source = as_pooled(input, pooling.channels_last);
  with_element_type(input, [&]<typename T>(T) {
    striate::pooling::kernels<T>(striate::level_used())
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
  Tensor indices = empty_for(output_shape(pooling, kernel.size()), ScalarType::Long, channels_last);
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
  Tensor grad_input = empty_for(input_shape, grad_output.scalar_type(), channels_last);
  const Tensor source = as_pooled(grad_output, channels_last);
  with_element_type(source, [&]<typename T>(T) {
    striate::pooling::kernels<T>(striate::level_used())
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
  Tensor output = empty_for(output_shape(pooling, kernel.size()), input.scalar_type(), pooling.channels_last);
  const Tensor source = as_pooled(input, pooling.channels_last);
  with_element_type(input, [&]<typename T>(T) {
    striate::pooling::kernels<T>(striate::level_used())
        .average(pooling, view<const T>(source), view<T>(output), torch_pool);
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
  Tensor grad_input = empty_for(input_shape, grad_output.scalar_type(), channels_last);
  const Tensor source = as_pooled(grad_output, channels_last);
  with_element_type(source, [&]<typename T>(T) {
    striate::pooling::kernels<T>(striate::level_used())
        .average_backward(pooling, view<const T>(source), view<T>(grad_input), torch_pool);
  });
  return grad_input;
}

std::string lines(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : "\n") + item;
  return text;
}

std::string kernel_names(std::string direction) {
  return lines(striate::kernel_names(striate::computation_named(direction).direction));
}

std::string plan(std::string problem, std::string computation, std::string forced) {
  std::vector<std::string> items;
  for (const striate::Verdict& verdict :
       striate::plan(striate::parse_problem(problem).problem, striate::computation_named(computation),
                     striate::level_used(), forced))
    items.push_back(verdict.kernel + ": " + (verdict.reason.empty() ? "chosen" : verdict.reason));
  return lines(items);
}

double predicted_gain(std::string problem, std::string computation) {
  double gain = 1.0;
  for (const striate::Verdict& verdict : striate::plan(
           striate::parse_problem(problem).problem, striate::computation_named(computation), striate::level_used(), ""))
    if (verdict.reason.empty()) gain = verdict.gain;
  return gain;
}

std::string problem_text(std::string problem) { return striate::print_problem(striate::parse_problem(problem)); }

std::int64_t multiply_add(bool double_precision, std::int64_t tasks, std::int64_t rounds) {
  const auto run = double_precision ? striate::peak::multiply_add<double> : striate::peak::multiply_add<float>;
  return run(striate::level_used(), tasks, rounds, torch_pool);
}

std::string isa() { return striate::isa_found(); }

void use_isa(std::string name) { striate::use_isa(name); }

std::int64_t get_abi_version() { return abi_version; }

}  // namespace

STABLE_TORCH_LIBRARY(striate, library) {
  // `padding` holds (before, after) of each axis in turn; `border` one number of enum Border an axis; `kernel` the
  // index in the direction's list, or -1 for the first that can; `activation` one number of enum Activation; `packed`
  // what pack_weight returned for the same kernel.
  library.def(
      "convolution(Tensor input, Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] dilation, "
      "int groups, int[] border, float padding_value, int kernel=-1, int activation=0, Tensor? packed=None) -> Tensor");
  library.def(
      "convolution_backward_data(Tensor grad_output, Tensor weight, int[] input_shape, int[] stride, int[] padding, "
      "int[] dilation, int groups, int[] border, int kernel=-1, Tensor? packed=None) -> Tensor");
  library.def(
      "pack_weight(Tensor weight, int[] input_shape, int[] stride, int[] dilation, int groups, str direction, "
      "int kernel) -> Tensor");
  library.def(
      "convolution_backward_weight(Tensor grad_output, Tensor input, int[] weight_shape, int[] stride, int[] padding, "
      "int[] dilation, int groups, int[] border, float padding_value, int kernel=-1) -> Tensor");
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
  // Pooling: windows as above. `divisor` 0 counts elements. A record is opaque, and read at the channels_last of its
  // input.
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
  library.def("kernels(str direction) -> str");                          // one name a line
  library.def("plan(str problem, str computation, str forced) -> str");  // "name: reason" or "name: chosen", one a line
  library.def("predicted_gain(str problem, str computation) -> float");  // torch's time over that of the kernel chosen
  library.def("problem_text(str problem) -> str");                       // in canonical form
  library.def("multiply_add(bool double_precision, int tasks, int rounds) -> int");  // the operations done, for timing
  library.def("isa() -> str");
  library.def("use_isa(str name) -> ()");
  library.def("abi_version() -> int");
}

// For plain CPU tensors alone: torch's dispatcher refuses every other device and layout with its own words.
STABLE_TORCH_LIBRARY_IMPL(striate, CPU, library) {
  library.impl("convolution", TORCH_BOX(&convolution));
  library.impl("convolution_backward_data", TORCH_BOX(&convolution_backward_data));
  library.impl("pack_weight", TORCH_BOX(&pack_weight));
  library.impl("convolution_backward_weight", TORCH_BOX(&convolution_backward_weight));
  library.impl("masked_depthwise", TORCH_BOX(&masked_depthwise));
  library.impl("masked_depthwise_backward_data", TORCH_BOX(&masked_depthwise_backward_data));
  library.impl("masked_depthwise_backward_weight", TORCH_BOX(&masked_depthwise_backward_weight));
  library.impl("gather_blocks", TORCH_BOX(&gather_blocks));
  library.impl("scatter_blocks", TORCH_BOX(&scatter_blocks));
  library.impl("max_pool", TORCH_BOX(&max_pool));
  library.impl("max_pool_record", TORCH_BOX(&max_pool_record));
  library.impl("max_pool_indices", TORCH_BOX(&max_pool_indices));
  library.impl("max_pool_backward", TORCH_BOX(&max_pool_backward));
  library.impl("avg_pool", TORCH_BOX(&avg_pool));
  library.impl("avg_pool_backward", TORCH_BOX(&avg_pool_backward));
}

STABLE_TORCH_LIBRARY_IMPL(striate, CompositeExplicitAutograd, library) {
  library.impl("kernels", TORCH_BOX(&kernel_names));
  library.impl("plan", TORCH_BOX(&plan));
  library.impl("predicted_gain", TORCH_BOX(&predicted_gain));
  library.impl("problem_text", TORCH_BOX(&problem_text));
  library.impl("multiply_add", TORCH_BOX(&multiply_add));
  library.impl("isa", TORCH_BOX(&isa));
  library.impl("use_isa", TORCH_BOX(&use_isa));
  library.impl("abi_version", TORCH_BOX(&get_abi_version));
}
