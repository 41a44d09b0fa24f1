// How a window sweeps one axis, cut into bands: which source elements a band needs and which taps each target meets.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "../border.hpp"

namespace striate::depthwise {

// Tap `kernel` of a phase's target j reads packed position `offset` + j * source_step.
struct Tap {
  std::int64_t kernel;
  std::int64_t offset;
};

// Targets that meet the same taps: first, first + target_step, ...
struct Phase {
  std::int64_t first;
  std::int64_t count;
  std::vector<Tap> taps = {};  // by offset % source_step, then offset: neighbours in packed slots follow each other
};

// Indices [begin, end) of a table whose entries ascend by one.
struct Run {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

struct Band {
  std::int64_t begin;  // targets [begin, end)
  std::int64_t end;
  std::vector<std::int64_t> source = {};  // of each packed position: the source element, or `outside`
  std::int64_t low = 0;                   // source elements [low, high) are needed
  std::int64_t high = 0;
  std::vector<Phase> phases = {};

  std::int64_t size() const { return end - begin; }
};

struct Sweep {
  std::int64_t source_step = 1;
  std::int64_t target_step = 1;
  std::vector<Band> bands;

  std::int64_t packed() const;   // positions of the widest band
  std::int64_t targets() const;  // targets of the widest band
};

using Sweeps = std::array<Sweep, Problem::max_ndim>;
using Sizes = std::array<std::int64_t, Problem::max_ndim>;

Run longest_run(const std::vector<std::int64_t>& table);

// The sweep of `forward`: sources are inputs, targets are outputs.
Sweep forward_sweep(const Axis& axis, std::int64_t band);

// The sweep of `backward_data`: sources are output gradients, target x stands at x + before of the extended axis. Its
// phases are the residues of that position modulo the stride: only taps k with k * dilation of the same residue meet
// it.
Sweep adjoint_sweep(const Axis& axis, std::int64_t before, std::int64_t targets, std::int64_t band);

// Whether gradients at extended positions must be added back to the elements that the border rule copied there.
bool folds(const Axis& axis);

// Source positions of a band take about this much of the L2 cache (2 MiB where it was measured): as much again is left
// for results and staged blocks. Rows are not cut below this length.
inline constexpr std::int64_t band_bytes = 384 << 10;
inline constexpr std::int64_t shortest_row = 128;

// Sizes of a band on each axis so that source positions of `bytes` each stay within `room`.
Sizes forward_bands(const Problem& problem, std::int64_t bytes, std::int64_t room = band_bytes);
Sizes adjoint_bands(const Problem& problem, std::int64_t bytes, std::int64_t room = band_bytes);

}  // namespace striate::depthwise
