#include <numeric>

#include "correlate.hpp"
#include "fft.hpp"

namespace striate::STRIATE_LEVEL::fft {
namespace {

// Whether a border copies elements outwards, so that their gradients have to be folded back.
bool folds(const Problem& problem) {
  for (const Axis& axis : problem.axis)
    if (axis.border != Border::constant && (axis.before > 0 || axis.after > 0)) return true;
  return false;
}

}  // namespace

// An element's gradient is the sum over taps k of weight[k] times the gradient of position element - k * dilation: a
// correlation with the kernel backwards, of the gradient between whose elements a stride leaves zeros.
template <typename T>
void backward_data(const Problem& problem, View<const T> grad_output, const Weight<T>& weight, View<T> grad_input,
                   ParallelFor pool) {
  const bool fold = folds(problem);
  Lengths total;
  SourceTables target = source_tables(problem);
  std::array<std::vector<std::int64_t>, 3> source;
  for (int i = 0; i < 3; ++i) {
    const Axis& axis = problem.axis[i];
    if (!fold) {
      target[i].resize(axis.input);
      std::iota(target[i].begin(), target[i].end(), 0);
    }
    total[i] = std::ssize(target[i]);
    source[i] =
        striate::fft::spread(axis, (fold ? 0 : axis.before) - (axis.extent() - 1), total[i] + axis.extent() - 1);
  }
  const Cut cut(problem, striate::fft::lengths_of(problem, total), total);
  const WindowsOfAxes sources = cut.whole(source), targets = cut.computed(target);
  const Correlation<T> job = {problem, cut, true, grad_output, sources, T(0), weight, grad_input, targets, {}, fold};
  Correlate<T>(job, pool).run();
}

template void backward_data(const Problem&, View<const float>, const Weight<float>&, View<float>, ParallelFor);
template void backward_data(const Problem&, View<const double>, const Weight<double>&, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::fft
