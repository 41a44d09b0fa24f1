#include "depthwise.hpp"
#include "weight_channels.hpp"

namespace striate::STRIATE_LEVEL::depthwise {
namespace {

template <typename T>
void run(const Problem& problem, const Mask& mask, View<const T> grad_output, View<const T> input, View<T> grad_weight,
         ParallelFor pool) {
  Gradient<T> job;
  job.batch = problem.batch;
  job.channels = problem.out_channels;
  job.share = problem.out_channels_per_group();
  job.grad_output = grad_output;
  job.input = input;
  job.grad_weight = channels_on_axis_1(grad_weight);
  job.border = static_cast<T>(problem.border_value);
  job.group = group_blocks(input, job.channels, problem);
  Sizes bands = forward_bands(problem, job.group * lanes<T> * sizeof(T));
  for (int i = 0; i < Problem::max_ndim; ++i) {
    const Axis& axis = problem.axis[i];
    job.kernel[i] = axis.kernel;
    job.size[i] = axis.input;
    job.output_size[i] = axis.output();
  }
  if (mask.visible) {
    job.shown = Cells(mask, job.output_size);
    job.input_shown = Cells(mask, job.size);
    bands = whole_cells(bands, job.shown, {1, 1, 1});
  }
  for (int i = 0; i < Problem::max_ndim; ++i) job.sweep[i] = forward_sweep(problem.axis[i], bands[i]);
  WeightChannels<T>(job).run(pool);
}

}  // namespace

template <typename T>
void backward_weight(const Problem& problem, View<const T> grad_output, View<const T> input, View<T> grad_weight,
                     ParallelFor pool) {
  run(problem, {}, grad_output, input, grad_weight, pool);
}

template <typename T>
void masked_backward_weight(const Problem& problem, const Mask& mask, View<const T> grad_output, View<const T> input,
                            View<T> grad_weight, ParallelFor pool) {
  run(problem, mask, grad_output, input, grad_weight, pool);
}

template void backward_weight(const Problem&, View<const float>, View<const float>, View<float>, ParallelFor);
template void backward_weight(const Problem&, View<const double>, View<const double>, View<double>, ParallelFor);

template void masked_backward_weight(const Problem&, const Mask&, View<const float>, View<const float>, View<float>,
                                     ParallelFor);
template void masked_backward_weight(const Problem&, const Mask&, View<const double>, View<const double>, View<double>,
                                     ParallelFor);

}  // namespace striate::STRIATE_LEVEL::depthwise
