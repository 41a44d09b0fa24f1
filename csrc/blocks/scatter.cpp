#include "../scratch.hpp"
#include "parts.hpp"

namespace striate::STRIATE_LEVEL::blocks {

template <typename T>
void scatter(const Cut& cut, const T* parts, View<T> signal, ParallelFor pool) {
  const Cells cells(cut.mask, cut.size);
  const Sizes &size = cut.size, &extent = cut.extent;
  const std::int64_t channels = cut.channels, columns = extent[2];
  const bool neighbours = signal.stride[1] == 1;
  const bool streamed = cut.batch * channels * size[0] * size[1] * size[2] * std::int64_t{sizeof(T)} >= streamed_bytes;
  // Channels of a task: those that lie apart are planes, cleared one by one.
  const std::int64_t most = neighbours ? channels : 1, groups = (channels + most - 1) / most;
  parallel_for(pool, cut.batch * groups, size[0] * size[1] * size[2] * most, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t step = begin; step < end; ++step)
      write_hidden(signal, cells, step / groups, step % groups * most, most, size[2], whole(size), streamed);
  });
  for_each_part<T>(cut, neighbours, pool, [&](std::int64_t v, std::int64_t first, std::int64_t used) {
    T* const stage = scratch<T>(columns * lanes<T>);
    const auto [sample, a, b, c] = cut.begin(v);
    const T* from = parts + v * cut.part() + first;
    for (std::int64_t i = a; i < a + extent[0]; ++i) {
      for (std::int64_t j = b; j < b + extent[1]; ++j, from += columns * channels) {
        T* const to = signal.plane(sample, first) + signal.offset(i, j, c);
        if (neighbours) {
          for (std::int64_t p = 0; p < columns; ++p) std::copy_n(from + p * channels, used, to + p * signal.stride[4]);
          continue;
        }
        const int lane_count = static_cast<int>(used);
        for (std::int64_t p = 0; p < columns; ++p)
          store(stage + p * lanes<T>, load_part(from + p * channels, lane_count));
        LanePointers<T> lane;
        for (int l = 0; l < lanes<T>; ++l) lane[l] = to + std::min(l, lane_count - 1) * signal.stride[1];
        scatter_lanes(stage, columns, lane, lane_count, signal.stride[4]);
      }
    }
  });
}

template void scatter(const Cut&, const float*, View<float>, ParallelFor);
template void scatter(const Cut&, const double*, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::blocks
