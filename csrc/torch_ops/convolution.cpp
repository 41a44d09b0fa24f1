// Convolution, its two adjoints, and weights packed ahead.
#include <algorithm>

#include "../plan.hpp"
#include "../registry.hpp"
#include "../scratch.hpp"
#include "problems.hpp"

namespace striate::torch_ops {
namespace {

const Kernels& kernels() { return striate::kernels(level_used()); }

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
  T* const memory = scratch<T>(size, Scratch::call);
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
  const std::optional<Tensor> added = dense_bias(bias, input, problem.out_channels);
  const auto& chosen = pick(kernels().forward, problem, Direction::forward, kernel);
  Tensor output = empty_like_operands(output_shape(problem), input, weight);
  with_element_type(input, [&]<typename T>(T) {
    chosen.template function<T>()(
        problem, view<const T>(input), prepared<T>(chosen, problem, Direction::forward, weight, packed),
        {data_of<T>(added), static_cast<Activation>(activation)}, view<T>(output), torch_pool);
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
  const Direction wanted = computation_named(direction).direction;
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

}  // namespace

STABLE_TORCH_LIBRARY_FRAGMENT(striate, library) {
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
}

STABLE_TORCH_LIBRARY_IMPL(striate, CPU, library) {
  library.impl("convolution", TORCH_BOX(&convolution));
  library.impl("convolution_backward_data", TORCH_BOX(&convolution_backward_data));
  library.impl("pack_weight", TORCH_BOX(&pack_weight));
  library.impl("convolution_backward_weight", TORCH_BOX(&convolution_backward_weight));
}

}  // namespace striate::torch_ops
