// The kernels of kernels.inc, compiled for one level.
#pragma once

#include <vector>

#include "isa.hpp"
#include "kernel.hpp"

namespace striate {

// How a kernel's family packs weights of one type.
template <typename T>
struct Packing {
  PackedSize<T> size;
  Pack<T> pack;
};

// One kernel of one direction; `Function` is Forward, BackwardData or BackwardWeight.
template <template <typename> typename Function>
struct Kernel {
  const char* name;
  WhyNot why_not;
  Function<float> for_float;
  Function<double> for_double;
  Packing<float> packing_float;
  Packing<double> packing_double;

  template <typename T>
  Function<T> function() const {
    if constexpr (sizeof(T) == sizeof(float))
      return for_float;
    else
      return for_double;
  }

  template <typename T>
  const Packing<T>& packing() const {
    if constexpr (sizeof(T) == sizeof(float))
      return packing_float;
    else
      return packing_double;
  }
};

// The ordered lists, best first. An index into a list means the same kernel at every level.
struct Kernels {
  std::vector<Kernel<Forward>> forward;
  std::vector<Kernel<BackwardData>> backward_data;
  std::vector<Kernel<BackwardWeight>> backward_weight;
};

const Kernels& kernels(Level level);

}  // namespace striate
