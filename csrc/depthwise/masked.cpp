#include "depthwise.hpp"

namespace striate::depthwise {

template <typename T>
MaskedKernels<T> masked_kernels(Level level) {
#define STRIATE_MASKED_OF(LEVEL)                                                    \
  MaskedKernels<T> {                                                                \
    LEVEL::depthwise::masked_forward<T>, LEVEL::depthwise::masked_backward_data<T>, \
        LEVEL::depthwise::masked_backward_weight<T>                                 \
  }
#if STRIATE_LEVELS == 3
  if (level == Level::avx512) return STRIATE_MASKED_OF(avx512);
  if (level == Level::avx2) return STRIATE_MASKED_OF(avx2);
#endif
  static_cast<void>(level);
  return STRIATE_MASKED_OF(baseline);
#undef STRIATE_MASKED_OF
}

template MaskedKernels<float> masked_kernels(Level);
template MaskedKernels<double> masked_kernels(Level);

}  // namespace striate::depthwise
