// One axis cut into blocks, and the packed block that a tile reads.
//
// A packed block holds, for each channel and each combination of phases, one small volume whose positions are those
// of the computed side; tap k of position u stands at u + shift[k] in the volume of phase[k]. With stride 1 there is
// one phase. So the offset of a tap is one number a block, rows follow each other at one pitch, and a run of pixels may
// cross row ends: what falls between two rows is computed and dropped.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "../border.hpp"
#include "../problem.hpp"

namespace striate::STRIATE_LEVEL::direct {

struct AxisBlocks {
  std::int64_t first = 0;  // the first position computed
  std::int64_t total = 0;  // positions computed
  std::int64_t size = 0;   // of them in a block; the last block may hold fewer
  std::int64_t blocks = 0;
  std::int64_t phases = 1;
  std::int64_t length = 0;           // packed positions a phase: size + the largest shift
  std::vector<std::int64_t> phase;   // of each tap
  std::vector<std::int64_t> shift;   // of each tap
  std::vector<std::int64_t> source;  // [block][phase][length]: an element of the packed side, or `outside`

  std::span<const std::int64_t> sources(std::int64_t block) const {
    return {source.data() + block * phases * length, static_cast<std::size_t>(phases * length)};
  }
  std::int64_t begin(std::int64_t block) const { return block * size; }
  std::int64_t count(std::int64_t block) const { return std::min(size, total - block * size); }
};

// Outputs, reading the extended signal: tap k of output i stands at i * stride + k * dilation, whose phase is its
// residue modulo the stride.
inline AxisBlocks output_blocks(const Axis& axis, std::span<const std::int64_t> table, std::int64_t size) {
  AxisBlocks cut;
  cut.total = axis.output();
  cut.size = size;
  cut.blocks = (cut.total + size - 1) / size;
  std::vector<std::int64_t> residues;
  for (std::int64_t k = 0; k < axis.kernel; ++k) {
    const std::int64_t position = k * axis.dilation;
    const auto known = std::ranges::find(residues, position % axis.stride);
    cut.phase.push_back(known - residues.begin());
    cut.shift.push_back(position / axis.stride);
    if (known == residues.end()) residues.push_back(position % axis.stride);
  }
  cut.phases = std::ssize(residues);
  cut.length = size + cut.shift.back();
  for (std::int64_t block = 0; block < cut.blocks; ++block)
    for (const std::int64_t residue : residues)
      for (std::int64_t u = 0; u < cut.length; ++u) {
        const std::int64_t position = (cut.begin(block) + u) * axis.stride + residue;
        cut.source.push_back(position < std::ssize(table) ? table[position] : outside);
      }
  return cut;
}

// Positions u of the extended signal e = u * stride + residue, for every residue at once, reading the gradient of the
// outputs: tap k meets only the residue of k * dilation, and there output u - k * dilation / stride.
inline AxisBlocks signal_blocks(const Axis& axis, std::int64_t first, std::int64_t total, std::int64_t size) {
  AxisBlocks cut;
  cut.first = first;
  cut.total = total;
  cut.size = size;
  cut.blocks = (total + size - 1) / size;
  const std::int64_t reach = (axis.kernel - 1) * axis.dilation / axis.stride;
  for (std::int64_t k = 0; k < axis.kernel; ++k) {
    cut.phase.push_back(k * axis.dilation % axis.stride);
    cut.shift.push_back(reach - k * axis.dilation / axis.stride);
  }
  cut.length = size + reach;
  for (std::int64_t block = 0; block < cut.blocks; ++block)
    for (std::int64_t u = 0; u < cut.length; ++u) {
      const std::int64_t output = first + cut.begin(block) + u - reach;
      cut.source.push_back(output >= 0 && output < axis.output() ? output : outside);
    }
  return cut;
}

// The gradients of the outputs of `output_blocks`, with nothing in what a row is longer than a block.
inline AxisBlocks gradient_blocks(const AxisBlocks& outputs, std::int64_t length) {
  AxisBlocks cut;
  cut.total = outputs.total;
  cut.size = outputs.size;
  cut.blocks = outputs.blocks;
  cut.length = length;
  for (std::int64_t block = 0; block < cut.blocks; ++block)
    for (std::int64_t u = 0; u < length; ++u)
      cut.source.push_back(u < cut.count(block) ? cut.begin(block) + u : outside);
  return cut;
}

using Blocks = std::array<AxisBlocks, Problem::max_ndim>;

inline Blocks gradient_cut(const Blocks& outputs, std::int64_t row) {
  return {gradient_blocks(outputs[0], outputs[0].size), gradient_blocks(outputs[1], outputs[1].size),
          gradient_blocks(outputs[2], row)};
}

// Distances in a packed block, in elements.
struct Pitch {
  std::int64_t row, slice, phase, channel;

  // Slices are padded to a multiple of `unit`.
  explicit Pitch(const Blocks& cut, std::int64_t unit = 1)
      : row(cut[2].length),
        slice((cut[1].length * row + unit - 1) / unit * unit),
        phase(cut[0].length * slice),
        channel(cut[0].phases * cut[1].phases * cut[2].phases * phase) {}
};

using Tap = std::array<std::int64_t, Problem::max_ndim>;

// Where a tap of position 0 stands in a packed channel.
inline std::int64_t tap_offset(const Blocks& cut, const Pitch& pitch, const Tap& tap) {
  std::int64_t phase = 0;
  for (int i = 0; i < Problem::max_ndim; ++i)
    if (cut[i].phases > 1)
      phase += cut[i].phase[tap[i]] * (i == 0 ? cut[1].phases * cut[2].phases : i == 1 ? cut[2].phases : 1);
  return phase * pitch.phase + cut[0].shift[tap[0]] * pitch.slice + cut[1].shift[tap[1]] * pitch.row +
         cut[2].shift[tap[2]];
}

// Every tap of the kernel, the last axis fastest.
inline std::vector<Tap> all_taps(const Problem& problem) {
  std::vector<Tap> taps;
  for (std::int64_t p = 0; p < problem.axis[0].kernel; ++p)
    for (std::int64_t q = 0; q < problem.axis[1].kernel; ++q)
      for (std::int64_t r = 0; r < problem.axis[2].kernel; ++r) taps.push_back({p, q, r});
  return taps;
}

// The taps that an element of the extended signal meets, by its residue modulo the strides.
struct ResidueTaps {
  Tap residue;
  std::vector<Tap> taps;
};

inline std::vector<ResidueTaps> taps_by_residue(const Problem& problem) {
  std::vector<ResidueTaps> all;
  const auto& axis = problem.axis;
  for (std::int64_t a = 0; a < axis[0].stride; ++a)
    for (std::int64_t b = 0; b < axis[1].stride; ++b)
      for (std::int64_t c = 0; c < axis[2].stride; ++c) all.push_back({{a, b, c}, {}});
  const auto phase = [&](int i, std::int64_t k) { return k * axis[i].dilation % axis[i].stride; };
  for (const Tap& tap : all_taps(problem))
    all[(phase(0, tap[0]) * axis[1].stride + phase(1, tap[1])) * axis[2].stride + phase(2, tap[2])].taps.push_back(tap);
  return all;
}

// Multiply-adds of one sample.
inline std::int64_t multiply_adds(const Problem& problem) {
  std::int64_t work = problem.out_channels * problem.in_channels_per_group();
  for (const Axis& axis : problem.axis) work *= axis.output() * axis.kernel;
  return work;
}

// Which block of each axis.
using BlockIndex = std::array<std::int64_t, Problem::max_ndim>;

inline std::int64_t block_count(const Blocks& cut) { return cut[0].blocks * cut[1].blocks * cut[2].blocks; }
inline BlockIndex block_index(const Blocks& cut, std::int64_t number) {
  return {number / (cut[2].blocks * cut[1].blocks), number / cut[2].blocks % cut[1].blocks, number % cut[2].blocks};
}

// One axis as block sizes see it.
struct Extent {
  std::int64_t total;    // positions computed
  std::int64_t stride;   // elements a position moves by, at the packed side
  std::int64_t overlap;  // elements that neighbours share
  std::int64_t packed(std::int64_t size) const { return size * stride + overlap; }
};

// The outputs, each axis reading the signal.
inline std::array<Extent, 3> output_extents(const Problem& problem) {
  std::array<Extent, 3> extents;
  for (int i = 0; i < Problem::max_ndim; ++i) {
    const Axis& axis = problem.axis[i];
    extents[i] = {axis.output(), axis.stride, std::max<std::int64_t>(axis.extent() - axis.stride, 0)};
  }
  return extents;
}

inline Blocks output_blocks(const Problem& problem, const SourceTables& tables,
                            const std::array<std::int64_t, 3>& size) {
  return {output_blocks(problem.axis[0], tables[0], size[0]), output_blocks(problem.axis[1], tables[1], size[1]),
          output_blocks(problem.axis[2], tables[2], size[2])};
}

// Block sizes whose packed `channels` keep to `elements`, as equal as they come: slices are cut first, then rows, then
// columns. At least `least_blocks`, where they stay much larger than what neighbours share.
inline std::array<std::int64_t, 3> block_sizes(const std::array<Extent, 3>& axis, std::int64_t channels,
                                               std::int64_t elements, std::int64_t least_blocks,
                                               std::int64_t most_columns = 2048) {
  std::array<std::int64_t, 3> parts = {1, 1, 1};
  const auto size = [&](int i) { return (axis[i].total + parts[i] - 1) / parts[i]; };
  const auto too_big = [&] {
    return channels * axis[0].packed(size(0)) * axis[1].packed(size(1)) * axis[2].packed(size(2)) > elements;
  };
  while (size(2) > most_columns) ++parts[2];
  while (size(0) > 1 && too_big()) ++parts[0];
  while (size(1) > 1 && too_big()) ++parts[1];
  while (size(2) > 64 && too_big()) ++parts[2];
  for (int i = 0; i < 3; ++i)
    while (parts[0] * parts[1] * parts[2] < least_blocks && size(i) * axis[i].stride > 4 * axis[i].overlap &&
           size(i) > (i == 2 ? 512 : 1))
      ++parts[i];
  return {size(0), size(1), size(2)};
}

}  // namespace striate::STRIATE_LEVEL::direct
