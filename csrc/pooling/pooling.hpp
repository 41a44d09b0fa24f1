// Pooling: a window that slides over each channel by itself and keeps its maximum, or its mean.
#pragma once

#include <cstdint>

#include "../isa.hpp"
#include "../problem.hpp"
#include "../threading.hpp"
#include "../view.hpp"

namespace striate {

// With `ceil_mode` a last window may hang over the end, if it starts before the padding behind the input does.
struct PooledAxis : Axis {
  std::int64_t outputs = 1;

  PooledAxis() = default;
  PooledAxis(const Axis& axis, bool ceil_mode) : Axis(axis), outputs(axis.output()) {
    const bool hangs_over = (padded() - extent()) % stride != 0 && outputs * stride < input + before;
    if (ceil_mode && hangs_over) ++outputs;
  }
};

// Three axes always, as in `Problem`.
struct Pooling {
  std::array<PooledAxis, 3> axis = {};
  std::int64_t batch = 1;
  std::int64_t channels = 1;
  bool channels_last = false;  // the target is: neighbouring channels are neighbours in memory
  bool count_include_pad = true;
  std::int64_t divisor = 0;  // of an average; 0 counts the elements

  std::int64_t planes() const { return batch * channels; }
  std::int64_t taps() const { return axis[0].kernel * axis[1].kernel * axis[2].kernel; }
  std::int64_t outputs() const { return axis[0].outputs * axis[1].outputs * axis[2].outputs; }
};

}  // namespace striate

namespace striate::pooling {

// What the maximum keeps for its gradient: the tap that won, flat in the window, one byte where 256 taps are enough.
// It is our own tensor and lies as the kernels go over it, [sample][output][channel] for channels_last and
// [block of 16 planes][output][plane] otherwise. An index of torch's takes 8 bytes.
inline constexpr std::int64_t record_block = 16;
inline bool is_small(const Pooling& pooling) { return pooling.taps() <= 256; }
std::int64_t record_size(const Pooling& pooling);

template <typename Place>
struct Record {
  Place* data = nullptr;
  std::int64_t output = 0;  // elements from one output to the next
  std::int64_t sample = 0;  // channels_last: from one sample to the next
  std::int64_t block = 0;   // otherwise: from one block of planes to the next

  Record(const Pooling& pooling, Place* memory)
      : data(memory),
        output(pooling.channels_last ? pooling.channels : record_block),
        sample(pooling.outputs() * output),
        block(sample) {}
};

// `record` is of std::uint8_t where `is_small`, else of std::int32_t; null keeps none. std::invalid_argument where a
// window lies wholly in the padding, which has no maximum. The target memory of each is uninitialised, and all of it
// is written.
template <typename T>
using Maximum = void (*)(const Pooling&, View<const T> input, View<T> output, void* record, ParallelFor);
template <typename T>
using MaximumBackward = void (*)(const Pooling&, View<const T> grad_output, const void* record, View<T> grad_input,
                                 ParallelFor);
template <typename T>
using Average = void (*)(const Pooling&, View<const T> input, View<T> output, ParallelFor);
template <typename T>
using AverageBackward = void (*)(const Pooling&, View<const T> grad_output, View<T> grad_input, ParallelFor);

// The kernels of one level.
template <typename T>
struct Kernels {
  Maximum<T> maximum;
  MaximumBackward<T> maximum_backward;
  Average<T> average;
  AverageBackward<T> average_backward;
};

template <typename T>
Kernels<T> kernels(Level level);

// The record as torch's indices, flat in the plane of the input.
void maximum_indices(const Pooling& pooling, const void* record, View<std::int64_t> indices, ParallelFor pool);

}  // namespace striate::pooling

#define STRIATE_DECLARE_POOLING(LEVEL)                                                     \
  namespace striate::LEVEL::pooling {                                                      \
  template <typename T>                                                                    \
  void maximum(const Pooling&, View<const T>, View<T>, void*, ParallelFor);                \
  template <typename T>                                                                    \
  void maximum_backward(const Pooling&, View<const T>, const void*, View<T>, ParallelFor); \
  template <typename T>                                                                    \
  void average(const Pooling&, View<const T>, View<T>, ParallelFor);                       \
  template <typename T>                                                                    \
  void average_backward(const Pooling&, View<const T>, View<T>, ParallelFor);              \
  }

STRIATE_DECLARE_POOLING(baseline)
STRIATE_DECLARE_POOLING(avx2)
STRIATE_DECLARE_POOLING(avx512)
