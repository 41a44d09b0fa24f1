// What a kernel family provides, and the types that the registry keeps of it. A family F has
//   striate::F::why_not                                         compiled once
//   striate::LEVEL::F::forward, backward_data, backward_weight  templates of float and double, compiled once a level
//   striate::LEVEL::F::packed_size, pack                        the same, for forward and backward_data
// and a line a direction in kernels.inc.
#pragma once

#include <string>

#include "epilogue.hpp"
#include "problem.hpp"
#include "threading.hpp"
#include "view.hpp"

namespace striate {

enum class Direction { forward, backward_data, backward_weight };

// A weight as a kernel of forward or backward_data reads it: as it lies, and as the family's own `pack` made it, which
// is null where its `packed_size` is 0.
template <typename T>
struct Weight {
  View<const T> view;
  const T* packed = nullptr;
};

// How many elements `pack` writes, 0 for a family that reads the weight as it lies, and the packing itself. Both depend
// on the weight's shape, the groups, strides and dilations alone, and on the level: never on sizes, padding, batch or
// layout, so that one packed weight serves every input.
template <typename T>
using PackedSize = std::int64_t (*)(const Problem&, Direction);
template <typename T>
using Pack = void (*)(const Problem&, Direction, View<const T> weight, T* packed, ParallelFor);

// The three computations. Tensors come by strides; `Problem::layout` says what to expect of them. Output memory is
// uninitialised and every element of it is written.
template <typename T>
using Forward = void (*)(const Problem&, View<const T> input, const Weight<T>&, const Epilogue<T>&, View<T> output,
                         ParallelFor);
template <typename T>
using BackwardData = void (*)(const Problem&, View<const T> grad_output, const Weight<T>&, View<T> grad_input,
                              ParallelFor);
template <typename T>
using BackwardWeight = void (*)(const Problem&, View<const T> grad_output, View<const T> input, View<T> grad_weight,
                                ParallelFor);

// Why a family cannot compute a problem, or the empty string.
using WhyNot = std::string (*)(const Problem&, Direction);

}  // namespace striate

// Declares a family's computations at one level, in its header.
#define STRIATE_DECLARE_LEVEL(LEVEL, FAMILY)                                                               \
  namespace striate::LEVEL::FAMILY {                                                                       \
  template <typename T>                                                                                    \
  void forward(const Problem&, View<const T>, const Weight<T>&, const Epilogue<T>&, View<T>, ParallelFor); \
  template <typename T>                                                                                    \
  void backward_data(const Problem&, View<const T>, const Weight<T>&, View<T>, ParallelFor);               \
  template <typename T>                                                                                    \
  void backward_weight(const Problem&, View<const T>, View<const T>, View<T>, ParallelFor);                \
  }

// For a family that packs weights, as it does, and for one that does not.
#define STRIATE_DECLARE_PACKING(LEVEL, FAMILY)                          \
  namespace striate::LEVEL::FAMILY {                                    \
  template <typename T>                                                 \
  std::int64_t packed_size(const Problem&, Direction);                  \
  template <typename T>                                                 \
  void pack(const Problem&, Direction, View<const T>, T*, ParallelFor); \
  }

#define STRIATE_DECLARE_NO_PACKING(LEVEL, FAMILY)                         \
  namespace striate::LEVEL::FAMILY {                                      \
  template <typename T>                                                   \
  std::int64_t packed_size(const Problem&, Direction) {                   \
    return 0;                                                             \
  }                                                                       \
  template <typename T>                                                   \
  void pack(const Problem&, Direction, View<const T>, T*, ParallelFor) {} \
  }

#define STRIATE_DECLARE_FAMILY(FAMILY, PACKING)   \
  namespace striate::FAMILY {                     \
  std::string why_not(const Problem&, Direction); \
  }                                               \
  STRIATE_DECLARE_LEVEL(baseline, FAMILY)         \
  STRIATE_DECLARE_LEVEL(avx2, FAMILY)             \
  STRIATE_DECLARE_LEVEL(avx512, FAMILY)           \
  PACKING(baseline, FAMILY)                       \
  PACKING(avx2, FAMILY)                           \
  PACKING(avx512, FAMILY)
