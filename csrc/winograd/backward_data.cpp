#include "correlate.hpp"
#include "winograd.hpp"

namespace striate::STRIATE_LEVEL::winograd {
namespace {

// Whether a border copies elements outwards, so that their gradients have to be folded back.
bool folds(const Problem& problem) {
  for (const Axis& axis : problem.axis)
    if (axis.border != Border::constant && (axis.before > 0 || axis.after > 0)) return true;
  return false;
}

// The gradient of extended position u is the sum over k of the output's gradient at u - k * dilation times tap k: a
// correlation with the taps reversed. Only positions that stand for an element are computed; if the border folds, they
// are all those that a window reaches.
Grid backward_grid(const Problem& problem, bool fold) {
  SourceTables tables = source_tables(problem);
  return make_grid(problem, [&](int i) {
    const Axis& axis = problem.axis[i];
    AxisMap map = {{}, {}, axis.dilation};
    if (fold)
      map.output = std::move(tables[i]);
    else
      for (std::int64_t element = 0; element < axis.input; ++element) map.output.push_back(element);
    const std::int64_t reach = axis.extent() - 1, first = (fold ? 0 : axis.before) - reach;
    for (std::int64_t at = 0; at < std::ssize(map.output) + reach; ++at) {
      const std::int64_t output = first + at;
      map.input.push_back(output >= 0 && output < axis.output() ? output : outside);
    }
    return map;
  });
}

template <typename T>
void clear(const Problem& problem, const View<T>& tensor, ParallelFor pool) {
  const Axis &a = problem.axis[0], &b = problem.axis[1], &c = problem.axis[2];
  parallel_for(pool, problem.batch * a.input * b.input, problem.in_channels * c.input,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t row = begin; row < end; ++row)
                   for (std::int64_t channel = 0; channel < problem.in_channels; ++channel)
                     for (std::int64_t k = 0; k < c.input; ++k)
                       tensor.plane(row / b.input / a.input,
                                    channel)[tensor.offset(row / b.input % a.input, row % b.input, k)] = T(0);
               });
}

}  // namespace

template <typename T>
void backward_data(const Problem& problem, View<const T> grad_output, const Weight<T>& weight, View<T> grad_input,
                   ParallelFor pool) {
  const bool fold = folds(problem);
  if (fold) clear(problem, grad_input, pool);
  correlate<T>(problem, channels_of(problem, Direction::backward_data), backward_grid(problem, fold), grad_output,
               problem.axis[1].output(), problem.axis[2].output(), T(0), weight.packed, {}, grad_input, fold, pool);
}

template void backward_data(const Problem&, View<const float>, const Weight<float>&, View<float>, ParallelFor);
template void backward_data(const Problem&, View<const double>, const Weight<double>&, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::winograd
