#include "depthwise.hpp"
#include "weight_channels.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

template <typename T>
void backward_weight(const Problem& problem, View<const T> grad_output, View<const T> input, View<T> grad_weight,
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
  const Sizes bands = forward_bands(problem, job.group * lanes<T> * sizeof(T));
  for (int i = 0; i < Problem::max_ndim; ++i) {
    const Axis& axis = problem.axis[i];
    job.sweep[i] = forward_sweep(axis, bands[i]);
    job.kernel[i] = axis.kernel;
    job.size[i] = axis.input;
    job.output_size[i] = axis.output();
  }
  WeightChannels<T>(job).run(pool);
}

template void backward_weight(const Problem&, View<const float>, View<const float>, View<float>, ParallelFor);
template void backward_weight(const Problem&, View<const double>, View<const double>, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::depthwise
