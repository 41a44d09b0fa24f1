#include "elements.hpp"

namespace striate::STRIATE_LEVEL::pooling {
namespace {

// A window gives its gradient to the element that its record names.
template <typename T, typename Place>
struct ToWinner {
  static constexpr bool divides = false;
  Record<const Place> record;

  std::int64_t record_output() const { return record.output; }
  std::int64_t record_sample() const { return record.sample; }
  std::int64_t record_block() const { return record.block; }

  template <bool part>
  [[gnu::always_inline]] Vector<T> share(const T* grad, std::int64_t at, std::int64_t tap, int used) const {
    using Integer = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
    const Places<T> winner = load_places<T>(record.data + at, part ? used : lanes<T>);
    const Vector<T> value = part ? load_part(grad, used) : load(grad);
    return winner == Places<T>{} + static_cast<Integer>(tap) ? value : Vector<T>{};
  }
};

template <typename T, typename Place>
void run(const Pooling& pooling, View<const T> grad_output, const void* record, View<T> grad_input, ParallelFor pool) {
  const Reaches all = reaches(pooling);
  const ToWinner<T, Place> gather{Record(pooling, static_cast<const Place*>(record))};
  Elements<T, ToWinner<T, Place>>(pooling, all, grad_output, grad_input, gather).run(pool);
}

}  // namespace

template <typename T>
void maximum_backward(const Pooling& pooling, View<const T> grad_output, const void* record, View<T> grad_input,
                      ParallelFor pool) {
  if (is_small(pooling))
    run<T, std::uint8_t>(pooling, grad_output, record, grad_input, pool);
  else
    run<T, std::int32_t>(pooling, grad_output, record, grad_input, pool);
}

template void maximum_backward(const Pooling&, View<const float>, const void*, View<float>, ParallelFor);
template void maximum_backward(const Pooling&, View<const double>, const void*, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::pooling
