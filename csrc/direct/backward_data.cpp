#include "backward_data.hpp"

#include "direct.hpp"

namespace striate::STRIATE_LEVEL::direct {

template <typename T>
void backward_data(const Problem& problem, View<const T> grad_output, const Weight<T>& weight, View<T> grad_input,
                   ParallelFor pool) {
  backward_data_by<PlainSums<T>>(problem, grad_output, weight, grad_input, pool);
}

template void backward_data(const Problem&, View<const float>, const Weight<float>&, View<float>, ParallelFor);
template void backward_data(const Problem&, View<const double>, const Weight<double>&, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::direct
