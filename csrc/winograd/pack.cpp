#include "correlate.hpp"
#include "winograd.hpp"

namespace striate::STRIATE_LEVEL::winograd {
namespace {

// The taps of channels `lane` apart for `lanes` channels summed over, `from` apart.
template <typename T>
struct TapBlock {
  static constexpr int n = lanes<T>, taps = kernel_taps * kernel_taps;
  T data[n * taps * n];
  int from_pitch, tap_pitch;

  // Reads `used` lanes and `count` channels summed over, by the runs that lie evenly in memory.
  void read(const View<const T>& weight, const T* first, std::int64_t lane_stride, std::int64_t from_stride, int used,
            int count) {
    const auto tap = [&](int t) { return first + weight.offset(0, t / kernel_taps, t % kernel_taps); };
    LanePointers<const T> lane;
    const auto point = [&](const T* at) {
      for (int l = 0; l < n; ++l) lane[l] = at + std::min(l, used - 1) * lane_stride;
    };
    if (lane_stride != 1 && from_stride == 1) {
      from_pitch = n, tap_pitch = n * n;
      for (int t = 0; t < taps; ++t) {
        point(tap(t));
        gather_lanes<T>(lane, 1, count, data + t * tap_pitch);
      }
      return;
    }
    from_pitch = taps * n, tap_pitch = n;
    const bool even = weight.stride[3] == kernel_taps * weight.stride[4];
    for (int c = 0; c < count; ++c) {
      T* to = data + c * from_pitch;
      const std::int64_t at = c * from_stride;
      if (lane_stride == 1) {
        for (int t = 0; t < taps; ++t) store(to + t * n, load_part(tap(t) + at, used));
      } else if (even) {
        point(first + at);
        gather_lanes<T>(lane, weight.stride[4], taps, to);
      } else {
        for (int i = 0; i < kernel_taps; ++i) {
          point(tap(i * kernel_taps) + at);
          gather_lanes<T>(lane, weight.stride[4], kernel_taps, to + i * kernel_taps * n);
        }
      }
    }
  }

  Vector<T> at(int from, int tap) const { return load(data + from * from_pitch + tap * tap_pitch); }
};

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
  parallel_for(
      pool, channels.groups * blocks, tile_products * 4 * n * terms, [&](std::int64_t begin, std::int64_t end) {
        TapBlock<T> block;
        for (std::int64_t step = begin; step < end; ++step) {
          const std::int64_t group = step / blocks, to = step % blocks * n, first = to / panel * panel;
          const int used = static_cast<int>(std::min<std::int64_t>(channels.to - to, n));
          const std::int64_t width = std::min(panel, padded - first);
          T* at = packed + group * tile_products * product + first * terms + (to - first);
          for (std::int64_t tap = 0; tap < channels.taps; ++tap)
            for (std::int64_t from = 0; from < channels.from; from += n) {
              // Backwards all taps are reversed, and a gradient's channel is a row of the weight.
              const int count = static_cast<int>(std::min<std::int64_t>(channels.from - from, n));
              const T* corner = forward ? weight.plane(group * channels.to + to, from)
                                        : weight.plane(group * channels.from + from, to);
              block.read(weight, corner + weight.offset(forward ? tap : channels.taps - 1 - tap, 0, 0),
                         weight.stride[forward ? 0 : 1], weight.stride[forward ? 1 : 0], used, count);
              for (int c = 0; c < count; ++c, at += width)
                transform<T, Taps>(
                    [&](int i, int j) {
                      const int in_order = i * kernel_taps + j;
                      return block.at(c, forward ? in_order : block.taps - 1 - in_order);
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
