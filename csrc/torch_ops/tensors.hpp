// What the operators share: tensors checked, made, and read as views. This folder alone includes torch: its stable ABI,
// of 2.10 and later.
#pragma once

#include <torch/csrc/stable/library.h>
#include <torch/csrc/stable/ops.h>
#include <torch/csrc/stable/tensor.h>
#include <torch/headeronly/core/MemoryFormat.h>
#include <torch/headeronly/core/ScalarType.h>

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "../threading.hpp"
#include "../view.hpp"

namespace striate::torch_ops {

using torch::headeronly::IntHeaderOnlyArrayRef;
using torch::headeronly::MemoryFormat;
using torch::headeronly::ScalarType;
using torch::stable::Tensor;
using Ints = std::vector<std::int64_t>;

// Throws the message if the condition does not hold.
void check(bool condition, const std::string& message);
void check_same_dtype(const Tensor& tensor, const std::string& name, const Tensor& other,
                      const std::string& other_name);
void check_shape(const Tensor& tensor, const std::string& name, const Ints& shape);
void check_length(const Ints& values, const std::string& name, std::size_t length);

// A shape as Python writes it.
std::string text(IntHeaderOnlyArrayRef shape);

bool is_channels_last(const Tensor& tensor);

// The memory format of tensors of `ndim` spatial axes.
MemoryFormat memory_format(std::size_t ndim, bool channels_last);

Tensor empty(const Ints& shape, ScalarType dtype, bool channels_last);

void prefer_huge_pages(const Tensor& fresh);

// A new tensor for what is computed of two; as torch does: channels_last if either operand is.
Tensor empty_like_operands(const Ints& shape, const Tensor& first, const Tensor& second);

// The bias of `channels` output channels, one after the other in memory.
std::optional<Tensor> dense_bias(const std::optional<Tensor>& bias, const Tensor& input, std::int64_t channels);

// Its elements, or no address.
template <typename T>
const T* data_of(const std::optional<Tensor>& tensor) {
  return tensor ? static_cast<const T*>(tensor->const_data_ptr()) : nullptr;
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

// torch's own threads.
void torch_pool(std::int64_t count, std::int64_t grain, LoopBody body, void* context);

// Calls `run(T())` with the tensor's element type.
template <typename Run>
void with_element_type(const Tensor& tensor, const Run& run) {
  tensor.scalar_type() == ScalarType::Double ? run(double()) : run(float());
}

}  // namespace striate::torch_ops
