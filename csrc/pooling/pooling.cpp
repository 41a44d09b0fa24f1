#include "pooling.hpp"

#include "reach.hpp"

namespace striate::pooling {
namespace {

template <typename Place>
void fill_indices(const Pooling& pooling, Record<const Place> record, View<std::int64_t> indices, ParallelFor pool) {
  const auto& [a, b, c] = pooling.axis;
  const std::int64_t rows = a.outputs * b.outputs;
  parallel_for(pool, pooling.planes() * rows, c.outputs, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const std::int64_t plane = row / rows, i = row % rows / b.outputs, j = row % b.outputs;
      const Place* from = record.data + row % rows * c.outputs * record.output;
      from += pooling.channels_last ? plane / pooling.channels * record.sample + plane % pooling.channels
                                    : plane / record_block * record.block + plane % record_block;
      std::int64_t* const to =
          indices.plane(plane / pooling.channels, plane % pooling.channels) + indices.offset(i, j, 0);
      for (std::int64_t k = 0; k < c.outputs; ++k) {
        const std::int64_t tap = from[k * record.output];
        const std::int64_t x = position(a, i, tap / (b.kernel * c.kernel));
        const std::int64_t y = position(b, j, tap / c.kernel % b.kernel);
        to[k * indices.stride[4]] = (x * b.input + y) * c.input + position(c, k, tap % c.kernel);
      }
    }
  });
}

}  // namespace

std::int64_t record_size(const Pooling& pooling) {
  const std::int64_t blocks = (pooling.planes() + record_block - 1) / record_block;
  return (pooling.channels_last ? pooling.planes() : blocks * record_block) * pooling.outputs();
}

void maximum_indices(const Pooling& pooling, const void* record, View<std::int64_t> indices, ParallelFor pool) {
  if (is_small(pooling))
    fill_indices(pooling, Record(pooling, static_cast<const std::uint8_t*>(record)), indices, pool);
  else
    fill_indices(pooling, Record(pooling, static_cast<const std::int32_t*>(record)), indices, pool);
}

template <typename T>
Kernels<T> kernels(Level level) {
#define STRIATE_POOLING_OF(LEVEL)                                                                \
  Kernels<T> {                                                                                   \
    LEVEL::pooling::maximum<T>, LEVEL::pooling::maximum_backward<T>, LEVEL::pooling::average<T>, \
        LEVEL::pooling::average_backward<T>                                                      \
  }
#if STRIATE_LEVELS == 3
  if (level == Level::avx512) return STRIATE_POOLING_OF(avx512);
  if (level == Level::avx2) return STRIATE_POOLING_OF(avx2);
#endif
  static_cast<void>(level);
  return STRIATE_POOLING_OF(baseline);
#undef STRIATE_POOLING_OF
}

template Kernels<float> kernels(Level);
template Kernels<double> kernels(Level);

}  // namespace striate::pooling
