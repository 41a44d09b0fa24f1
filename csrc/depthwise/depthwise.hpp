// One filter a channel: groups == in_channels. The channel multiplier is out_channels / in_channels.
#pragma once

#include "../isa.hpp"
#include "../kernel.hpp"
#include "../mask.hpp"

STRIATE_DECLARE_FAMILY(depthwise, STRIATE_DECLARE_PACKING)

namespace striate::depthwise {

// The three computations of a masked convolution: what is hidden of the input and of the gradient counts as 0 and is
// not read, what is hidden of the result is 0 and not computed. Borders are of 0.
template <typename T>
struct MaskedKernels {
  void (*forward)(const Problem&, const Mask&, View<const T> input, View<const T> weight, const T* bias, View<T> output,
                  ParallelFor);
  void (*backward_data)(const Problem&, const Mask&, View<const T> grad_output, View<const T> weight,
                        View<T> grad_input, ParallelFor);
  void (*backward_weight)(const Problem&, const Mask&, View<const T> grad_output, View<const T> input,
                          View<T> grad_weight, ParallelFor);
};

template <typename T>
MaskedKernels<T> masked_kernels(Level level);

}  // namespace striate::depthwise

#define STRIATE_DECLARE_MASKED(LEVEL)                                                                             \
  namespace striate::LEVEL::depthwise {                                                                           \
  template <typename T>                                                                                           \
  void masked_forward(const Problem&, const Mask&, View<const T>, View<const T>, const T*, View<T>, ParallelFor); \
  template <typename T>                                                                                           \
  void masked_backward_data(const Problem&, const Mask&, View<const T>, View<const T>, View<T>, ParallelFor);     \
  template <typename T>                                                                                           \
  void masked_backward_weight(const Problem&, const Mask&, View<const T>, View<const T>, View<T>, ParallelFor);   \
  }

STRIATE_DECLARE_MASKED(baseline)
STRIATE_DECLARE_MASKED(avx2)
STRIATE_DECLARE_MASKED(avx512)
