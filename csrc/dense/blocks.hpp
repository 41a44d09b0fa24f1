// One axis cut into blocks of computed positions, and the packed positions of the other side that they read.
//
// `forward` computes outputs and reads the extended signal, backward_data computes elements and reads the gradient of
// the outputs. Position i of a block reads packed position at[i] + tap_at[k], for each tap k of the phase of i. Pixels
// are broadcast one by one, so no order of the packed side is asked for: it is packed as it lies.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "../border.hpp"
#include "../problem.hpp"

namespace striate::STRIATE_LEVEL::dense {

using Index = std::array<std::int64_t, Problem::max_ndim>;

struct AxisBlocks {
  std::int64_t total = 0;  // positions computed
  std::int64_t size = 0;   // of them in a block; the last block may hold fewer
  std::int64_t blocks = 0;
  std::int64_t length = 0;                                // packed positions of a block
  std::int64_t phases = 1;                                // of positions: each meets its own taps
  std::vector<std::int64_t> at = {}, phase = {};          // of each position of a block
  std::vector<std::int64_t> tap_at = {}, tap_phase = {};  // of each tap
  std::vector<std::int64_t> source = {};  // [block][length]: an element of the packed side, or `outside`

  const std::int64_t* sources(std::int64_t block) const { return source.data() + block * length; }
  std::int64_t begin(std::int64_t block) const { return block * size; }
  std::int64_t count(std::int64_t block) const { return std::min(size, total - block * size); }
};

using Blocks = std::array<AxisBlocks, Problem::max_ndim>;

// Outputs: tap k of output i reads position i * stride + k * dilation of the extended signal.
inline AxisBlocks output_blocks(const Axis& axis, const std::vector<std::int64_t>& table, std::int64_t size) {
  AxisBlocks cut = {axis.output(), size, (axis.output() + size - 1) / size, (size - 1) * axis.stride + axis.extent()};
  for (std::int64_t i = 0; i < size; ++i) cut.at.push_back(i * axis.stride);
  cut.phase.assign(size, 0);
  for (std::int64_t k = 0; k < axis.kernel; ++k) cut.tap_at.push_back(k * axis.dilation);
  cut.tap_phase.assign(axis.kernel, 0);
  for (std::int64_t block = 0; block < cut.blocks; ++block)
    for (std::int64_t u = 0; u < cut.length; ++u) {
      const std::int64_t position = cut.begin(block) * axis.stride + u;
      cut.source.push_back(position < std::ssize(table) ? table[position] : outside);
    }
  return cut;
}

// Positions of the extended signal from `first` on: position e meets the taps with k * dilation of its residue modulo
// the stride, and there output (e - k * dilation) / stride. A block is a multiple of the stride.
inline AxisBlocks signal_blocks(const Axis& axis, std::int64_t first, std::int64_t total, std::int64_t size) {
  const std::int64_t reach = (axis.kernel - 1) * axis.dilation / axis.stride;
  const std::int64_t residue = (first % axis.stride + axis.stride) % axis.stride;
  AxisBlocks cut = {total, size, (total + size - 1) / size, (residue + size - 1) / axis.stride + reach + 1,
                    axis.stride};
  for (std::int64_t i = 0; i < size; ++i) {
    cut.at.push_back((residue + i) / axis.stride + reach);
    cut.phase.push_back((residue + i) % axis.stride);
  }
  for (std::int64_t k = 0; k < axis.kernel; ++k) {
    cut.tap_at.push_back(-(k * axis.dilation / axis.stride));
    cut.tap_phase.push_back(k * axis.dilation % axis.stride);
  }
  for (std::int64_t block = 0; block < cut.blocks; ++block)
    for (std::int64_t u = 0; u < cut.length; ++u) {
      const std::int64_t output = (first - residue + cut.begin(block)) / axis.stride - reach + u;
      cut.source.push_back(output >= 0 && output < axis.output() ? output : outside);
    }
  return cut;
}

inline std::int64_t block_count(const Blocks& cut) { return cut[0].blocks * cut[1].blocks * cut[2].blocks; }
inline Index block_index(const Blocks& cut, std::int64_t number) {
  return {number / (cut[2].blocks * cut[1].blocks), number / cut[2].blocks % cut[1].blocks, number % cut[2].blocks};
}
inline Index begins(const Blocks& cut, const Index& block) {
  return {cut[0].begin(block[0]), cut[1].begin(block[1]), cut[2].begin(block[2])};
}
inline Index counts(const Blocks& cut, const Index& block) {
  return {cut[0].count(block[0]), cut[1].count(block[1]), cut[2].count(block[2])};
}

// One axis as block sizes see it: a block of n positions reads n * numerator / denominator + overlap packed ones.
struct Extent {
  std::int64_t total;
  std::int64_t numerator, denominator;
  std::int64_t overlap;
  std::int64_t packed(std::int64_t size) const { return (size * numerator + denominator - 1) / denominator + overlap; }
  std::int64_t rounded(std::int64_t size) const { return (size + denominator - 1) / denominator * denominator; }
};

// The outputs, each axis reading the signal.
inline std::array<Extent, 3> output_extents(const Problem& problem) {
  std::array<Extent, 3> extents;
  for (int i = 0; i < Problem::max_ndim; ++i) {
    const Axis& axis = problem.axis[i];
    extents[i] = {axis.output(), axis.stride, 1, std::max<std::int64_t>(axis.extent() - axis.stride, 0)};
  }
  return extents;
}

// Block sizes of at most `positions` that read at most `pixels`, as equal as they come: slices are cut first, then
// rows, then columns. At least `least_blocks`, where blocks stay much larger than what neighbours share.
inline Index block_sizes(const std::array<Extent, 3>& axis, std::int64_t positions, std::int64_t pixels,
                         std::int64_t least_blocks) {
  Index parts = {1, 1, 1};
  const auto size = [&](int i) { return axis[i].rounded((axis[i].total + parts[i] - 1) / parts[i]); };
  const auto too_big = [&] {
    return axis[0].packed(size(0)) * axis[1].packed(size(1)) * axis[2].packed(size(2)) > pixels ||
           size(0) * size(1) * size(2) > positions;
  };
  constexpr std::int64_t least[] = {1, 1, 28};  // columns of two tiles
  for (int i = 0; i < 3; ++i)
    while (size(i) > std::max(least[i], axis[i].denominator) && too_big()) ++parts[i];
  for (int i = 0; i < 3; ++i)
    while (parts[0] * parts[1] * parts[2] < least_blocks && axis[i].packed(size(i)) > 4 * axis[i].overlap &&
           size(0) * size(1) * size(2) >= 56 && size(i) > std::max(least[i], axis[i].denominator))
      ++parts[i];
  return {size(0), size(1), size(2)};
}

// Multiply-adds of one sample.
inline std::int64_t multiply_adds(const Problem& problem) {
  std::int64_t work = problem.out_channels * problem.in_channels_per_group();
  for (const Axis& axis : problem.axis) work *= axis.output() * axis.kernel;
  return work;
}

}  // namespace striate::STRIATE_LEVEL::dense
