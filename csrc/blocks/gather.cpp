#include "../scratch.hpp"
#include "parts.hpp"

namespace striate::STRIATE_LEVEL::blocks {
namespace {

// Elements [begin, end) of a row of one sample, channels [first, first + used), to `to`, pixels `pitch` apart. Channels
// that lie apart are transposed in registers by way of `stage`.
template <typename T>
void copy_row(const View<const T>& signal, const T* row, std::int64_t count, std::int64_t used, std::int64_t pitch,
              T* stage, T* to) {
  if (signal.stride[1] == 1) {
    for (std::int64_t p = 0; p < count; ++p) std::copy_n(row + p * signal.stride[4], used, to + p * pitch);
    return;
  }
  LanePointers<const T> lane;
  for (int l = 0; l < lanes<T>; ++l) lane[l] = row + std::min<std::int64_t>(l, used - 1) * signal.stride[1];
  gather_lanes<T>(lane, signal.stride[4], count, stage);
  for (std::int64_t p = 0; p < count; ++p) {
    const Vector<T> pixel = load(stage + p * lanes<T>);
    used == lanes<T> ? store(to + p * pitch, pixel) : store_part(to + p * pitch, pixel, static_cast<int>(used));
  }
}

}  // namespace

template <typename T>
void gather(const Cut& cut, View<const T> signal, T* parts, ParallelFor pool) {
  const Cells cells(cut.mask, cut.size);
  const std::int64_t channels = cut.channels, columns = cut.extent[2];
  for_each_part<T>(cut, signal.stride[1] == 1, pool, [&](std::int64_t v, std::int64_t first, std::int64_t used) {
    T* const stage = scratch<T>(columns * lanes<T>);
    const auto [sample, a, b, c] = cut.begin(v);
    const Range inside = {std::clamp<std::int64_t>(-c, 0, columns),
                          std::clamp<std::int64_t>(cut.size[2] - c, 0, columns)};
    T* to = parts + v * cut.part() + first;
    const auto clear = [&](std::int64_t p, std::int64_t end) {
      for (; p < end; ++p) std::fill_n(to + p * channels, used, T(0));
    };
    for (std::int64_t i = a; i < a + cut.extent[0]; ++i) {
      for (std::int64_t j = b; j < b + cut.extent[1]; ++j, to += columns * channels) {
        if (i < 0 || i >= cut.size[0] || j < 0 || j >= cut.size[1] || inside.begin >= inside.end) {
          clear(0, columns);
          continue;
        }
        clear(0, inside.begin);
        const Range row = {c + inside.begin, c + inside.end};
        for_each_stretch(cells, cells.row(sample, i, j), row, [&](std::int64_t k, std::int64_t end, bool shown) {
          if (!shown) return clear(k - c, end - c);
          copy_row(signal, signal.plane(sample, first) + signal.offset(i, j, k), end - k, used, channels, stage,
                   to + (k - c) * channels);
        });
        clear(inside.end, columns);
      }
    }
  });
}

template void gather(const Cut&, View<const float>, float*, ParallelFor);
template void gather(const Cut&, View<const double>, double*, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::blocks
