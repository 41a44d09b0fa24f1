// The gradient of an input of few channels: vectors along rows, a few channels of the output's gradient at a time.
//
// All of one block's sums are few enough to stay in a cache, so the block need not hold every channel that is summed:
// with 64 of them in 512 KiB a block of 3x3x3 taps packs each gradient 4.5 times, with 8 of them 1.8 times.
#include "../direct/backward_data.hpp"

#include "first.hpp"
#include "weights.hpp"

namespace striate::STRIATE_LEVEL::first {
namespace {

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

// Outputs of a slice's sums, [plane] and [output] apart, for some vectors of tiles.
template <typename Map, typename T>
void outputs_of(const T* sums, std::int64_t plane, std::int64_t vectors, T* results) {
  for (std::int64_t v = 0; v < vectors; ++v, sums += lanes<T>, results += Map::outputs * lanes<T>) {
    Vector<T> product[Map::planes], out[Map::outputs];
#pragma GCC unroll 8
    for (int m = 0; m < Map::planes; ++m) product[m] = load(sums + m * plane);
    Map::to_outputs(product, out);
    store_fours<T>(out, results);
  }
}

template <typename Map, typename T>
void backward_data_by(const Problem& problem, const View<const T>& grad_output, const View<const T>& weight,
                      const View<T>& grad_input, ParallelFor pool) {
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
  // Taps of a residue stand in reverse: shift j is tap (reach - j) * stride + residue.
  const std::int64_t reach = extents[2].overlap, chunks = (reach + Map::taps) / Map::taps;
  const std::int64_t phases = problem.axis[0].stride * problem.axis[1].stride * stride;
  const std::int64_t budget = (1 << 19) / static_cast<std::int64_t>(sizeof(T)) * Map::outputs / Map::planes;
  auto size = cut_sizes(extents, together, to * phases, budget, std::clamp<std::int64_t>(work >> 21, 1, 8));
  size[2] = (size[2] + Map::outputs - 1) / Map::outputs * Map::outputs;
  Blocks cut;
  for (int i = 0; i < 3; ++i)
    cut[i] = direct::signal_blocks(problem.axis[i], plan.axis[i].first, plan.axis[i].total, size[i]);
  Blocks tiles = cut;
  tiles[2].size = cut[2].size / Map::outputs;
  tiles[2].length = tiles[2].size + chunks - 1;
  const Pitch pitch(tiles);
  const SignalPacker<Map, T> packer(cut, pitch, 1, together, T(0));
  for (std::int64_t block = 0; block < cut[2].blocks; ++block)
    for (std::int64_t residue = 0; residue < stride; ++residue)
      plan.columns.emplace_back(plan.axis[2], cut[2].begin(block), cut[2].count(block), stride, residue);

  // Terms of each residue, and weights as the tile reads them: [group][residue][plane][from][term][to].
  const std::vector<ResidueTaps> residues = direct::taps_by_residue(problem);
  std::vector<std::vector<direct::Tap>> terms;  // the third is a chunk
  std::vector<std::int64_t> first_term = {0};
  for (const ResidueTaps& of : residues) {
    std::vector<std::int64_t>& offsets = plan.weights.emplace_back();
    std::vector<direct::Tap>& list = terms.emplace_back();
    for (const direct::Tap& tap : of.taps)
      for (std::int64_t j = 0; tap[2] < stride && j < chunks; ++j) {
        list.push_back({tap[0], tap[1], j});
        offsets.push_back(cut[0].shift[tap[0]] * pitch.slice + cut[1].shift[tap[1]] * pitch.row + j);
      }
    first_term.push_back(first_term.back() + std::ssize(list));
  }
  constexpr auto factor = Map::tap_matrix();
  const std::int64_t group_weights = Map::planes * first_term.back() * from * to;
  T* const weights = scratch<T>(problem.groups * group_weights, Scratch::stage);
  parallel_for(pool, problem.groups * from, group_weights / from, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t step = begin; step < end; ++step)
      for (std::size_t phase = 0; phase < residues.size(); ++phase) {
        const std::int64_t count = std::ssize(terms[phase]), group = step / from, o = step % from;
        T* const base = weights + group * group_weights + Map::planes * first_term[phase] * from * to;
        for (std::int64_t t = 0; t < count; ++t)
          for (std::int64_t c = 0; c < to; ++c) {
            const auto& [p, q, j] = terms[phase][t];
            const T* taps = weight.plane(step, c) + weight.offset(p, q, 0);
            T sum[Map::planes] = {};
            for (int k = 0; k < Map::taps; ++k) {
              const std::int64_t tap = (reach - j * Map::taps - k) * stride + residues[phase].residue[2];
              if (tap < 0 || tap >= problem.axis[2].kernel) continue;
              for (int m = 0; m < Map::planes; ++m)
                sum[m] += static_cast<T>(factor[m][k]) * taps[tap * weight.stride[4]];
            }
            for (int m = 0; m < Map::planes; ++m) base[((m * from + o) * count + t) * to + c] = sum[m];
          }
      }
  });

  const int height = static_cast<int>(to), width = direct::width_of(height);
  const auto& tile = direct::tiles<T>(height).taps;
  const std::int64_t row = pitch.row, slice_sums = (cut[1].size * row + lanes<T> - 1) / lanes<T> * lanes<T>;
  const std::int64_t channel_sums = cut[0].size * slice_sums, plane_sums = to * channel_sums;
  const std::int64_t outputs = Map::planes == 1 ? 0 : Map::outputs * plane_sums;
  // Pieces that fold onto the same elements belong to one task, which adds them in order. `tasks` counts one sample's.
  const std::int64_t blocks = direct::block_count(cut), joined = plan.fold ? blocks : 1;
  const std::int64_t tasks = problem.groups * (blocks / joined);
  parallel_for(pool, problem.batch * tasks, work / tasks, [&](std::int64_t begin, std::int64_t end) {
    // Sums are [phase][plane][to][slice][row][tile], the outputs of one phase [to][slice][row][position].
    T* const sums = scratch<T>(phases * Map::planes * plane_sums + outputs + packer.elements());
    T* const results = sums + phases * Map::planes * plane_sums;
    T* const packed = results + outputs;
    std::fill_n(packed, packer.elements(), T(0));
    for (std::int64_t step = begin * joined; step < end * joined; ++step) {
      const BlockIndex block = direct::block_index(cut, step % blocks);
      const std::int64_t group = step / blocks % problem.groups, sample = step / blocks / problem.groups;
      const std::int64_t slices = cut[0].count(block[0]), rows = cut[1].count(block[1]);
      const std::int64_t columns = cut[2].count(block[2]), wide = (columns + Map::outputs - 1) / Map::outputs;
      const std::int64_t vectors = ((rows - 1) * row + wide + lanes<T> - 1) / lanes<T>;
      const std::int64_t parts = (vectors + width - 1) / width;
      for (std::int64_t o = 0; o < from; o += together) {
        const std::int64_t count = std::min(together, from - o);
        packer.pack(grad_output, sample, group * from + o, count, block, packed);
        for (std::int64_t phase = 0; phase < phases; ++phase) {
          const std::vector<std::int64_t>& offsets = plan.weights[phase];
          const std::int64_t of_phase = std::ssize(offsets);
          for (int m = 0; m < Map::planes; ++m) {
            const T* const w = weights + group * group_weights +
                               (Map::planes * first_term[phase] * from + (m * from + o) * of_phase) * to;
            T* const sum = sums + (phase * Map::planes + m) * plane_sums;
            for (std::int64_t a = 0; a < slices; ++a)
              for (std::int64_t part = 0; part < parts; ++part) {
                const std::int64_t first = part * vectors / parts, last = (part + 1) * vectors / parts;
                tile[last - first](packed + m * packer.plane() + a * pitch.slice + first * lanes<T>, w,
                                   {count, pitch.channel, of_phase, offsets.data()},
                                   sum + a * slice_sums + first * lanes<T>, channel_sums, o > 0);
              }
          }
        }
      }
      const BlockIndex corner = {cut[0].begin(block[0]), cut[1].begin(block[1]), cut[2].begin(block[2])};
      T* const plane = grad_input.plane(sample, group * to);
      if (plan.fold && step % blocks == 0)
        for (std::int64_t c = 0; c < to; ++c) direct::clear_plane(problem, grad_input, sample, group * to + c);
      for (std::int64_t phase = 0; phase < phases; ++phase) {
        const T* of_phase = sums + phase * Map::planes * plane_sums;
        if constexpr (Map::planes > 1) {
          for (std::int64_t at = 0; at < plane_sums; at += slice_sums)
            outputs_of<Map>(of_phase + at, plane_sums, vectors, results + Map::outputs * at);
          of_phase = results;
        }
        for (std::int64_t a = 0; a < slices; ++a)
          plan.store({of_phase + a * Map::outputs * slice_sums, Map::outputs * channel_sums, Map::outputs * row, 0, a,
                      0, rows, columns},
                     to, corner, residues[phase].residue, block[2], plane, grad_input);
      }
    }
  });
}

}  // namespace

template <typename T>
void backward_data(const Problem& problem, View<const T> grad_output, const Weight<T>& weight, View<T> grad_input,
                   ParallelFor pool) {
  with_transform(problem, 14, [&]<typename Map>(Map) {
    backward_data_by<Map>(problem, grad_output, weight.view, grad_input, pool);
  });
}

template void backward_data(const Problem&, View<const float>, const Weight<float>&, View<float>, ParallelFor);
template void backward_data(const Problem&, View<const double>, const Weight<double>&, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::first
