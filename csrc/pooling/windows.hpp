// The forward sweep that maximum and average share: windows over blocks of planes, or over channels as they lie.
#pragma once

#include "planes.hpp"

namespace striate::STRIATE_LEVEL::pooling {

// A tap: where it reads, from where the window's first would, and its number in the window.
struct Tap {
  std::int64_t offset;
  std::int64_t number;
};

// Vectors of windows that share their taps, so many elements apart in the input, the output and the record.
template <typename T>
struct WindowCall {
  std::int64_t step;
  std::int64_t target_step;
  std::int64_t record_step;
  const Tap* taps;
  std::int64_t count;
  T divisor;
  int used;  // lanes of each
};

// Cut so that a block of planes and its result stay in the L2 cache with room to spare.
inline constexpr std::int64_t box_bytes = 128 * 1024;

// `Reduce` has compute<vectors, part>(call, input, output, record's offset), where `part` is of less than a vector, and
// the divisor of a window.
template <typename T, typename Reduce>
class Windows {
 public:
  Windows(const Pooling& pooling, const Reaches& reaches, const View<const T>& input, const View<T>& output,
          const Reduce& reduce)
      : pooling(pooling), reaches(reaches), input(input), output(output), reduce(reduce) {}

  void run(ParallelFor pool) const { pooling.channels_last ? over_channels(pool) : over_planes(pool); }

 private:
  static constexpr int n = lanes<T>;

  void over_planes(ParallelFor pool) const {
    const auto elements = [&](const Box& box) { return volume(elements_of(pooling, box)); };
    const auto& [a, b, c] = pooling.axis;
    const std::vector<Box> tasks = boxes(whole(a.outputs, b.outputs, c.outputs), box_bytes,
                                         [&](const Box& box) { return elements(box) * n * std::int64_t{sizeof(T)}; });
    std::int64_t sources = 0;
    for (const Box& box : tasks) sources = std::max(sources, elements(box));
    const std::int64_t targets = volume(tasks[0]), blocks = (pooling.planes() + n - 1) / n, per_block = tasks.size();
    parallel_for(pool, blocks * per_block, sources * n, [&](std::int64_t begin, std::int64_t end) {
      T* const source = scratch<T>((sources + targets) * n);
      T* const target = source + sources * n;
      std::vector<Tap> taps;
      for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t first = task / per_block * n;
        const int used = static_cast<int>(std::min<std::int64_t>(n, pooling.planes() - first));
        const Box &box = tasks[task % per_block], from = elements_of(pooling, box);
        read_planes(pooling, input, first, used, from, source);
        const std::int64_t row = from[2].size() * n, slab = from[1].size() * row;
        const std::int64_t record = first / record_block * reduce.record_block() + first % record_block;
        compute(
            box, {slab, row, n}, source - (from[0].begin * slab + from[1].begin * row + from[2].begin * n), target,
            [&](std::int64_t i, std::int64_t j, std::int64_t k) { return place(box, i, j, k) * n; }, n, record, n,
            taps);
        write_planes(target, pooling, output, first, used, box);
      }
    });
  }

  void over_channels(ParallelFor pool) const {
    const auto& [a, b, c] = pooling.axis;
    const std::vector<Box> tasks = boxes(whole(a.outputs, b.outputs, c.outputs), box_bytes / 4, [&](const Box& box) {
      return volume(box) * pooling.channels * std::int64_t{sizeof(T)};
    });
    const std::int64_t per_sample = tasks.size();
    const std::int64_t work =
        volume(tasks[0]) * pooling.channels * std::max(a.stride * b.stride * c.stride, std::int64_t(1));
    const std::array<std::int64_t, 3> step = {input.stride[2], input.stride[3], input.stride[4]};
    parallel_for(pool, pooling.batch * per_sample, work, [&](std::int64_t begin, std::int64_t end) {
      std::vector<Tap> taps;
      for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t sample = task / per_sample;
        compute(
            tasks[task % per_sample], step, input.plane(sample, 0), output.plane(sample, 0),
            [&](std::int64_t i, std::int64_t j, std::int64_t k) { return output.offset(i, j, k); }, output.stride[4],
            sample * reduce.record_sample(), pooling.channels, taps);
      }
    });
  }

  // Vectors of one window over `width` channels, or of neighbouring windows where the width is one vector.
  template <typename Place>
  void compute(const Box& box, const std::array<std::int64_t, 3>& step, const T* source, T* target, const Place& place,
               std::int64_t target_step, std::int64_t record, std::int64_t width, std::vector<Tap>& taps) const {
    const auto& [a, b, c] = pooling.axis;
    std::array<Reach, 3> now = {Reach{-1, -1, -1}};
    for (std::int64_t i = box[0].begin; i < box[0].end; ++i)
      for (std::int64_t j = box[1].begin; j < box[1].end; ++j)
        for (std::int64_t k = box[2].begin, same; k < box[2].end; k += same) {
          const std::array<Reach, 3> reach = {reaches[0][i], reaches[1][j], reaches[2][k]};
          for (same = 1; k + same < box[2].end && reaches[2][k + same] == reach[2];) ++same;
          if (reach != now) list_taps(reach, step, taps);
          now = reach;
          const std::int64_t flat = (i * b.outputs + j) * c.outputs + k;
          const T* from =
              source + position(a, i, 0) * step[0] + position(b, j, 0) * step[1] + position(c, k, 0) * step[2];
          T* to = target + place(i, j, k);
          std::int64_t at = record + flat * reduce.record_output();
          const T divisor = reduce.divisor(reach);
          const std::int64_t next = c.stride * step[2], count = std::ssize(taps);
          if (width == n) {
            run_vectors({next, target_step, reduce.record_output(), taps.data(), count, divisor, n}, same, from, to,
                        at);
            continue;
          }
          const std::int64_t full = width / n;
          const int rest = static_cast<int>(width - full * n);
          const WindowCall<T> across = {n, n, n, taps.data(), count, divisor, rest};
          for (std::int64_t window = 0; window < same; ++window) {
            run_vectors(across, full, from, to, at);
            if (rest > 0) reduce.template compute<1, true>(across, from + full * n, to + full * n, at + full * n);
            from += next, to += target_step, at += reduce.record_output();
          }
        }
  }

  [[gnu::always_inline]] void run_vectors(const WindowCall<T>& call, std::int64_t count, const T* from, T* to,
                                          std::int64_t at) const {
    const auto advance = [&](std::int64_t vectors) {
      count -= vectors, from += vectors * call.step, to += vectors * call.target_step, at += vectors * call.record_step;
    };
    for (; count >= 4; advance(4)) reduce.template compute<4, false>(call, from, to, at);
    for (; count > 0; advance(1)) reduce.template compute<1, false>(call, from, to, at);
  }

  void list_taps(const std::array<Reach, 3>& reach, const std::array<std::int64_t, 3>& step,
                 std::vector<Tap>& taps) const {
    const auto& [a, b, c] = pooling.axis;
    taps.clear();
    for (std::int64_t i = reach[0].first; i < reach[0].last; ++i)
      for (std::int64_t j = reach[1].first; j < reach[1].last; ++j)
        for (std::int64_t k = reach[2].first; k < reach[2].last; ++k)
          taps.push_back({i * a.dilation * step[0] + j * b.dilation * step[1] + k * c.dilation * step[2],
                          (i * b.kernel + j) * c.kernel + k});
  }

  const Pooling& pooling;
  const Reaches& reaches;
  const View<const T>& input;
  const View<T>& output;
  const Reduce& reduce;
};

}  // namespace striate::STRIATE_LEVEL::pooling
