#include "pointwise.hpp"
#include "product.hpp"

namespace striate::STRIATE_LEVEL::pointwise {
namespace {

// Elements between two positions have no gradient. The tensor is dense, so it is cleared as it lies, by samples.
template <typename T>
void clear(const Problem& problem, const View<T>& grad, ParallelFor pool) {
  const std::int64_t elements =
      problem.in_channels * problem.axis[0].input * problem.axis[1].input * problem.axis[2].input;
  parallel_for(pool, problem.batch, elements / 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t sample = begin; sample < end; ++sample) std::fill_n(grad.plane(sample, 0), elements, T(0));
  });
}

}  // namespace

template <typename T>
void backward_data(const Problem& problem, View<const T> grad_output, const Weight<T>& weight, View<T> grad_input,
                   ParallelFor pool) {
  const Panels<T> panels(problem, Direction::backward_data);
  const Index stride = strides(problem);
  if (stride != Index{1, 1, 1}) clear(problem, grad_input, pool);
  const auto lines = lines_of(grad_output, {1, 1, 1}, grad_input, stride, outputs(problem));
  Product<T>{panels, weight.packed, grad_output, grad_input, lines, problem.batch, {}}.run(pool);
}

template void backward_data(const Problem&, View<const float>, const Weight<float>&, View<float>, ParallelFor);
template void backward_data(const Problem&, View<const double>, const Weight<double>&, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::pointwise
