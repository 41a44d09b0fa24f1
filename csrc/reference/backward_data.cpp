#include <algorithm>
#include <vector>

#include "../border.hpp"
#include "reference.hpp"

namespace striate::reference {

template <typename T>
void backward_data(const Problem& problem, View<const T> grad_output, const Weight<T>& weight, View<T> grad_input,
                   ParallelFor pool) {
  const Axis &a = problem.axis[0], &b = problem.axis[1], &c = problem.axis[2];
  const SourceTables sources = source_tables(problem);
  const std::int64_t rows_a = a.output(), rows_b = b.output(), row = c.output();
  const std::int64_t channels = problem.in_channels_per_group();
  const std::int64_t out_channels = problem.out_channels_per_group();

  // One step is one input plane. Under a border rule many taps fold back onto one element, so a plane is scattered
  // into, in doubles, by the one thread that owns it.
  const std::int64_t planes = problem.batch * problem.in_channels;
  const std::int64_t work = out_channels * rows_a * rows_b * row * a.kernel * b.kernel * c.kernel;
  parallel_for(pool, planes, work, [&](std::int64_t begin, std::int64_t end) {
    std::vector<double> plane(a.input * b.input * c.input);
    for (std::int64_t step = begin; step < end; ++step) {
      const std::int64_t channel = step % problem.in_channels;
      const std::int64_t sample = step / problem.in_channels;
      const std::int64_t first_out_channel = channel / channels * out_channels;
      std::ranges::fill(plane, 0.0);

      for (std::int64_t out = first_out_channel; out < first_out_channel + out_channels; ++out) {
        const T* grad = grad_output.plane(sample, out);
        const T* taps = weight.view.plane(out, channel % channels);
        for (std::int64_t i = 0; i < rows_a; ++i) {
          for (std::int64_t j = 0; j < rows_b; ++j) {
            for (std::int64_t k = 0; k < row; ++k) {
              const double value = grad[grad_output.offset(i, j, k)];
              for (std::int64_t p = 0; p < a.kernel; ++p) {
                const std::int64_t x = sources[0][i * a.stride + p * a.dilation];
                for (std::int64_t q = 0; q < b.kernel; ++q) {
                  const std::int64_t y = sources[1][j * b.stride + q * b.dilation];
                  for (std::int64_t r = 0; r < c.kernel; ++r) {
                    const std::int64_t z = sources[2][k * c.stride + r * c.dilation];
                    if ((x | y | z) >= 0)
                      plane[(x * b.input + y) * c.input + z] += value * taps[weight.view.offset(p, q, r)];
                  }
                }
              }
            }
          }
        }
      }

      T* result = grad_input.plane(sample, channel);
      const double* total = plane.data();
      for (std::int64_t x = 0; x < a.input; ++x)
        for (std::int64_t y = 0; y < b.input; ++y)
          for (std::int64_t z = 0; z < c.input; ++z) result[grad_input.offset(x, y, z)] = static_cast<T>(*total++);
    }
  });
}

template void backward_data(const Problem&, View<const float>, const Weight<float>&, View<float>, ParallelFor);
template void backward_data(const Problem&, View<const double>, const Weight<double>&, View<double>, ParallelFor);

}  // namespace striate::reference
