#include "../direct/forward.hpp"

#include "sums.hpp"
#include "toom.hpp"

namespace striate::STRIATE_LEVEL::toom {

template <typename T>
void forward(const Problem& problem, View<const T> input, const Weight<T>& weight, const Epilogue<T>& epilogue,
             View<T> output, ParallelFor pool) {
  direct::forward_by<PlaneSums<T>>(problem, input, weight, epilogue, output, pool);
}

template void forward(const Problem&, View<const float>, const Weight<float>&, const Epilogue<float>&, View<float>,
                      ParallelFor);
template void forward(const Problem&, View<const double>, const Weight<double>&, const Epilogue<double>&, View<double>,
                      ParallelFor);

}  // namespace striate::STRIATE_LEVEL::toom
