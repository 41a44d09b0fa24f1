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

template <typename T>
std::int64_t packed_size(const Problem& problem, Direction direction) {
  return Panels<T>(problem, direction).size();
}

template <typename T>
void pack(const Problem& problem, Direction direction, View<const T> weight, T* packed, ParallelFor pool) {
  matrix::pack_panels(problem, direction, weight, packed, pool);
}

#define STRIATE_INSTANTIATE(T)                                                                                      \
  template void forward(const Problem&, View<const T>, const Weight<T>&, const Epilogue<T>&, View<T>, ParallelFor); \
  template std::int64_t packed_size<T>(const Problem&, Direction);                                                  \
  template void pack(const Problem&, Direction, View<const T>, T*, ParallelFor);
STRIATE_INSTANTIATE(float)
STRIATE_INSTANTIATE(double)
#undef STRIATE_INSTANTIATE

}  // namespace striate::STRIATE_LEVEL::pointwise
