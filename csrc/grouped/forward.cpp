#include "correlate.hpp"
#include "grouped.hpp"

namespace striate::STRIATE_LEVEL::grouped {

template <typename T>
void forward(const Problem& problem, View<const T> input, const Weight<T>& weight, const Epilogue<T>& epilogue,
             View<T> output, ParallelFor pool) {
  const SourceTables tables = source_tables(problem);
  const Division<T> division(problem, direct::output_extents(problem));
  Blocks cut;
  for (int i = 0; i < 3; ++i) cut[i] = window_blocks(problem.axis[i], tables[i], division.size[i]);
  const Pitch pitch(cut);
  const std::int64_t group = division.group, width = division.width;
  std::vector<std::int64_t> offset;
  for (const Tap& tap : direct::all_taps(problem)) offset.push_back(tap_offset(cut, pitch, tap) * width);
  const std::array<std::int64_t, 3> step = {problem.axis[0].stride, problem.axis[1].stride, problem.axis[2].stride};
  const std::int64_t weights = WeightShape(problem).vector_pitch<T>();

  const std::int64_t blocks = direct::block_count(cut), tasks = division.wide_blocks * blocks;
  parallel_for(
      pool, problem.batch * tasks, direct::multiply_adds(problem) / tasks, [&](std::int64_t begin, std::int64_t end) {
        T* const x = scratch<T>(pitch.channel * width);
        for (std::int64_t task = begin; task < end; ++task) {
          // Neighbouring tasks are channels of the same pixels, whose cache lines and pages lie together.
          const std::int64_t wide = task % division.wide_blocks, sample = task / tasks;
          const BlockIndex block = direct::block_index(cut, task / division.wide_blocks % blocks);
          const std::int64_t first = wide * width, count = std::min(width, problem.in_channels - first);
          pack_block(cut, block, input, input.plane(sample, first), count, width, static_cast<T>(problem.border_value),
                     x);
          const BlockIndex corner = {cut[0].begin(block[0]), cut[1].begin(block[1]), cut[2].begin(block[2])};
          for (std::int64_t c = 0; c < count; c += lanes<T>) {
            const int high = static_cast<int>(std::min<std::int64_t>(count - c, lanes<T>));
            const T* w = weight.packed + (first + c) / lanes<T> * weights;
            T* const plane = output.plane(sample, first + c);
            const Vector<T> bias = epilogue.bias ? load_part(epilogue.bias + first + c, high) : Vector<T>{};
            correlate(
                cut, pitch, block, step, x, width, w, offset, group,
                [&](std::int64_t slice, std::int64_t row, std::int64_t column, std::int64_t pixels, const T* values) {
                  T* to = plane + output.offset(corner[0] + slice, corner[1] + row, corner[2] + column);
                  for (std::int64_t p = 0; p < pixels; ++p, to += output.stride[4])
                    store_pixel(activate(load(values + p * lanes<T>) + bias, epilogue.activation), high,
                                output.stride[1], to);
                });
          }
        }
      });
}

template void forward(const Problem&, View<const float>, const Weight<float>&, const Epilogue<float>&, View<float>,
                      ParallelFor);
template void forward(const Problem&, View<const double>, const Weight<double>&, const Epilogue<double>&, View<double>,
                      ParallelFor);

}  // namespace striate::STRIATE_LEVEL::grouped
