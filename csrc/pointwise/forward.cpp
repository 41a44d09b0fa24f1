#include "pointwise.hpp"
#include "product.hpp"

namespace striate::STRIATE_LEVEL::pointwise {

template <typename T>
void forward(const Problem& problem, View<const T> input, const Weight<T>& weight, const Epilogue<T>& epilogue,
             View<T> output, ParallelFor pool) {
  const Panels<T> panels(problem, Direction::forward);
  const auto lines = lines_of(input, strides(problem), output, {1, 1, 1}, outputs(problem));
  Product<T>{panels, weight.packed, input, output, lines, problem.batch, epilogue}.run(pool);
}

template void forward(const Problem&, View<const float>, const Weight<float>&, const Epilogue<float>&, View<float>,
                      ParallelFor);
template void forward(const Problem&, View<const double>, const Weight<double>&, const Epilogue<double>&, View<double>,
                      ParallelFor);

}  // namespace striate::STRIATE_LEVEL::pointwise
