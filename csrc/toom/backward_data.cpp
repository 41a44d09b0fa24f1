#include "../direct/backward_data.hpp"

#include "sums.hpp"
#include "toom.hpp"

namespace striate::STRIATE_LEVEL::toom {

template <typename T>
void backward_data(const Problem& problem, View<const T> grad_output, const Weight<T>& weight, View<T> grad_input,
                   ParallelFor pool) {
  direct::backward_data_by<PlaneSums<T>>(problem, grad_output, weight, grad_input, pool);
}

template void backward_data(const Problem&, View<const float>, const Weight<float>&, View<float>, ParallelFor);
template void backward_data(const Problem&, View<const double>, const Weight<double>&, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::toom
