// What a kernel family provides, and the types that the registry keeps of it. A family F has
//   striate::F::why_not                                         compiled once
//   striate::LEVEL::F::forward, backward_data, backward_weight  templates of float and double, compiled once a level
// and a line a direction in kernels.inc.
#pragma once

#include <string>

#include "problem.hpp"
#include "threading.hpp"
#include "view.hpp"

namespace striate {

enum class Direction { forward, backward_data, backward_weight };

// The three computations. Tensors come by strides; `Problem::layout` says what to expect of them. Output memory is
// uninitialised and every element of it is written.
template <typename T>
using Forward = void (*)(const Problem&, View<const T> input, View<const T> weight, const T* bias, View<T> output,
                         ParallelFor);
template <typename T>
using BackwardData = void (*)(const Problem&, View<const T> grad_output, View<const T> weight, View<T> grad_input,
                              ParallelFor);
template <typename T>
using BackwardWeight = void (*)(const Problem&, View<const T> grad_output, View<const T> input, View<T> grad_weight,
                                ParallelFor);

// Why a family cannot compute a problem, or the empty string.
using WhyNot = std::string (*)(const Problem&, Direction);

}  // namespace striate

// Declares a family's computations at one level, in its header.
#define STRIATE_DECLARE_LEVEL(LEVEL, FAMILY)                                                  \
  namespace striate::LEVEL::FAMILY {                                                          \
  template <typename T>                                                                       \
  void forward(const Problem&, View<const T>, View<const T>, const T*, View<T>, ParallelFor); \
  template <typename T>                                                                       \
  void backward_data(const Problem&, View<const T>, View<const T>, View<T>, ParallelFor);     \
  template <typename T>                                                                       \
  void backward_weight(const Problem&, View<const T>, View<const T>, View<T>, ParallelFor);   \
  }

#define STRIATE_DECLARE_FAMILY(FAMILY)            \
  namespace striate::FAMILY {                     \
  std::string why_not(const Problem&, Direction); \
  }                                               \
  STRIATE_DECLARE_LEVEL(baseline, FAMILY)         \
  STRIATE_DECLARE_LEVEL(avx2, FAMILY)             \
  STRIATE_DECLARE_LEVEL(avx512, FAMILY)
