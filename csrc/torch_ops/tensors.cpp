#include "tensors.hpp"

#include <torch/csrc/stable/c/shim.h>

#include <stdexcept>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace striate::torch_ops {

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

MemoryFormat memory_format(std::size_t ndim, bool channels_last) {
  return !channels_last || ndim == 1 ? MemoryFormat::Contiguous
         : ndim == 2                 ? MemoryFormat::ChannelsLast
                                     : MemoryFormat::ChannelsLast3d;
}

Tensor empty(const Ints& shape, ScalarType dtype, bool channels_last) {
  return torch::stable::empty(shape, dtype, std::nullopt, std::nullopt, std::nullopt,
                              memory_format(shape.size() - 2, channels_last));
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

Tensor empty_like_operands(const Ints& shape, const Tensor& first, const Tensor& second) {
  const Tensor fresh = empty(shape, first.scalar_type(), is_channels_last(first) || is_channels_last(second));
  prefer_huge_pages(fresh);
  return fresh;
}

std::optional<Tensor> dense_bias(const std::optional<Tensor>& bias, const Tensor& input, std::int64_t channels) {
  if (!bias) return std::nullopt;
  check_same_dtype(input, "input", *bias, "bias");
  check_shape(*bias, "bias", {channels});
  return torch::stable::contiguous(*bias);
}

void torch_pool(std::int64_t count, std::int64_t grain, LoopBody body, void* context) {
  STABLE_TORCH_ERROR_CODE_CHECK(torch_parallel_for(0, count, grain, body, context));
}

}  // namespace striate::torch_ops
