// What decides how a problem is summed, and its weights as the tile's right operand.
#pragma once

#include <cstdint>

#include "../matrix/tile.hpp"
#include "../problem.hpp"
#include "signal.hpp"

namespace striate::STRIATE_LEVEL::first {

using matrix::panel;

// Calls `run(Map())` with the transform that needs the fewest instructions for a vector of the output or its gradient:
// multiply-adds, and `extra` for a transform.
template <typename Run>
void with_transform(const Problem& problem, double extra, const Run& run) {
  const Axis& last = problem.axis[2];
  const auto rows =
      static_cast<double>(problem.in_channels_per_group() * problem.axis[0].kernel * problem.axis[1].kernel);
  const auto cost = [&](const auto& map) {
    const Chunks chunks(last, map.taps);
    const double terms = rows * static_cast<double>(chunks.phases * chunks.count);
    return terms * map.planes / map.outputs + extra;
  };
  using Three = Transform<4, 3>;
  using Four = Transform<4, 4>;
  const double plain = rows * static_cast<double>(last.kernel);
  const bool one_chunk = Chunks(last, Three::taps).count == 1;
  const double three = one_chunk ? cost(Three()) : plain, four = cost(Four());
  if (std::min(three, four) >= plain)
    run(Plain());
  else if (three <= four)
    run(Three());
  else
    run(Four());
}

// [group][panel][plane][term][lane].
struct Panels {
  std::int64_t groups, to, count, terms, plane;

  template <typename T, typename Map>
  static Panels of(const Problem& problem) {
    Panels panels = {problem.groups, problem.out_channels_per_group(), 0, 0, 0};
    panels.count = (panels.to + panel<T> - 1) / panel<T>;
    const Chunks chunks(problem.axis[2], Map::taps);
    panels.terms = problem.in_channels_per_group() * problem.axis[0].kernel * problem.axis[1].kernel * chunks.phases *
                   chunks.count;
    panels.plane = panels.terms * panel<T>;
    return panels;
  }
  int columns(std::int64_t number, int whole) const {
    return static_cast<int>(std::min<std::int64_t>(to - number * whole, whole));
  }
};

}  // namespace striate::STRIATE_LEVEL::first
