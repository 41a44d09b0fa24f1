#include "correlate_channels.hpp"
#include "correlate_rows.hpp"
#include "depthwise.hpp"
#include "pack.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

template <typename T>
void forward(const Problem& problem, View<const T> input, const Weight<T>& weight, const Epilogue<T>& epilogue,
             View<T> output, ParallelFor pool) {
  Correlation<T> job;
  job.batch = problem.batch;
  job.channels = problem.out_channels;
  job.planes = 1;
  job.share = problem.out_channels_per_group();
  job.source = input;
  job.epilogue = epilogue;
  job.target = output;
  job.border = static_cast<T>(problem.border_value);
  const bool rows = along_rows(problem, input, output);
  job.group = rows ? 1 : group_blocks(output, job.channels, problem);
  const Sizes bands =
      rows ? forward_bands(problem, sizeof(T), stage_bytes) : forward_bands(problem, job.group * lanes<T> * sizeof(T));
  for (int i = 0; i < Problem::max_ndim; ++i) {
    const Axis& axis = problem.axis[i];
    job.sweep[i] = forward_sweep(axis, bands[i]);
    job.kernel[i] = axis.kernel;
    job.size[i] = axis.output();
    job.source_size[i] = axis.input;
  }
  if (rows)
    CorrelateRows<T>(job, weight.view).run(pool);
  else
    CorrelateChannels<T>(job, weight.packed).run(pool);
}

template std::int64_t packed_size<float>(const Problem&, Direction);
template std::int64_t packed_size<double>(const Problem&, Direction);
template void pack(const Problem&, Direction, View<const float>, float*, ParallelFor);
template void pack(const Problem&, Direction, View<const double>, double*, ParallelFor);

template void forward(const Problem&, View<const float>, const Weight<float>&, const Epilogue<float>&, View<float>,
                      ParallelFor);
template void forward(const Problem&, View<const double>, const Weight<double>&, const Epilogue<double>&, View<double>,
                      ParallelFor);

}  // namespace striate::STRIATE_LEVEL::depthwise
