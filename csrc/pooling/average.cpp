#include "windows.hpp"

namespace striate::STRIATE_LEVEL::pooling {
namespace {

template <typename T>
struct Mean {
  const Pooling& pooling;

  std::int64_t record_output() const { return 0; }
  std::int64_t record_sample() const { return 0; }
  std::int64_t record_block() const { return 0; }
  T divisor(const std::array<Reach, 3>& reach) const {
    return static_cast<T>(striate::pooling::divisor(pooling, reach[0], reach[1], reach[2]));
  }

  // A load and an addition a tap, in the order of the taps and from 0, then one division: torch's bits.
  template <int vectors, bool part>
  [[gnu::always_inline]] void compute(const WindowCall<T>& call, const T* source, T* target, std::int64_t) const {
    Vector<T> sum[vectors] = {};
    for (std::int64_t tap = 0; tap < call.count; ++tap) {
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) {
        const T* from = source + v * call.step + call.taps[tap].offset;
        sum[v] += part ? load_part(from, call.used) : load(from);
      }
    }
    const Quotient<T> quotient(call.divisor);
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) {
      T* const to = target + v * call.target_step;
      part ? store_part(to, quotient(sum[v]), call.used) : store(to, quotient(sum[v]));
    }
  }
};

}  // namespace

template <typename T>
void average(const Pooling& pooling, View<const T> input, View<T> output, ParallelFor pool) {
  const Reaches all = reaches(pooling);
  const Mean<T> mean{pooling};
  Windows<T, Mean<T>>(pooling, all, input, output, mean).run(pool);
}

template void average(const Pooling&, View<const float>, View<float>, ParallelFor);
template void average(const Pooling&, View<const double>, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::pooling
