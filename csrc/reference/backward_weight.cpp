#include "../border.hpp"
#include "reference.hpp"

namespace striate::reference {

template <typename T>
void backward_weight(const Problem& problem, View<const T> grad_output, View<const T> input, View<T> grad_weight,
                     ParallelFor pool) {
  const Axis &a = problem.axis[0], &b = problem.axis[1], &c = problem.axis[2];
  const SourceTables sources = source_tables(problem);
  const std::int64_t rows_a = a.output(), rows_b = b.output(), row = c.output();
  const std::int64_t channels = problem.in_channels_per_group();
  const double border_value = static_cast<T>(problem.border_value);

  // One step is one tap of one channel pair, summed over samples and space.
  const std::int64_t taps = problem.out_channels * channels * a.kernel * b.kernel * c.kernel;
  const std::int64_t work = problem.batch * rows_a * rows_b * row;
  parallel_for(pool, taps, work, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t step = begin; step < end; ++step) {
      const std::int64_t r = step % c.kernel;
      const std::int64_t q = step / c.kernel % b.kernel;
      const std::int64_t p = step / (c.kernel * b.kernel) % a.kernel;
      const std::int64_t pair = step / (c.kernel * b.kernel * a.kernel);
      const std::int64_t channel = pair % channels;
      const std::int64_t out_channel = pair / channels;
      const std::int64_t in_channel = out_channel / problem.out_channels_per_group() * channels + channel;

      double sum = 0.0;
      for (std::int64_t sample = 0; sample < problem.batch; ++sample) {
        const T* signal = input.plane(sample, in_channel);
        const T* grad = grad_output.plane(sample, out_channel);
        for (std::int64_t i = 0; i < rows_a; ++i) {
          const std::int64_t x = sources[0][i * a.stride + p * a.dilation];
          for (std::int64_t j = 0; j < rows_b; ++j) {
            const std::int64_t y = sources[1][j * b.stride + q * b.dilation];
            for (std::int64_t k = 0; k < row; ++k) {
              const std::int64_t z = sources[2][k * c.stride + r * c.dilation];
              const bool inside = (x | y | z) >= 0;  // `outside` has the sign bit
              const double value = inside ? signal[input.offset(x, y, z)] : border_value;
              sum += value * grad[grad_output.offset(i, j, k)];
            }
          }
        }
      }
      grad_weight.plane(out_channel, channel)[grad_weight.offset(p, q, r)] = static_cast<T>(sum);
    }
  });
}

template void backward_weight(const Problem&, View<const float>, View<const float>, View<float>, ParallelFor);
template void backward_weight(const Problem&, View<const double>, View<const double>, View<double>, ParallelFor);

}  // namespace striate::reference
