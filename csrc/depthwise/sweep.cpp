#include "sweep.hpp"

#include <algorithm>
#include <iterator>

namespace striate::depthwise {
namespace {

std::int64_t ceil_div(std::int64_t value, std::int64_t divisor) { return (value + divisor - 1) / divisor; }

// What follows from the source table.
void finish(Band& band) {
  for (const std::int64_t element : band.source) {
    if (element == outside) continue;
    band.low = band.high == 0 ? element : std::min(band.low, element);
    band.high = std::max(band.high, element + 1);
  }
}

// Halves the bands until they fit, each time on the axis whose halo grows the least; t targets need t + window - 1
// packed positions.
Sizes fit(Sizes band, const Sizes& window, std::int64_t bytes, std::int64_t room) {
  const auto packed = [&](int i, std::int64_t targets) { return targets + window[i] - 1; };
  while (packed(0, band[0]) * packed(1, band[1]) * packed(2, band[2]) * bytes > room) {
    int best = -1;
    double least = 0;
    for (int i = 0; i < Problem::max_ndim; ++i) {
      if (band[i] <= (i == Problem::max_ndim - 1 ? shortest_row : 1)) continue;
      const std::int64_t half = ceil_div(band[i], 2);
      const double halo = double(packed(i, half)) / half * band[i] / packed(i, band[i]);
      if (best < 0 || halo < least) best = i, least = halo;
    }
    if (best < 0) break;
    band[best] = ceil_div(band[best], 2);
  }
  return band;
}

}  // namespace

Run longest_run(const std::vector<std::int64_t>& table) {
  Run best;
  const std::int64_t size = std::ssize(table);
  for (std::int64_t begin = 0, end; begin < size; begin = end) {
    end = begin + 1;
    if (table[begin] == outside) continue;
    while (end < size && table[end] == table[end - 1] + 1) ++end;
    if (end - begin > best.end - best.begin) best = {begin, end};
  }
  return best;
}

std::int64_t Sweep::packed() const {
  std::int64_t most = 0;
  for (const Band& band : bands) most = std::max<std::int64_t>(most, std::ssize(band.source));
  return most;
}

std::int64_t Sweep::targets() const {
  std::int64_t most = 0;
  for (const Band& band : bands) most = std::max(most, band.size());
  return most;
}

Sweep forward_sweep(const Axis& axis, std::int64_t size) {
  Sweep sweep;
  sweep.source_step = axis.stride;
  const std::int64_t outputs = axis.output();
  for (std::int64_t begin = 0; begin < outputs; begin += size) {
    sweep.bands.push_back({begin, std::min(begin + size, outputs)});
    Band& band = sweep.bands.back();
    band.source.resize((band.size() - 1) * axis.stride + axis.extent());
    for (std::int64_t i = 0; i < std::ssize(band.source); ++i)
      band.source[i] = source_index(begin * axis.stride + i - axis.before, axis.input, axis.border);
    band.phases.push_back({begin, band.size()});
    Phase& phase = band.phases.back();
    for (std::int64_t k = 0; k < axis.kernel; ++k) phase.taps.push_back({k, k * axis.dilation});
    std::ranges::stable_sort(phase.taps, {}, [&](const Tap& tap) { return tap.offset % axis.stride; });
    finish(band);
  }
  return sweep;
}

Sweep adjoint_sweep(const Axis& axis, std::int64_t before, std::int64_t targets, std::int64_t size) {
  Sweep sweep;
  sweep.target_step = axis.stride;
  const std::int64_t outputs = axis.output();
  for (std::int64_t begin = 0; begin < targets; begin += size) {
    sweep.bands.push_back({begin, std::min(begin + size, targets)});
    Band& band = sweep.bands.back();
    // Offsets are output indices at first, and are moved to start at the least one.
    std::int64_t least = outputs, most = -1;
    for (std::int64_t x = begin; x < begin + axis.stride; ++x) {
      band.phases.push_back({x, x < band.end ? ceil_div(band.end - x, axis.stride) : 0});
      Phase& phase = band.phases.back();
      for (std::int64_t k = axis.kernel - 1; k >= 0; --k) {
        const std::int64_t position = x + before - k * axis.dilation;
        if (position % axis.stride != 0) continue;
        const std::int64_t output = position / axis.stride;
        phase.taps.push_back({k, output});
        if (phase.count == 0) continue;
        least = std::min(least, output);
        most = std::max(most, output + phase.count - 1);
      }
    }
    for (Phase& phase : band.phases)
      for (Tap& tap : phase.taps) tap.offset -= least;
    for (std::int64_t output = least; output <= most; ++output)
      band.source.push_back(output >= 0 && output < outputs ? output : outside);
    finish(band);
  }
  return sweep;
}

bool folds(const Axis& axis) { return axis.border != Border::constant && (axis.before > 0 || axis.after > 0); }

Sizes forward_bands(const Problem& problem, std::int64_t bytes, std::int64_t room) {
  Sizes band, window;
  for (int i = 0; i < Problem::max_ndim; ++i) {
    const Axis& axis = problem.axis[i];
    band[i] = axis.output();
    window[i] = ceil_div(axis.extent(), axis.stride);
    bytes *= axis.stride;
  }
  return fit(band, window, bytes, room);
}

Sizes adjoint_bands(const Problem& problem, std::int64_t bytes, std::int64_t room) {
  Sizes band, window;
  for (int i = 0; i < Problem::max_ndim; ++i) {
    band[i] = problem.axis[i].input;
    window[i] = problem.axis[i].extent();
  }
  band = fit(band, window, bytes, room);
  // Whole strides, so that phase r is the same residue in every band and packed weights serve them all.
  for (int i = 0; i < Problem::max_ndim; ++i)
    band[i] = ceil_div(band[i], problem.axis[i].stride) * problem.axis[i].stride;
  return band;
}

}  // namespace striate::depthwise
