#include "blocks.hpp"

namespace striate::blocks {

template <typename T>
Kernels<T> kernels(Level level) {
#if STRIATE_LEVELS == 3
  if (level == Level::avx512) return {avx512::blocks::gather<T>, avx512::blocks::scatter<T>};
  if (level == Level::avx2) return {avx2::blocks::gather<T>, avx2::blocks::scatter<T>};
#endif
  static_cast<void>(level);
  return {baseline::blocks::gather<T>, baseline::blocks::scatter<T>};
}

template Kernels<float> kernels(Level);
template Kernels<double> kernels(Level);

}  // namespace striate::blocks
