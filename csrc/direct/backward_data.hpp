// The gradient of the input over packed blocks of the output's gradient, for either way to sum.
#pragma once

#include "correlate.hpp"

namespace striate::STRIATE_LEVEL::direct {

inline std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0); }

// Where the gradients of one axis go: position u of residue r is for element target[u * stride + r], counted from the
// first position computed. A rule that copies elements outwards gives several positions the same target.
struct AxisTarget {
  std::int64_t first, total;  // positions u
  std::vector<std::int64_t> target;
};

inline AxisTarget elements_once(const Axis& axis) {
  AxisTarget to;
  to.first = floor_divide(axis.before, axis.stride);
  to.total = floor_divide(axis.before + axis.input - 1, axis.stride) + 1 - to.first;
  for (std::int64_t e = 0; e < to.total * axis.stride; ++e) {
    const std::int64_t element = e + to.first * axis.stride - axis.before;
    to.target.push_back(element >= 0 && element < axis.input ? element : outside);
  }
  return to;
}

inline AxisTarget elements_of_positions(const Axis& axis, std::span<const std::int64_t> table) {
  AxisTarget to = {0, (std::ssize(table) + axis.stride - 1) / axis.stride, {table.begin(), table.end()}};
  to.target.resize(to.total * axis.stride, outside);
  return to;
}

// Whether a border copies elements outwards, so that their gradients have to be folded back.
inline bool folds(const Problem& problem) {
  for (const Axis& axis : problem.axis)
    if (axis.border != Border::constant && (axis.before > 0 || axis.after > 0)) return true;
  return false;
}

// The targets of one residue of the last axis, for the positions of one block.
struct Targets {
  std::vector<std::int64_t> list;
  RowIndex row;

  Targets(const AxisTarget& axis, std::int64_t begin, std::int64_t count, std::int64_t stride, std::int64_t residue)
      : list(pick(axis, begin, count, stride, residue)), row(list, stride) {}

  static std::vector<std::int64_t> pick(const AxisTarget& axis, std::int64_t begin, std::int64_t count,
                                        std::int64_t stride, std::int64_t residue) {
    std::vector<std::int64_t> list(count);
    for (std::int64_t u = 0; u < count; ++u) list[u] = axis.target[(begin + u) * stride + residue];
    return list;
  }
};

template <typename T>
void clear_plane(const Problem& problem, const View<T>& grad, std::int64_t sample, std::int64_t channel) {
  T* plane = grad.plane(sample, channel);
  for (std::int64_t i = 0; i < problem.axis[0].input; ++i)
    for (std::int64_t j = 0; j < problem.axis[1].input; ++j)
      for (std::int64_t k = 0; k < problem.axis[2].input; ++k) plane[grad.offset(i, j, k)] = T(0);
}

// What is the same for every task.
template <typename T, typename Weights>
struct Plan {
  const Problem& problem;
  std::array<AxisTarget, 3> axis;
  bool fold;
  std::vector<Weights> weights;  // [residue of each axis]
  std::vector<Targets> columns;  // [block of the last axis][residue]

  void store(const Piece<T>& piece, std::int64_t channels, const BlockIndex& first, const Tap& residue,
             std::int64_t column_block, T* grad, const View<T>& view) const {
    const RowIndex& row = columns[column_block * problem.axis[2].stride + residue[2]].row;
    const std::int64_t slice = axis[0].target[(first[0] + piece.slice) * problem.axis[0].stride + residue[0]];
    if (slice < 0) return;
    for (std::int64_t r = 0; r < piece.rows; ++r) {
      const std::int64_t line = axis[1].target[(first[1] + piece.row + r) * problem.axis[1].stride + residue[1]];
      if (line < 0) continue;
      T* to = grad + view.offset(slice, line, 0);
      const T* from = piece.data + r * piece.row_stride;
      if (fold)
        row.scatter_add(from, piece.channel_stride, channels, view.stride[4], view.stride[1], to);
      else
        row.scatter(from, piece.channel_stride, channels, view.stride[4], view.stride[1], to);
    }
  }
};

template <typename Sums, typename T>
void backward_data_by(const Problem& problem, View<const T> grad_output, const Weight<T>& weight, View<T> grad_input,
                      ParallelFor pool) {
  const Channels channels = {problem.groups, problem.out_channels_per_group(), problem.in_channels_per_group()};
  Plan<T, typename Sums::Weights> plan = {problem, {}, folds(problem), {}, {}};
  const SourceTables tables = source_tables(problem);
  std::array<Extent, 3> extents;
  const std::int64_t work = multiply_adds(problem);
  for (int i = 0; i < 3; ++i) {
    const Axis& axis = problem.axis[i];
    plan.axis[i] = plan.fold ? elements_of_positions(axis, tables[i]) : elements_once(axis);
    extents[i] = {plan.axis[i].total, 1, (axis.extent() - 1) / axis.stride};
  }
  const Division division(channels, extents, work, Sums::bytes, Sums::unit, Sums::most_columns);
  Blocks cut;
  for (int i = 0; i < 3; ++i)
    cut[i] = signal_blocks(problem.axis[i], plan.axis[i].first, plan.axis[i].total, division.size[i]);
  Sums sums(problem, cut, 1, T(0), channels, division.height);
  const std::vector<ResidueTaps> residues = taps_by_residue(problem);
  for (const ResidueTaps& of : residues)
    plan.weights.push_back(sums.weights(Direction::backward_data, weight, of, pool));
  const std::int64_t stride = problem.axis[2].stride;
  for (std::int64_t block = 0; block < cut[2].blocks; ++block)
    for (std::int64_t residue = 0; residue < stride; ++residue)
      plan.columns.emplace_back(plan.axis[2], cut[2].begin(block), cut[2].count(block), stride, residue);

  // Pieces that fold onto the same elements belong to one task, which adds them in order. `tasks` counts one sample's.
  const std::int64_t blocks = block_count(cut);
  const std::int64_t together = plan.fold ? blocks : 1;
  const std::int64_t tasks = problem.groups * division.channel_chunks * (blocks / together);
  parallel_for(pool, problem.batch * tasks, work / tasks, [&](std::int64_t begin, std::int64_t end) {
    const Workspace<T> space = sums.workspace();
    for (std::int64_t step = begin * together; step < end * together; ++step) {
      const BlockIndex block = block_index(cut, step % blocks);
      const std::int64_t chunk = step / blocks % division.channel_chunks;
      const std::int64_t group = step / blocks / division.channel_chunks % problem.groups;
      const std::int64_t sample = step / blocks / division.channel_chunks / problem.groups;
      const std::int64_t first = division.first_block(chunk), last = division.first_block(chunk + 1);
      if (plan.fold && step % blocks == 0)
        for (std::int64_t c = first * division.height; c < std::min(last * division.height, channels.to); ++c)
          clear_plane(problem, grad_input, sample, group * channels.to + c);
      sums.pack(grad_output, sample, group * channels.from, block, space);
      const BlockIndex corner = {cut[0].begin(block[0]), cut[1].begin(block[1]), cut[2].begin(block[2])};
      for (std::size_t phase = 0; phase < residues.size(); ++phase)
        sums.correlate(block, plan.weights[phase], group, first, last, space, [&](const Piece<T>& piece) {
          plan.store(piece, std::min<std::int64_t>(division.height, channels.to - piece.first_channel), corner,
                     residues[phase].residue, block[2],
                     grad_input.plane(sample, group * channels.to + piece.first_channel), grad_input);
        });
    }
  });
}

}  // namespace striate::STRIATE_LEVEL::direct
