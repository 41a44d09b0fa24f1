#include "correlate.hpp"
#include "winograd.hpp"

namespace striate::STRIATE_LEVEL::winograd {
namespace {

// The taps of `used` channels `lane_stride` apart, a vector each, to `taps`.
template <typename T>
void gather_taps(const View<const T>& weight, const T* from, std::int64_t lane_stride, int used, T* taps) {
  constexpr int n = lanes<T>;
  const std::int64_t row = weight.stride[3], column = weight.stride[4];
  if (lane_stride == 1) {
    for (int i = 0; i < kernel_taps; ++i)
      for (int j = 0; j < kernel_taps; ++j, taps += n) store(taps, load_part(from + i * row + j * column, used));
    return;
  }
  LanePointers<const T> lane;
  for (int l = 0; l < n; ++l) lane[l] = from + std::min(l, used - 1) * lane_stride;
  if (row == kernel_taps * column) return gather_lanes<T>(lane, column, kernel_taps * kernel_taps, taps);
  for (int i = 0; i < kernel_taps; ++i, taps += kernel_taps * n) {
    gather_lanes<T>(lane, column, kernel_taps, taps);
    for (const T*& pointer : lane) pointer += row;
  }
}

}  // namespace

template <typename T>
std::int64_t packed_size(const Problem& problem, Direction direction) {
  const Channels channels = channels_of(problem, direction);
  return channels.groups * tile_products * packed_product<T>(channels);
}

template <typename T>
void pack(const Problem& problem, Direction direction, View<const T> weight, T* packed, ParallelFor pool) {
  constexpr int n = lanes<T>;
  constexpr std::int64_t panel = matrix::panel<T>;
  const bool forward = direction == Direction::forward;
  const Channels channels = channels_of(problem, direction);
  const std::int64_t padded = round_to_lanes<T>(channels.to), blocks = padded / n, terms = channels.terms();
  const std::int64_t product = packed_product<T>(channels);
  parallel_for(pool, channels.groups * blocks, tile_products * 4 * n * terms,
               [&](std::int64_t begin, std::int64_t end) {
                 T taps[kernel_taps * kernel_taps * n];
                 for (std::int64_t step = begin; step < end; ++step) {
                   const std::int64_t group = step / blocks, to = step % blocks * n, first = to / panel * panel;
                   const int used = static_cast<int>(std::min<std::int64_t>(channels.to - to, n));
                   const std::int64_t width = std::min(panel, padded - first);
                   T* at = packed + group * tile_products * product + first * terms + (to - first);
                   for (std::int64_t tap = 0; tap < channels.taps; ++tap)
                     for (std::int64_t from = 0; from < channels.from; ++from, at += width) {
                       // Backwards all taps are reversed, and a gradient's channel is a row of the weight.
                       const std::int64_t slice = forward ? tap : channels.taps - 1 - tap;
                       const T* first_tap = forward ? weight.plane(group * channels.to + to, from)
                                                    : weight.plane(group * channels.from + from, to);
                       gather_taps(weight, first_tap + weight.offset(slice, 0, 0), weight.stride[forward ? 0 : 1], used,
                                   taps);
                       transform<T, Taps>(
                           [&](int i, int j) {
                             const int at_tap = i * kernel_taps + j;
                             return load(taps + (forward ? at_tap : kernel_taps * kernel_taps - 1 - at_tap) * n);
                           },
                           [&](int i, int j, Vector<T> value) { store(at + (i * tile_inputs + j) * product, value); });
                     }
                 }
               });
}

template std::int64_t packed_size<float>(const Problem&, Direction);
template std::int64_t packed_size<double>(const Problem&, Direction);
template void pack(const Problem&, Direction, View<const float>, float*, ParallelFor);
template void pack(const Problem&, Direction, View<const double>, double*, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::winograd
