#include <stdexcept>

#include "windows.hpp"

namespace striate::STRIATE_LEVEL::pooling {
namespace {

// `Place` is the type of the record, void for none.
template <typename T, typename Place>
struct Largest {
  static constexpr bool records = !std::is_void_v<Place>;
  using Stored = std::conditional_t<records, Place, std::uint8_t>;
  Record<Stored> record;

  std::int64_t record_output() const { return record.output; }
  std::int64_t record_sample() const { return record.sample; }
  std::int64_t record_block() const { return record.block; }
  T divisor(const std::array<Reach, 3>&) const { return T(1); }

  // The first of equals stays and a NaN is taken, the last one, as in torch. A tap costs a load, two comparisons and
  // one choice, or two with the record; starting from the first tap, no value has to stand for "nothing yet".
  template <int vectors, bool part>
  [[gnu::always_inline]] void compute(const WindowCall<T>& call, const T* source, T* target, std::int64_t at) const {
    const auto read = [&](int v, std::int64_t tap) {
      const T* from = source + v * call.step + call.taps[tap].offset;
      return part ? load_part(from, call.used) : load(from);
    };
    const auto number = [&](std::int64_t tap) {
      using Integer = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
      return Places<T>{} + static_cast<Integer>(call.taps[tap].number);
    };
    Vector<T> best[vectors];
    Places<T> winner[vectors];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) best[v] = read(v, 0), winner[v] = number(0);
    for (std::int64_t tap = 1; tap < call.count; ++tap) {
      const Places<T> here = number(tap);
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) {
        const Vector<T> value = read(v, tap);
        take(value, here, best[v], winner[v]);
      }
    }
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) {
      T* const to = target + v * call.target_step;
      part ? store_part(to, best[v], call.used) : store(to, best[v]);
      if constexpr (records)
        store_places<T>(record.data + at + v * call.record_step, winner[v], part ? call.used : lanes<T>);
    }
  }

  [[gnu::always_inline]] static void take(Vector<T> value, Places<T> here, Vector<T>& best, Places<T>& winner) {
    const Places<T> better = (value > best) | (value != value);
    best = better ? value : best;
    if constexpr (records) winner = better ? here : winner;
  }
};

void check_touching(const Reaches& reaches) {
  for (const auto& axis : reaches)
    for (const Reach& reach : axis)
      if (reach.first == reach.last) throw std::invalid_argument("a window lies wholly in the padding");
}

template <typename T, typename Place>
void run(const Pooling& pooling, View<const T> input, View<T> output, void* record, ParallelFor pool) {
  const Reaches all = reaches(pooling);
  check_touching(all);
  using Reduce = Largest<T, Place>;
  const Reduce reduce{Record(pooling, static_cast<typename Reduce::Stored*>(record))};
  Windows<T, Reduce>(pooling, all, input, output, reduce).run(pool);
}

}  // namespace

template <typename T>
void maximum(const Pooling& pooling, View<const T> input, View<T> output, void* record, ParallelFor pool) {
  if (!record)
    run<T, void>(pooling, input, output, record, pool);
  else if (is_small(pooling))
    run<T, std::uint8_t>(pooling, input, output, record, pool);
  else
    run<T, std::int32_t>(pooling, input, output, record, pool);
}

template void maximum(const Pooling&, View<const float>, View<float>, void*, ParallelFor);
template void maximum(const Pooling&, View<const double>, View<double>, void*, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::pooling
