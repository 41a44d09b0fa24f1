#include "../direct/backward_data.hpp"

#include "correlate.hpp"
#include "grouped.hpp"

namespace striate::STRIATE_LEVEL::grouped {

template <typename T>
void backward_data(const Problem& problem, View<const T> grad_output, const Weight<T>& weight, View<T> grad_input,
                   ParallelFor pool) {
  const SourceTables tables = source_tables(problem);
  const bool fold = direct::folds(problem);
  std::array<direct::AxisTarget, 3> target;
  std::array<direct::Extent, 3> extents;
  for (int i = 0; i < 3; ++i) {
    const Axis& axis = problem.axis[i];
    target[i] = fold ? direct::elements_of_positions(axis, tables[i]) : direct::elements_once(axis);
    extents[i] = {target[i].total, 1, (axis.extent() - 1) / axis.stride};
  }
  const Division<T> division(problem, extents);
  Blocks cut;
  for (int i = 0; i < 3; ++i)
    cut[i] = direct::signal_blocks(problem.axis[i], target[i].first, target[i].total, division.size[i]);
  const Pitch pitch(cut);
  const std::int64_t group = division.group, width = division.width;
  const std::vector<direct::ResidueTaps> residues = direct::taps_by_residue(problem);
  std::vector<std::vector<std::int64_t>> offset;  // [residue][tap]
  for (const direct::ResidueTaps& of : residues) {
    offset.emplace_back();
    for (Tap tap : of.taps) {
      const std::int64_t at =
          cut[0].shift[tap[0]] * pitch.slice + cut[1].shift[tap[1]] * pitch.row + cut[2].shift[tap[2]];
      offset.back().push_back(at * width);
    }
  }
  const std::int64_t weights = WeightShape(problem).vector_pitch<T>();

  // Positions that fold onto the same elements belong to one task, which adds them in order.
  const std::int64_t plane = pitch.channel * width;
  const std::int64_t blocks = direct::block_count(cut), together = fold ? blocks : 1;
  const std::int64_t tasks = division.chunks * (blocks / together);
  const auto loop = [&](std::int64_t begin, std::int64_t end) {
    T* const x = scratch<T>(division.planes() * plane);
    for (std::int64_t step = begin * together; step < end * together; ++step) {
      const std::int64_t task = step / together, sample = task / tasks;
      const std::int64_t first = task % division.chunks * division.together;
      const std::int64_t count = std::min(division.together, problem.in_channels - first);
      const std::int64_t number = fold ? step % blocks : task / division.chunks % blocks;
      const BlockIndex block = direct::block_index(cut, number);
      if (fold && number == 0)
        for (std::int64_t c = first; c < first + count; ++c) direct::clear_plane(problem, grad_input, sample, c);
      pack_block(cut, block, grad_output, grad_output.plane(sample, first), count, width, T(0), x, plane);
      const auto at = [&](int i, std::int64_t position, std::int64_t residue) {
        return target[i].target[(cut[i].begin(block[i]) + position) * problem.axis[i].stride + residue];
      };
      const T* w = weight.packed + first / lanes<T> * weights;
      for (std::size_t r = 0; r < residues.size(); ++r) {
        const Tap& residue = residues[r].residue;
        correlate(cut, pitch, block, {1, 1, 1}, x, plane, count, w, weights, offset[r], group,
                  [&](std::int64_t slice, std::int64_t row, std::int64_t column, std::int64_t c, std::int64_t pixels,
                      const T* values) {
                    const std::int64_t i = at(0, slice, residue[0]), j = at(1, row, residue[1]);
                    if (i < 0 || j < 0) return;
                    const int high = static_cast<int>(std::min<std::int64_t>(count - c, lanes<T>));
                    for (std::int64_t p = 0; p < pixels; ++p) {
                      const std::int64_t k = at(2, column + p, residue[2]);
                      if (k < 0) continue;
                      T* const to = grad_input.plane(sample, first + c) + grad_input.offset(i, j, k);
                      const Vector<T> value = load(values + p * lanes<T>);
                      if (fold)
                        for (int l = 0; l < high; ++l) to[l * grad_input.stride[1]] += value[l];
                      else
                        store_pixel(value, high, grad_input.stride[1], to);
                    }
                  });
        w += std::ssize(offset[r]) * group * lanes<T>;
      }
    }
  };
  parallel_for(pool, problem.batch * tasks, direct::multiply_adds(problem) / tasks, loop);
}

template void backward_data(const Problem&, View<const float>, const Weight<float>&, View<float>, ParallelFor);
template void backward_data(const Problem&, View<const double>, const Weight<double>&, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::grouped
