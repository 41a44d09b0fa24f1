#include "backward_weight.hpp"

#include "direct.hpp"

namespace striate::STRIATE_LEVEL::direct {

template <typename T>
void backward_weight(const Problem& problem, View<const T> grad_output, View<const T> input, View<T> grad_weight,
                     ParallelFor pool) {
  backward_weight_by<PlainWeightSums<T>>(problem, grad_output, input, grad_weight, pool);
}

template void backward_weight(const Problem&, View<const float>, View<const float>, View<float>, ParallelFor);
template void backward_weight(const Problem&, View<const double>, View<const double>, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::direct
