#include "elements.hpp"

namespace striate::STRIATE_LEVEL::pooling {
namespace {

// A window gives every element under it the same share: its gradient by the divisor.
template <typename T>
struct ToAll {
  static constexpr bool divides = true;

  std::int64_t record_output() const { return 0; }
  std::int64_t record_sample() const { return 0; }
  std::int64_t record_block() const { return 0; }

  template <bool part>
  [[gnu::always_inline]] void add(Vector<T>& sum, const T* grad, std::int64_t, std::int64_t, int) const {
    sum += load(grad);  // staged in whole vectors
  }
};

}  // namespace

template <typename T>
void average_backward(const Pooling& pooling, View<const T> grad_output, View<T> grad_input, ParallelFor pool) {
  const Reaches all = reaches(pooling);
  const ToAll<T> gather;
  Elements<T, ToAll<T>>(pooling, all, grad_output, grad_input, gather).run(pool);
}

template void average_backward(const Pooling&, View<const float>, View<float>, ParallelFor);
template void average_backward(const Pooling&, View<const double>, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::pooling
