#include "correlate_channels.hpp"
#include "correlate_rows.hpp"
#include "depthwise.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

template <typename T>
void backward_data(const Problem& problem, View<const T> grad_output, const Weight<T>& weight, View<T> grad_input,
                   ParallelFor pool) {
  Correlation<T> job;
  job.batch = problem.batch;
  job.channels = problem.in_channels;
  job.planes = problem.out_channels_per_group();
  job.share = 1;
  job.source = grad_output;
  job.target = grad_input;
  job.border = T(0);
  if (std::ranges::any_of(problem.axis, folds)) job.fold = source_tables(problem);
  const bool rows = !job.folds() && job.planes == 1 && along_rows(problem, grad_output, grad_input);
  job.group = rows || job.folds() ? 1 : group_blocks(grad_input, job.channels, problem);
  const Sizes bands = rows ? adjoint_bands(problem, sizeof(T), stage_bytes)
                           : adjoint_bands(problem, job.group * job.planes * lanes<T> * sizeof(T));
  for (int i = 0; i < Problem::max_ndim; ++i) {
    const Axis& axis = problem.axis[i];
    // A gradient that is to be folded back needs all extended positions of its sample at once.
    const std::int64_t extended = std::ssize(job.fold[i]);
    job.sweep[i] = job.folds() ? adjoint_sweep(axis, 0, extended, extended)
                               : adjoint_sweep(axis, axis.before, axis.input, bands[i]);
    job.kernel[i] = axis.kernel;
    job.size[i] = axis.input;
    job.source_size[i] = axis.output();
  }
  if (rows)
    CorrelateRows<T>(job, weight.view).run(pool);
  else
    CorrelateChannels<T>(job, weight.packed).run(pool);
}

template void backward_data(const Problem&, View<const float>, const Weight<float>&, View<float>, ParallelFor);
template void backward_data(const Problem&, View<const double>, const Weight<double>&, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::depthwise
