#include <cmath>
#include <numbers>

#include "../border.hpp"
#include "reference.hpp"

namespace striate::reference {
namespace {

double activated(double x, Activation activation) {
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::relu:
      return x < 0 ? 0 : x;
    case Activation::relu6:
      return x < 0 ? 0 : x > 6 ? 6 : x;
    case Activation::silu:
      return x / (1 + std::exp(-x));
    case Activation::gelu:
      return 0.5 * x * std::erfc(-x / std::numbers::sqrt2);
  }
  return x;
}

}  // namespace

template <typename T>
void forward(const Problem& problem, View<const T> input, const Weight<T>& weight, const Epilogue<T>& epilogue,
             View<T> output, ParallelFor pool) {
  const Axis &a = problem.axis[0], &b = problem.axis[1], &c = problem.axis[2];
  const SourceTables sources = source_tables(problem);
  const std::int64_t rows_a = a.output(), rows_b = b.output(), row = c.output();
  const std::int64_t channels = problem.in_channels_per_group();
  const double border_value = static_cast<T>(problem.border_value);

  // One step is one output row: fixed batch, channel and outer positions.
  const std::int64_t rows = problem.batch * problem.out_channels * rows_a * rows_b;
  const std::int64_t work = row * channels * a.kernel * b.kernel * c.kernel;
  parallel_for(pool, rows, work, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t step = begin; step < end; ++step) {
      const std::int64_t j = step % rows_b;
      const std::int64_t i = step / rows_b % rows_a;
      const std::int64_t out_channel = step / (rows_b * rows_a) % problem.out_channels;
      const std::int64_t sample = step / (rows_b * rows_a * problem.out_channels);
      const std::int64_t first_channel = out_channel / problem.out_channels_per_group() * channels;
      T* result = output.plane(sample, out_channel);

      for (std::int64_t k = 0; k < row; ++k) {
        double sum = 0.0;
        for (std::int64_t channel = 0; channel < channels; ++channel) {
          const T* signal = input.plane(sample, first_channel + channel);
          const T* taps = weight.view.plane(out_channel, channel);
          for (std::int64_t p = 0; p < a.kernel; ++p) {
            const std::int64_t x = sources[0][i * a.stride + p * a.dilation];
            for (std::int64_t q = 0; q < b.kernel; ++q) {
              const std::int64_t y = sources[1][j * b.stride + q * b.dilation];
              for (std::int64_t r = 0; r < c.kernel; ++r) {
                const std::int64_t z = sources[2][k * c.stride + r * c.dilation];
                const bool inside = (x | y | z) >= 0;  // `outside` has the sign bit
                const double value = inside ? signal[input.offset(x, y, z)] : border_value;
                sum += value * taps[weight.view.offset(p, q, r)];
              }
            }
          }
        }
        if (epilogue.bias) sum += epilogue.bias[out_channel];
        result[output.offset(i, j, k)] = static_cast<T>(activated(sum, epilogue.activation));
      }
    }
  });
}

template void forward(const Problem&, View<const float>, const Weight<float>&, const Epilogue<float>&, View<float>,
                      ParallelFor);
template void forward(const Problem&, View<const double>, const Weight<double>&, const Epilogue<double>&, View<double>,
                      ParallelFor);

}  // namespace striate::reference
