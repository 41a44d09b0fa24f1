#include <memory>

#include "correlate.hpp"
#include "grouped.hpp"

namespace striate::STRIATE_LEVEL::grouped {

template <typename T>
void backward_weight(const Problem& problem, View<const T> grad_output, View<const T> input, View<T> grad_weight,
                     ParallelFor pool) {
  const SourceTables tables = source_tables(problem);
  const Division<T> division(problem, direct::output_extents(problem));
  Blocks cut, grad_cut;
  for (int i = 0; i < 3; ++i) {
    cut[i] = window_blocks(problem.axis[i], tables[i], division.size[i]);
    grad_cut[i] = direct::gradient_blocks(cut[i], cut[i].size);
  }
  const Pitch pitch(cut), grad_pitch(grad_cut);
  const std::int64_t group = division.group, width = division.width;
  const std::vector<Tap> taps = direct::all_taps(problem);
  std::vector<std::int64_t> offset;
  for (const Tap& tap : taps) offset.push_back(tap_offset(cut, pitch, tap) * width);
  const Tiles<T>& tile = tiles<T>(group);

  // Parts are ranges of passes, each summed into a buffer of its own, and the buffers are added in order: the threads
  // do not decide the order of any sum.
  const std::int64_t blocks = direct::block_count(cut), passes = problem.batch * blocks;
  const std::int64_t parts = std::min((7 + division.chunks) / division.chunks, passes);
  const std::int64_t vector_size = WeightShape(problem).vector_pitch<T>();
  const std::int64_t chunk_size = division.together / lanes<T> * vector_size, part_size = division.chunks * chunk_size;
  const auto sums = std::make_unique_for_overwrite<T[]>(parts * part_size);  // [part][vector][tap][channel][lane]
  const std::int64_t tasks = division.chunks * parts;
  const std::int64_t plane = pitch.channel * width, grad_plane = grad_pitch.channel * width;
  const auto loop = [&](std::int64_t begin, std::int64_t end) {
    T* const x = scratch<T>(division.planes() * (plane + grad_plane));
    T* const grad = x + division.planes() * plane;
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t chunk = task % division.chunks, part = task / division.chunks;
      const std::int64_t first = chunk * division.together;
      const std::int64_t count = std::min(division.together, problem.in_channels - first);
      T* const sum = sums.get() + part * part_size + chunk * chunk_size;
      std::fill_n(sum, chunk_size, T(0));
      for (std::int64_t pass = part * passes / parts; pass < (part + 1) * passes / parts; ++pass) {
        const BlockIndex block = direct::block_index(cut, pass % blocks);
        const std::int64_t sample = pass / blocks;
        pack_block(cut, block, input, input.plane(sample, first), count, width, static_cast<T>(problem.border_value), x,
                   plane);
        pack_block(grad_cut, block, grad_output, grad_output.plane(sample, first), count, width, T(0), grad,
                   grad_plane);
        for (std::int64_t c = 0; c < count; c += lanes<T>)
          for (std::int64_t slice = 0; slice < cut[0].count(block[0]); ++slice)
            for (std::int64_t row = 0; row < cut[1].count(block[1]); ++row) {
              const std::int64_t corner =
                  slice * problem.axis[0].stride * pitch.slice + row * problem.axis[1].stride * pitch.row;
              const T* g =
                  grad + c / width * grad_plane + c % width + (slice * grad_pitch.slice + row * grad_pitch.row) * width;
              for (std::int64_t tap = 0; tap < std::ssize(taps); tap += tile.most_taps)
                tile.pixels[std::min<std::int64_t>(tile.most_taps, std::ssize(taps) - tap)](
                    g, width, x + c / width * plane + corner * width, offset.data() + tap,
                    problem.axis[2].stride * width, cut[2].count(block[2]),
                    sum + c / lanes<T> * vector_size + tap * group * lanes<T>);
            }
      }
    }
  };
  parallel_for(pool, tasks, direct::multiply_adds(problem) * problem.batch / tasks, loop);

  for (std::int64_t out = 0; out < problem.out_channels; ++out) {
    const T* sum = sums.get() + out / lanes<T> * vector_size + out % lanes<T>;
    for (const Tap& tap : taps)
      for (std::int64_t c = 0; c < group; ++c, sum += lanes<T>) {
        T total = 0;
        for (std::int64_t part = 0; part < parts; ++part) total += sum[part * part_size];
        grad_weight.plane(out, c)[grad_weight.offset(tap[0], tap[1], tap[2])] = total;
      }
  }
}

template void backward_weight(const Problem&, View<const float>, View<const float>, View<float>, ParallelFor);
template void backward_weight(const Problem&, View<const double>, View<const double>, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::grouped
