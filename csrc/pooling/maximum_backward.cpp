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
  [[gnu::always_inline]] void add(Vector<T>& sum, const T* grad, std::int64_t at, std::int64_t tap, int used) const {
    const Place* const winner = record.data + at;
    const Vector<T> value = part ? load_part(grad, used) : load(grad);
#if defined(__AVX512F__)
    // The bytes are compared as they are: a mask, and an addition under it, where vectors would widen them first.
    if constexpr (sizeof(Place) == 1) {
      const __m128i won = load_bytes(winner, part ? used : lanes<T>);
      const __mmask16 here = _mm_cmpeq_epi8_mask(won, _mm_set1_epi8(static_cast<char>(tap)));
      if constexpr (sizeof(T) == 4)
        sum = _mm512_mask_add_ps(sum, here, sum, value);
      else
        sum = _mm512_mask_add_pd(sum, static_cast<__mmask8>(here), sum, value);
      return;
    }
#endif
    using Integer = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
    const Places<T> won = load_places<T>(winner, part ? used : lanes<T>);
    sum += won == Places<T>{} + static_cast<Integer>(tap) ? value : Vector<T>{};
  }

#if defined(__AVX512F__)
  [[gnu::always_inline]] static __m128i load_bytes(const void* from, int count) {
    if (count == 16) return _mm_loadu_si128(static_cast<const __m128i*>(from));
    if (count == 8) return _mm_loadl_epi64(static_cast<const __m128i*>(from));
    return _mm_maskz_loadu_epi8(static_cast<__mmask16>((1u << count) - 1), from);
  }
#endif
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
