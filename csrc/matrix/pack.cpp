#include "pack.hpp"

#include "../threading.hpp"
#include "panels.hpp"

namespace striate::STRIATE_LEVEL::matrix {

template <typename T>
std::int64_t packed_size(const Problem& problem, Direction direction) {
  return Panels<T>(problem, direction).size();
}

template <typename T>
void pack(const Problem& problem, Direction direction, View<const T> weight, T* packed, ParallelFor pool) {
  const Panels<T> panels(problem, direction);
  const bool forward = direction == Direction::forward;
  const std::int64_t lane_stride = weight.stride[forward ? 0 : 1], from_stride = weight.stride[forward ? 1 : 0];
  // Where each tap stands in the weight, and in the first chunk's rows of its phase.
  struct Place {
    std::int64_t offset, phase_first, number, phase_taps;
  };
  std::vector<Place> places(panels.taps);
  for (const Phase& phase : panels.phases)
    for (std::int64_t t = 0; t < std::ssize(phase.taps); ++t) {
      const auto& [p, q, r] = phase.taps[t];
      places[(p * problem.axis[1].kernel + q) * problem.axis[2].kernel + r] = {weight.offset(p, q, r), phase.first, t,
                                                                               std::ssize(phase.taps)};
    }
  // Where the row of each channel and tap stands in a panel.
  std::vector<std::int64_t> row_at(panels.from * panels.taps);
  for (std::int64_t chunk = 0; chunk < panels.chunks; ++chunk) {
    const std::int64_t first = panels.chunk_begin(chunk), length = panels.chunk_begin(chunk + 1) - first;
    for (std::int64_t c = 0; c < length; ++c)
      for (std::int64_t t = 0; t < panels.taps; ++t)
        row_at[(first + c) * panels.taps + t] =
            (places[t].phase_first * panels.from + places[t].phase_taps * first + places[t].number * length + c) *
            panel<T>;
  }
  bool dense_taps = true;  // taps follow each other in memory
  for (std::int64_t t = 0; t < panels.taps; ++t) dense_taps = dense_taps && places[t].offset == t;
  const bool one_run = dense_taps && from_stride == panels.taps;

  parallel_for(pool, panels.groups * panels.count, panels.panel_size(), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t step = begin; step < end; ++step) {
      const std::int64_t group = step / panels.count, first = step % panels.count * panel<T>;
      T* const to = packed + step * panels.panel_size();
      const std::int64_t count = std::min<std::int64_t>(panels.to - first, panel<T>);
      const T* lane = forward ? weight.plane(group * panels.to + first, 0) : weight.plane(group * panels.from, first);
      if (one_run)
        pack_rows(lane, lane_stride, count, 1, panels.from * panels.taps,
                  [&](std::int64_t j) { return to + row_at[j]; });
      else if (dense_taps && panels.taps > 1)
        for (std::int64_t c = 0; c < panels.from; ++c)
          pack_rows(lane + c * from_stride, lane_stride, count, 1, panels.taps,
                    [&](std::int64_t j) { return to + row_at[c * panels.taps + j]; });
      else
        for (std::int64_t t = 0; t < panels.taps; ++t)
          pack_rows(lane + places[t].offset, lane_stride, count, from_stride, panels.from,
                    [&](std::int64_t j) { return to + row_at[j * panels.taps + t]; });
    }
  });
}

template std::int64_t packed_size<float>(const Problem&, Direction);
template std::int64_t packed_size<double>(const Problem&, Direction);
template void pack(const Problem&, Direction, View<const float>, float*, ParallelFor);
template void pack(const Problem&, Direction, View<const double>, double*, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::matrix
