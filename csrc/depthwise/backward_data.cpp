#include "correlate_channels.hpp"
#include "correlate_rows.hpp"
#include "depthwise.hpp"
#include "pack.hpp"

namespace striate::STRIATE_LEVEL::depthwise {
namespace {

template <typename T>
void run(const Problem& problem, const Mask& mask, View<const T> grad_output, const Weight<T>& weight,
         View<T> grad_input, ParallelFor pool) {
  Correlation<T> job;
  job.batch = problem.batch;
  job.channels = problem.in_channels;
  job.planes = problem.out_channels_per_group();
  job.share = 1;
  job.source = grad_output;
  job.target = grad_input;
  job.border = T(0);
  if (std::ranges::any_of(problem.axis, folds)) job.fold = source_tables(problem);
  const bool rows = !mask.visible && !job.folds() && job.planes == 1 && along_rows(problem, grad_output, grad_input);
  job.group = rows || job.folds() ? 1 : group_blocks(grad_input, job.channels, problem);
  Sizes bands = rows ? adjoint_bands(problem, sizeof(T), stage_bytes)
                     : adjoint_bands(problem, job.group * job.planes * lanes<T> * sizeof(T));
  for (int i = 0; i < Problem::max_ndim; ++i) {
    const Axis& axis = problem.axis[i];
    job.kernel[i] = axis.kernel;
    job.size[i] = axis.input;
    job.source_size[i] = axis.output();
  }
  if (mask.visible) {
    job.shown = Cells(mask, job.size);
    job.source_shown = Cells(mask, job.source_size);
    bands = whole_cells(bands, job.shown, {problem.axis[0].stride, problem.axis[1].stride, problem.axis[2].stride});
  }
  for (int i = 0; i < Problem::max_ndim; ++i) {
    const Axis& axis = problem.axis[i];
    // A gradient that is to be folded back needs all extended positions of its sample at once.
    const std::int64_t extended = std::ssize(job.fold[i]);
    job.sweep[i] = job.folds() ? adjoint_sweep(axis, 0, extended, extended)
                               : adjoint_sweep(axis, axis.before, axis.input, bands[i]);
  }
  if (rows)
    CorrelateRows<T>(job, weight.view).run(pool);
  else
    CorrelateChannels<T>(job, weight.packed).run(pool);
}

}  // namespace

template <typename T>
void backward_data(const Problem& problem, View<const T> grad_output, const Weight<T>& weight, View<T> grad_input,
                   ParallelFor pool) {
  run(problem, {}, grad_output, weight, grad_input, pool);
}

template <typename T>
void masked_backward_data(const Problem& problem, const Mask& mask, View<const T> grad_output, View<const T> weight,
                          View<T> grad_input, ParallelFor pool) {
  T* const packed = scratch<T>(packed_size<T>(problem, Direction::backward_data), Scratch::call);
  pack(problem, Direction::backward_data, weight, packed, pool);
  run(problem, mask, grad_output, {weight, packed}, grad_input, pool);
}

template void backward_data(const Problem&, View<const float>, const Weight<float>&, View<float>, ParallelFor);
template void backward_data(const Problem&, View<const double>, const Weight<double>&, View<double>, ParallelFor);

template void masked_backward_data(const Problem&, const Mask&, View<const float>, View<const float>, View<float>,
                                   ParallelFor);
template void masked_backward_data(const Problem&, const Mask&, View<const double>, View<const double>, View<double>,
                                   ParallelFor);

}  // namespace striate::STRIATE_LEVEL::depthwise
