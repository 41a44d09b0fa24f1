// How axes are cut into tiles, and the lengths of their transforms.
#pragma once

#include <span>
#include <vector>

#include "../border.hpp"

namespace striate::fft {

// The lengths that transforms have: 2^a and 3 * 2^a. The last axis needs an even one.
std::vector<std::int64_t> lengths(std::int64_t least, bool even);

using Lengths = std::array<std::int64_t, Problem::max_ndim>;

// For a kernel whose spectra are kept between calls, so nothing of the signal may count: neighbouring tiles share an
// eighth (one axis; up to a half beyond 4096) or a third of each axis. Longer ones were slower for their spectra's
// size.
Lengths lengths_of_kernel(const Problem& problem);

// With the signal known: the fewest operations. `total` positions are computed on each axis.
Lengths lengths_of_signal(const Problem& problem, const Lengths& total);

// Every channel meets one kernel of its own.
inline bool by_channel(const Problem& problem) {
  return problem.in_channels_per_group() == 1 && problem.out_channels_per_group() == 1;
}

// The lengths that `forward` and `backward_data` use: only a kernel a channel has its spectra made in the call.
Lengths lengths_of(const Problem& problem, const Lengths& total);

// Indices that rise by ones, or are all `outside`.
struct Run {
  std::int64_t begin, count, index;
};

// A list of indices that tiles read or write: tile t has `count` of them from t * step on, `outside` behind the end.
class Windows {
 public:
  Windows(std::vector<std::int64_t> index, std::int64_t tiles, std::int64_t step, std::int64_t count);

  std::int64_t count() const { return count_; }
  std::int64_t at(std::int64_t tile, std::int64_t position) const { return index_[tile * step_ + position]; }
  std::span<const Run> runs(std::int64_t tile) const { return runs_[tile]; }

 private:
  std::vector<std::int64_t> index_;
  std::int64_t step_, count_;
  std::vector<std::vector<Run>> runs_;
};

using WindowsOfAxes = std::array<Windows, 3>;

// The indices of a gradient between whose elements a stride leaves gaps: `count` positions from `first` on.
std::vector<std::int64_t> spread(const Axis& axis, std::int64_t first, std::int64_t count);

// The cut of all axes: tile t of an axis computes the positions from t * step on, and reads `length` from there.
struct Cut {
  Lengths length, extent, total;

  Cut(const Problem& problem, const Lengths& length, const Lengths& total);
  std::int64_t step(int axis) const { return length[axis] - extent[axis] + 1; }
  std::int64_t tiles(int axis) const { return (total[axis] + step(axis) - 1) / step(axis); }
  std::int64_t tiles() const { return tiles(0) * tiles(1) * tiles(2); }
  Lengths steps() const { return {step(0), step(1), step(2)}; }
  // What tiles read of `source`, or write to `target`; lists of the three axes.
  WindowsOfAxes whole(std::array<std::vector<std::int64_t>, 3> index) const { return windows(index, true); }
  WindowsOfAxes computed(std::array<std::vector<std::int64_t>, 3> index) const { return windows(index, false); }

 private:
  WindowsOfAxes windows(std::array<std::vector<std::int64_t>, 3>& index, bool whole) const;
};

}  // namespace striate::fft
