#include "correlate.hpp"
#include "winograd.hpp"

namespace striate::STRIATE_LEVEL::winograd {

template <typename T>
void forward(const Problem& problem, View<const T> input, const Weight<T>& weight, const Epilogue<T>& epilogue,
             View<T> output, ParallelFor pool) {
  correlate<T>(problem, channels_of(problem, Direction::forward), forward_grid(problem), input, problem.axis[1].input,
               problem.axis[2].input, static_cast<T>(problem.border_value), weight.packed, epilogue, output, false,
               pool);
}

template void forward(const Problem&, View<const float>, const Weight<float>&, const Epilogue<float>&, View<float>,
                      ParallelFor);
template void forward(const Problem&, View<const double>, const Weight<double>&, const Epilogue<double>&, View<double>,
                      ParallelFor);

}  // namespace striate::STRIATE_LEVEL::winograd
