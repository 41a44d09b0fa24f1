#include "tiles.hpp"

#include <algorithm>
#include <cmath>

namespace striate::fft {
namespace {

bool is_length(std::int64_t n) {
  while (n % 2 == 0) n /= 2;
  return n == 1 || n == 3;
}

}  // namespace

std::vector<std::int64_t> lengths(std::int64_t least, bool even) {
  std::vector<std::int64_t> result;
  for (std::int64_t power = 1; power <= 4 * least; power *= 2)
    for (const std::int64_t n : {power, power / 2 * 3})
      if (n >= std::max<std::int64_t>(least, even ? 2 : 1) && is_length(n) && (n % 2 == 0 || !even))
        result.push_back(n);
  std::sort(result.begin(), result.end());
  return result;
}

Lengths lengths_of_kernel(const Problem& problem) {
  int long_axes = 0;
  for (const Axis& axis : problem.axis) long_axes += axis.extent() > 1;
  Lengths result;
  for (int i = 0; i < Problem::max_ndim; ++i) {
    const std::int64_t extent = problem.axis[i].extent();
    const std::int64_t one_axis = std::min(8 * extent, std::max<std::int64_t>(2 * extent, 4096));
    const std::int64_t wanted = extent == 1 ? 1 : long_axes > 1 ? 3 * extent : one_axis;
    result[i] = lengths(wanted, i == 2).front();
  }
  return result;
}

Lengths lengths_of_signal(const Problem& problem, const Lengths& total) {
  Lengths result;
  for (int i = 0; i < Problem::max_ndim; ++i) {
    const std::int64_t extent = problem.axis[i].extent();
    double least = 0;
    result[i] = 0;
    for (const std::int64_t n : lengths(extent, i == 2)) {
      const std::int64_t step = n - extent + 1, tiles = (total[i] + step - 1) / step;
      const double cost = static_cast<double>(tiles * n) * (std::log2(static_cast<double>(n)) + 4);
      if (result[i] == 0 || cost < least) least = cost, result[i] = n;
    }
  }
  return result;
}

Lengths lengths_of(const Problem& problem, const Lengths& total) {
  return by_channel(problem) ? lengths_of_signal(problem, total) : lengths_of_kernel(problem);
}

Windows::Windows(std::vector<std::int64_t> index, std::int64_t tiles, std::int64_t step, std::int64_t count)
    : index_(std::move(index)), step_(step), count_(count), runs_(tiles) {
  index_.resize((tiles - 1) * step + count, outside);
  for (std::int64_t tile = 0; tile < tiles; ++tile) {
    for (std::int64_t u = 0; u < count; ++u) {
      const std::int64_t one = at(tile, u);
      std::vector<Run>& runs = runs_[tile];
      const bool goes_on =
          !runs.empty() &&
          (one < 0 ? runs.back().index < 0 : runs.back().index >= 0 && one == runs.back().index + runs.back().count);
      if (goes_on)
        ++runs.back().count;
      else
        runs.push_back({u, 1, one});
    }
  }
}

std::vector<std::int64_t> spread(const Axis& axis, std::int64_t first, std::int64_t count) {
  std::vector<std::int64_t> index(count, outside);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t position = first + i;
    if (position >= 0 && position % axis.stride == 0 && position / axis.stride < axis.output())
      index[i] = position / axis.stride;
  }
  return index;
}

Cut::Cut(const Problem& problem, const Lengths& length, const Lengths& total) : length(length), total(total) {
  for (int i = 0; i < Problem::max_ndim; ++i) extent[i] = problem.axis[i].extent();
}

WindowsOfAxes Cut::windows(std::array<std::vector<std::int64_t>, 3>& index, bool whole) const {
  const auto one = [&](int i) { return Windows(std::move(index[i]), tiles(i), step(i), whole ? length[i] : step(i)); };
  return {one(0), one(1), one(2)};
}

}  // namespace striate::fft
