#include "pack.hpp"

#include "grouped.hpp"

namespace striate::STRIATE_LEVEL::grouped {

template <typename T>
std::int64_t packed_size(const Problem& problem, Direction) {
  const WeightShape shape(problem);
  return shape.vectors<T>() * shape.vector_pitch<T>();
}

template <typename T>
void pack(const Problem& problem, Direction direction, View<const T> weight, T* packed, ParallelFor pool) {
  const WeightShape shape(problem);
  std::vector<Tap> taps = direct::all_taps(problem);
  if (direction == Direction::backward_data) {
    taps.clear();
    for (const direct::ResidueTaps& of : direct::taps_by_residue(problem))
      taps.insert(taps.end(), of.taps.begin(), of.taps.end());
  }
  const std::int64_t pitch = shape.vector_pitch<T>();
  parallel_for(pool, shape.vectors<T>(), pitch, [&](std::int64_t begin, std::int64_t end) {
    T* to = packed + begin * pitch;
    for (std::int64_t vector = begin; vector < end; ++vector)
      for (const Tap& tap : taps)
        for (std::int64_t c = 0; c < shape.group; ++c)
          for (std::int64_t lane = 0; lane < lanes<T>; ++lane) {
            const std::int64_t channel = vector * lanes<T> + lane, first = channel / shape.group * shape.group;
            const std::int64_t out = direction == Direction::forward ? channel : first + c;
            const std::int64_t in = direction == Direction::forward ? c : channel - first;
            *to++ = channel < shape.channels ? weight.plane(out, in)[weight.offset(tap[0], tap[1], tap[2])] : T(0);
          }
  });
}

template std::int64_t packed_size<float>(const Problem&, Direction);
template std::int64_t packed_size<double>(const Problem&, Direction);
template void pack(const Problem&, Direction, View<const float>, float*, ParallelFor);
template void pack(const Problem&, Direction, View<const double>, double*, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::grouped
