// What is asked: one convolution, as integers.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace striate {

// What stands outside the signal. The numbers are those of the operators' `border` argument.
enum class Border : std::int64_t { constant = 0, reflect = 1, symmetric = 2, replicate = 3, circular = 4 };

// The element type, and how the activations lie in memory: `strided` is any other order than the two.
enum class Dtype { float32, float64 };
enum class Layout { contiguous, channels_last, strided };

// One axis: tap k of output o reads the extended signal at o * stride - before + k * dilation.
struct Axis {
  std::int64_t input = 1;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t before = 0;  // negative crops, after the border rule has seen the whole axis
  std::int64_t after = 0;
  Border border = Border::constant;

  std::int64_t padded() const { return input + before + after; }
  std::int64_t extent() const { return dilation * (kernel - 1) + 1; }
  std::int64_t output() const { return (padded() - extent()) / stride + 1; }
};

// A convolution of 1 to 3 dimensions. The kernels see three axes always: an axis that the caller does not have stands
// in front with every size 1, so the last one is the innermost in memory for contiguous tensors.
struct Problem {
  static constexpr int max_ndim = 3;

  int ndim = 2;
  std::int64_t batch = 1;
  std::int64_t groups = 1;
  std::int64_t in_channels = 1;
  std::int64_t out_channels = 1;
  std::array<Axis, max_ndim> axis = {};
  double border_value = 0.0;  // of Border::constant
  Dtype dtype = Dtype::float32;
  Layout layout = Layout::contiguous;

  Axis& own_axis(int i) { return axis[max_ndim - ndim + i]; }
  const Axis& own_axis(int i) const { return axis[max_ndim - ndim + i]; }
  std::int64_t in_channels_per_group() const { return in_channels / groups; }
  std::int64_t out_channels_per_group() const { return out_channels / groups; }
};

// Why the problem has no answer, or the empty string. The members above may be called on a valid problem only.
std::string validate(const Problem& problem);

}  // namespace striate
