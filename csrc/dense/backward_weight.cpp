#include "correlate.hpp"
#include "dense.hpp"

namespace striate::STRIATE_LEVEL::dense {
namespace {

// How the sums are cut. A pass packs some samples of one block. Parts are ranges of passes, each summed into a buffer
// of its own, and the buffers are added in order: the threads do not decide the order of any sum.
struct WeightDivision {
  Index size;
  std::int64_t samples;       // of a pass
  std::int64_t panel_chunks;  // tasks that pack the same pixels, each for some panels
  std::int64_t passes, parts;

  template <typename T>
  static WeightDivision of(const Problem& problem, const std::array<Extent, 3>& axis, const Panels<T>& panels) {
    // 448 pixels repay reading and writing a tile's sums; their gradients of a panel are 56 KiB.
    constexpr std::int64_t positions = 448;
    const std::int64_t pixels = (1 << 19) / static_cast<std::int64_t>(sizeof(T)) / pixel_pitch<T>(panels.from);
    WeightDivision division;
    division.size = block_sizes(axis, positions, pixels, 1);
    std::int64_t computed = 1, packed = 1, blocks = 1;
    for (int i = 0; i < 3; ++i) {
      computed *= division.size[i];
      packed *= axis[i].packed(division.size[i]);
      blocks *= (axis[i].total + division.size[i] - 1) / division.size[i];
    }
    division.samples = std::clamp<std::int64_t>(std::min(positions / computed, pixels / packed), 1, problem.batch);
    division.passes = (problem.batch + division.samples - 1) / division.samples * blocks;
    // Eight tasks keep a few threads busy.
    const std::int64_t wanted = (7 + panels.groups) / panels.groups;
    division.panel_chunks = std::min(panels.count, wanted);
    division.parts =
        std::clamp<std::int64_t>((wanted + division.panel_chunks - 1) / division.panel_chunks, 1, division.passes);
    return division;
  }
};

}  // namespace

template <typename T>
void backward_weight(const Problem& problem, View<const T> grad_output, View<const T> input, View<T> grad_weight,
                     ParallelFor pool) {
  const Panels<T> panels(problem, Direction::forward);
  const SourceTables tables = source_tables(problem);
  const WeightDivision division = WeightDivision::of(problem, output_extents(problem), panels);
  Blocks cut, grad_cut;  // the gradient of a block is the block's outputs
  for (int i = 0; i < 3; ++i) {
    cut[i] = output_blocks(problem.axis[i], tables[i], division.size[i]);
    grad_cut[i].length = division.size[i];
    for (std::int64_t output = 0; output < cut[i].blocks * cut[i].size; ++output)
      grad_cut[i].source.push_back(output < cut[i].total ? output : outside);
  }
  const std::int64_t pitch = pixel_pitch<T>(panels.from), terms = panels.taps * panels.from;
  const auto offset = [&](std::int64_t a, std::int64_t b, std::int64_t c) {
    return ((a * cut[1].length + b) * cut[2].length + c) * pitch;
  };
  const std::int64_t sample_pixels = offset(cut[0].length, 0, 0);
  const std::int64_t sample_grads = cut[0].size * cut[1].size * cut[2].size * panel<T>;

  std::vector<std::int64_t> left_row, sum_row, run;  // of each term, and of each row of outputs
  for (const auto& [p, q, r] : panels.phases[0].taps)
    for (std::int64_t c = 0; c < panels.from; ++c) {
      left_row.push_back(offset(cut[0].tap_at[p], cut[1].tap_at[q], cut[2].tap_at[r]) + c);
      sum_row.push_back(std::ssize(sum_row) * panel<T>);
    }
  for (std::int64_t i = 0; i < division.samples; ++i)
    for (std::int64_t a = 0; a < cut[0].size; ++a)
      for (std::int64_t b = 0; b < cut[1].size; ++b)
        run.push_back(i * sample_pixels + offset(cut[0].at[a], cut[1].at[b], 0));

  const std::int64_t blocks = block_count(cut);
  const std::int64_t part_size = panels.size();
  T* const sums = scratch<T>(division.parts * part_size, Scratch::call);  // [part][group][panel][tap][channel][lane]
  const std::int64_t tasks = panels.groups * division.panel_chunks * division.parts;
  const std::int64_t tiles = (terms + matrix::max_rows - 1) / matrix::max_rows;
  parallel_for(pool, tasks, multiply_adds(problem) * problem.batch / tasks, [&](std::int64_t begin, std::int64_t end) {
    T* const pixels = scratch<T>(division.samples * (sample_pixels + sample_grads));
    T* const grads = pixels + division.samples * sample_pixels;
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t part = task % division.parts;
      const std::int64_t chunk = task / division.parts % division.panel_chunks;
      const std::int64_t group = task / division.parts / division.panel_chunks;
      const std::int64_t first_pass = part * division.passes / division.parts;
      for (std::int64_t pass = first_pass; pass < (part + 1) * division.passes / division.parts; ++pass) {
        const Index block = block_index(cut, pass % blocks);
        const std::int64_t first_sample = pass / blocks * division.samples;
        const std::int64_t samples = std::min(division.samples, problem.batch - first_sample);
        for (std::int64_t i = 0; i < samples; ++i)
          pack_pixels(input, input.plane(first_sample + i, group * panels.from), panels.from, cut, block,
                      static_cast<T>(problem.border_value), pixels + i * sample_pixels, pitch);
        for (std::int64_t number = chunk * panels.count / division.panel_chunks;
             number < (chunk + 1) * panels.count / division.panel_chunks; ++number) {
          const int columns = static_cast<int>(std::min<std::int64_t>(panels.to - number * panel<T>, panel<T>));
          for (std::int64_t i = 0; i < samples; ++i)
            pack_pixels(grad_output, grad_output.plane(first_sample + i, group * panels.to + number * panel<T>),
                        columns, grad_cut, block, T(0), grads + i * sample_grads, panel<T>);
          T* const sum = sums + part * part_size + (group * panels.count + number) * panels.panel_size();
          for (std::int64_t t = 0; t < tiles; ++t) {
            const std::int64_t first = t * terms / tiles, last = (t + 1) * terms / tiles;
            matrix::tile<T>(static_cast<int>(last - first), matrix::vectors_of<T>(columns))(
                {pixels, left_row.data() + first, run.data(), samples * cut[0].size * cut[1].size, cut[2].size,
                 problem.axis[2].stride * pitch},
                {grads, panel<T>}, {sum, sum_row.data() + first, columns, pass > first_pass});
          }
        }
      }
    }
  });

  const std::int64_t taps = panels.taps, steps = panels.groups * panels.count;
  parallel_for(pool, steps, panels.panel_size() * division.parts, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t step = begin; step < end; ++step) {
      const T* const sum = sums + step * panels.panel_size();
      const std::int64_t first = step % panels.count * panel<T>;
      const std::int64_t count = std::min<std::int64_t>(panels.to - first, panel<T>);
      T* const to = grad_weight.plane(step / panels.count * panels.to + first, 0);
      const auto row = [&](std::int64_t c, std::int64_t tap) { return sum + (tap * panels.from + c) * panel<T>; };
      if (grad_weight.stride[1] == taps) {
        matrix::unpack_rows([&](std::int64_t j) { return row(j / taps, j % taps); }, division.parts, part_size, terms,
                            count, to, grad_weight.stride[0], 1);
        continue;
      }
      for (std::int64_t t = 0; t < taps; ++t) {
        const auto& [p, q, r] = panels.phases[0].taps[t];
        matrix::unpack_rows([&](std::int64_t j) { return row(j, t); }, division.parts, part_size, panels.from, count,
                            to + grad_weight.offset(p, q, r), grad_weight.stride[0], grad_weight.stride[1]);
      }
    }
  });
}

template void backward_weight(const Problem&, View<const float>, View<const float>, View<float>, ParallelFor);
template void backward_weight(const Problem&, View<const double>, View<const double>, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::dense
