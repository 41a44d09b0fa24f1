// The gradient of an input of few channels: the sums of ../direct, a few channels of the gradient at a time.
//
// All of one block's sums are few enough to stay in a cache, so the block need not hold every channel that is summed:
// with 64 of them in 512 KiB a block of 3x3x3 taps packs each gradient 4.5 times, with 8 twice.
#include "../direct/backward_data.hpp"

#include "first.hpp"

namespace striate::STRIATE_LEVEL::first {
namespace {

using direct::AxisTarget;
using direct::BlockIndex;
using direct::Blocks;
using direct::Pitch;
using direct::ResidueTaps;

// Block sizes: slices and rows as equal as they come, then columns, until `together` packed channels and the sums of
// `computed` channels fit, and a sample makes a few tasks.
std::array<std::int64_t, 3> cut_sizes(const std::array<direct::Extent, 3>& axis, std::int64_t together,
                                      std::int64_t computed, std::int64_t elements, std::int64_t least_blocks) {
  std::array<std::int64_t, 3> parts = {1, 1, 1};
  const auto size = [&](int i) { return (axis[i].total + parts[i] - 1) / parts[i]; };
  const auto too_big = [&] {
    std::int64_t packed = together, sums = computed;
    for (int i = 0; i < 3; ++i) packed *= axis[i].packed(size(i)), sums *= axis[i].packed(size(i));
    return std::max(packed, sums) > elements;
  };
  while (size(2) > 2048) ++parts[2];
  while (size(0) * size(1) > 1 && (too_big() || parts[0] * parts[1] * parts[2] < least_blocks)) {
    const int larger = size(0) - axis[0].overlap > size(1) - axis[1].overlap ? 0 : 1;
    ++parts[size(larger) > 1 ? larger : 1 - larger];
    if (!too_big() && size(larger) <= 4 * axis[larger].overlap) break;
  }
  while (size(2) > 64 && too_big()) ++parts[2];
  return {size(0), size(1), size(2)};
}

}  // namespace

template <typename T>
void backward_data(const Problem& problem, View<const T> grad_output, const Weight<T>& weight, View<T> grad_input,
                   ParallelFor pool) {
  const std::int64_t from = problem.out_channels_per_group(), to = problem.in_channels_per_group();
  const std::int64_t stride = problem.axis[2].stride, work = direct::multiply_adds(problem);
  // Of channels_last a whole cache line.
  const std::int64_t together = std::min<std::int64_t>(from, grad_output.stride[1] == 1 ? 16 : 8);
  direct::Plan<T, std::vector<std::int64_t>> plan = {problem, {}, direct::folds(problem), {}, {}};
  const SourceTables tables = source_tables(problem);
  std::array<direct::Extent, 3> extents;
  for (int i = 0; i < 3; ++i) {
    const Axis& axis = problem.axis[i];
    plan.axis[i] = plan.fold ? direct::elements_of_positions(axis, tables[i]) : direct::elements_once(axis);
    extents[i] = {plan.axis[i].total, 1, (axis.extent() - 1) / axis.stride};
  }
  const std::int64_t phases = problem.axis[0].stride * problem.axis[1].stride * stride;
  const auto size =
      cut_sizes(extents, together, to * phases, (1 << 19) / sizeof(T), std::clamp<std::int64_t>(work >> 21, 1, 8));
  Blocks cut;
  for (int i = 0; i < 3; ++i)
    cut[i] = direct::signal_blocks(problem.axis[i], plan.axis[i].first, plan.axis[i].total, size[i]);
  const Pitch pitch(cut);
  const direct::Packer<T> packer(cut, pitch, 1, T(0));
  for (std::int64_t block = 0; block < cut[2].blocks; ++block)
    for (std::int64_t residue = 0; residue < stride; ++residue)
      plan.columns.emplace_back(plan.axis[2], cut[2].begin(block), cut[2].count(block), stride, residue);

  // Taps of each residue, and weights as the tile reads them: [group][residue][from][tap][to].
  const std::vector<ResidueTaps> residues = direct::taps_by_residue(problem);
  std::vector<std::int64_t> first_tap = {0};
  for (const ResidueTaps& of : residues) {
    std::vector<std::int64_t>& offsets = plan.weights.emplace_back();
    for (const direct::Tap& tap : of.taps) offsets.push_back(direct::tap_offset(cut, pitch, tap));
    first_tap.push_back(first_tap.back() + std::ssize(of.taps));
  }
  const std::int64_t group_weights = first_tap.back() * from * to;
  T* const weights = scratch<T>(problem.groups * group_weights, Scratch::stage);
  parallel_for(pool, problem.groups, group_weights, [&](std::int64_t begin, std::int64_t end) {
    T* at = weights + begin * group_weights;
    for (std::int64_t group = begin; group < end; ++group)
      for (const ResidueTaps& of : residues)
        for (std::int64_t o = 0; o < from; ++o)
          for (const auto& [p, q, r] : of.taps)
            for (std::int64_t c = 0; c < to; ++c)
              *at++ = weight.view.plane(group * from + o, c)[weight.view.offset(p, q, r)];
  });

  const int height = static_cast<int>(to), width = direct::width_of(height);
  const auto& tile = direct::tiles<T>(height).taps;
  const std::int64_t row = pitch.row, slice_sums = (cut[1].size * row + lanes<T> - 1) / lanes<T> * lanes<T>;
  const std::int64_t channel_sums = cut[0].size * slice_sums, packed_elements = together * pitch.channel;
  // Pieces that fold onto the same elements belong to one task, which adds them in order. `tasks` counts one sample's.
  const std::int64_t blocks = direct::block_count(cut), joined = plan.fold ? blocks : 1;
  const std::int64_t tasks = problem.groups * (blocks / joined);
  parallel_for(pool, problem.batch * tasks, work / tasks, [&](std::int64_t begin, std::int64_t end) {
    T* const sums = scratch<T>(phases * to * channel_sums + packed_elements + 2 * lanes<T>);  // [phase][to][slice][row]
    T* const packed = sums + phases * to * channel_sums;
    std::fill_n(packed + packed_elements, 2 * lanes<T>, T(0));
    for (std::int64_t step = begin * joined; step < end * joined; ++step) {
      const BlockIndex block = direct::block_index(cut, step % blocks);
      const std::int64_t group = step / blocks % problem.groups, sample = step / blocks / problem.groups;
      const std::int64_t slices = cut[0].count(block[0]), rows = cut[1].count(block[1]);
      const std::int64_t columns = cut[2].count(block[2]);
      const std::int64_t vectors = ((rows - 1) * row + columns + lanes<T> - 1) / lanes<T>;
      const std::int64_t parts = (vectors + width - 1) / width;
      for (std::int64_t o = 0; o < from; o += together) {
        const std::int64_t count = std::min(together, from - o);
        packer.pack(grad_output, sample, group * from + o, count, block, packed, pitch.channel);
        for (std::int64_t phase = 0; phase < phases; ++phase) {
          const std::vector<std::int64_t>& offsets = plan.weights[phase];
          const std::int64_t taps = std::ssize(offsets);
          const T* const w = weights + group * group_weights + (first_tap[phase] * from + o * taps) * to;
          for (std::int64_t a = 0; a < slices; ++a)
            for (std::int64_t part = 0; part < parts; ++part) {
              const std::int64_t first = part * vectors / parts, last = (part + 1) * vectors / parts;
              tile[last - first](packed + a * pitch.slice + first * lanes<T>, w,
                                 {count, pitch.channel, taps, offsets.data()},
                                 sums + phase * to * channel_sums + a * slice_sums + first * lanes<T>, channel_sums,
                                 o > 0);
            }
        }
      }
      const BlockIndex corner = {cut[0].begin(block[0]), cut[1].begin(block[1]), cut[2].begin(block[2])};
      T* const plane = grad_input.plane(sample, group * to);
      if (plan.fold && step % blocks == 0)
        for (std::int64_t c = 0; c < to; ++c) direct::clear_plane(problem, grad_input, sample, group * to + c);
      for (std::int64_t phase = 0; phase < phases; ++phase)
        for (std::int64_t a = 0; a < slices; ++a)
          plan.store({sums + phase * to * channel_sums + a * slice_sums, channel_sums, row, 0, a, 0, rows, columns}, to,
                     corner, residues[phase].residue, block[2], plane, grad_input);
    }
  });
}

template void backward_data(const Problem&, View<const float>, const Weight<float>&, View<float>, ParallelFor);
template void backward_data(const Problem&, View<const double>, const Weight<double>&, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::first
