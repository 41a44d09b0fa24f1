#include "correlate_channels.hpp"
#include "correlate_rows.hpp"
#include "depthwise.hpp"
#include "pack.hpp"

namespace striate::STRIATE_LEVEL::depthwise {
namespace {

template <typename T>
void run(const Problem& problem, const Mask& mask, View<const T> input, const Weight<T>& weight,
         const Epilogue<T>& epilogue, View<T> output, ParallelFor pool) {
  Correlation<T> job;
  job.batch = problem.batch;
  job.channels = problem.out_channels;
  job.planes = 1;
  job.share = problem.out_channels_per_group();
  job.source = input;
  job.epilogue = epilogue;
  job.target = output;
  job.border = static_cast<T>(problem.border_value);
  const bool rows = !mask.visible && along_rows(problem, input, output);
  job.group = rows ? 1 : group_blocks(output, job.channels, problem);
  Sizes bands =
      rows ? forward_bands(problem, sizeof(T), stage_bytes) : forward_bands(problem, job.group * lanes<T> * sizeof(T));
  for (int i = 0; i < Problem::max_ndim; ++i) {
    const Axis& axis = problem.axis[i];
    job.kernel[i] = axis.kernel;
    job.size[i] = axis.output();
    job.source_size[i] = axis.input;
  }
  if (mask.visible) {
    job.shown = Cells(mask, job.size);
    job.source_shown = Cells(mask, job.source_size);
    bands = whole_cells(bands, job.shown, {1, 1, 1});
  }
  for (int i = 0; i < Problem::max_ndim; ++i) job.sweep[i] = forward_sweep(problem.axis[i], bands[i]);
  if (rows)
    CorrelateRows<T>(job, weight.view).run(pool);
  else
    CorrelateChannels<T>(job, weight.packed).run(pool);
}

}  // namespace

template <typename T>
void forward(const Problem& problem, View<const T> input, const Weight<T>& weight, const Epilogue<T>& epilogue,
             View<T> output, ParallelFor pool) {
  run(problem, {}, input, weight, epilogue, output, pool);
}

template <typename T>
void masked_forward(const Problem& problem, const Mask& mask, View<const T> input, View<const T> weight, const T* bias,
                    View<T> output, ParallelFor pool) {
  T* const packed = scratch<T>(packed_size<T>(problem, Direction::forward), Scratch::call);
  pack(problem, Direction::forward, weight, packed, pool);
  run(problem, mask, input, {weight, packed}, Epilogue<T>{bias}, output, pool);
}

template std::int64_t packed_size<float>(const Problem&, Direction);
template std::int64_t packed_size<double>(const Problem&, Direction);
template void pack(const Problem&, Direction, View<const float>, float*, ParallelFor);
template void pack(const Problem&, Direction, View<const double>, double*, ParallelFor);

template void forward(const Problem&, View<const float>, const Weight<float>&, const Epilogue<float>&, View<float>,
                      ParallelFor);
template void forward(const Problem&, View<const double>, const Weight<double>&, const Epilogue<double>&, View<double>,
                      ParallelFor);

template void masked_forward(const Problem&, const Mask&, View<const float>, View<const float>, const float*,
                             View<float>, ParallelFor);
template void masked_forward(const Problem&, const Mask&, View<const double>, View<const double>, const double*,
                             View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::depthwise
