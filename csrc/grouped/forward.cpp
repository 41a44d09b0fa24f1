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

  const std::int64_t plane = pitch.channel * width;
  const std::int64_t blocks = direct::block_count(cut), tasks = division.chunks * blocks;
  const auto loop = [&](std::int64_t begin, std::int64_t end) {
    T* const x = scratch<T>(division.planes() * plane);
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t first = task % division.chunks * division.together, sample = task / tasks;
      const std::int64_t count = std::min(division.together, problem.in_channels - first);
      const BlockIndex block = direct::block_index(cut, task / division.chunks % blocks);
      pack_block(cut, block, input, input.plane(sample, first), count, width, static_cast<T>(problem.border_value), x,
                 plane);
      T* const corner = output.plane(sample, first) +
                        output.offset(cut[0].begin(block[0]), cut[1].begin(block[1]), cut[2].begin(block[2]));
      correlate(cut, pitch, block, step, x, plane, count, weight.packed + first / lanes<T> * weights, weights, offset,
                group,
                [&](std::int64_t slice, std::int64_t row, std::int64_t column, std::int64_t c, std::int64_t pixels,
                    const T* values) {
                  const int high = static_cast<int>(std::min<std::int64_t>(count - c, lanes<T>));
                  const Vector<T> bias = epilogue.bias ? load_part(epilogue.bias + first + c, high) : Vector<T>{};
                  T* to = corner + c * output.stride[1] + output.offset(slice, row, column);
                  for (std::int64_t p = 0; p < pixels; ++p, to += output.stride[4])
                    store_pixel(activate(load(values + p * lanes<T>) + bias, epilogue.activation), high,
                                output.stride[1], to);
                });
    }
  };
  parallel_for(pool, problem.batch * tasks, direct::multiply_adds(problem) / tasks, loop);
}

template void forward(const Problem&, View<const float>, const Weight<float>&, const Epilogue<float>&, View<float>,
                      ParallelFor);
template void forward(const Problem&, View<const double>, const Weight<double>&, const Epilogue<double>&, View<double>,
                      ParallelFor);

}  // namespace striate::STRIATE_LEVEL::grouped
