// The definition of the three computations as plain loops: any geometry, any strides, float and double.
#pragma once

#include "../kernel.hpp"

namespace striate::reference {

inline std::string why_not(const Problem&, Direction) { return {}; }

template <typename T>
std::int64_t packed_size(const Problem&, Direction) {
  return 0;
}
template <typename T>
void pack(const Problem&, Direction, View<const T>, T*, ParallelFor) {}

// output = activation(conv(input, weight) + bias).
template <typename T>
void forward(const Problem& problem, View<const T> input, const Weight<T>& weight, const Epilogue<T>& epilogue,
             View<T> output, ParallelFor pool);

// grad_input = the adjoint of `forward` without its bias and border value, applied to grad_output.
template <typename T>
void backward_data(const Problem& problem, View<const T> grad_output, const Weight<T>& weight, View<T> grad_input,
                   ParallelFor pool);

// grad_weight = the gradient of <forward(input, weight), grad_output> with respect to weight.
template <typename T>
void backward_weight(const Problem& problem, View<const T> grad_output, View<const T> input, View<T> grad_weight,
                     ParallelFor pool);

}  // namespace striate::reference
