#include "../dense/pixels.hpp"
#include "../direct/correlate.hpp"
#include "first.hpp"
#include "weights.hpp"

namespace striate::STRIATE_LEVEL::first {
namespace {

using direct::block_index;

// How the sums are cut: parts are ranges of passes, a block of one sample each, summed into a buffer of their own, and
// the buffers are added in order. The threads do not decide the order of any sum.
struct WeightDivision {
  std::array<std::int64_t, 3> size;
  std::int64_t passes, parts, panel_chunks;

  // 512 positions repay reading and writing a register tile's sums; their gradients of a panel are 64 to 96 KiB.
  static WeightDivision of(const Problem& problem, const Panels& panels, int outputs, std::int64_t budget) {
    WeightDivision division;
    const auto extents = direct::output_extents(problem);
    division.size = direct::block_sizes(extents, problem.in_channels_per_group(), budget, 1, 512);
    auto& size = division.size;
    size[2] = (size[2] + outputs - 1) / outputs * outputs;
    for (int i = 0; i < 2; ++i)
      while (size[i] > 1 && size[0] * size[1] * size[2] > 512) size[i] = (size[i] + 1) / 2;
    division.passes = problem.batch;
    for (int i = 0; i < 3; ++i) division.passes *= (extents[i].total + size[i] - 1) / size[i];
    // Eight tasks keep a few threads busy.
    const std::int64_t wanted = (7 + panels.groups) / panels.groups;
    division.parts = std::clamp<std::int64_t>(wanted, 1, std::max<std::int64_t>(division.passes, 1));
    division.panel_chunks = std::min(panels.count, (wanted + division.parts - 1) / division.parts);
    return division;
  }
};

// Gradients of one panel for the tiles of a row through A transposed, to planes of [tile][lane].
template <typename Map, typename T>
void transform_gradients(const T* from, std::int64_t pitch, std::int64_t tiles, int vectors, T* to,
                         std::int64_t plane) {
  for (std::int64_t t = 0; t < tiles; ++t, from += Map::outputs * pitch, to += panel<T>)
    for (int v = 0; v < vectors; ++v) {
      Vector<T> grad[Map::outputs], factor[Map::planes];
#pragma GCC unroll 8
      for (int k = 0; k < Map::outputs; ++k) grad[k] = load(from + k * pitch + v * lanes<T>);
      Map::of_gradient(grad, factor);
#pragma GCC unroll 8
      for (int p = 0; p < Map::planes; ++p) store(to + p * plane + v * lanes<T>, factor[p]);
    }
}

template <typename Map, typename T>
void backward_weight_by(const Problem& problem, const View<const T>& grad_output, const View<const T>& input,
                        const View<T>& grad_weight, ParallelFor pool) {
  const Panels panels = Panels::of<T, Map>(problem);
  const Chunks chunks(problem.axis[2], Map::taps);
  const SourceTables tables = source_tables(problem);
  const std::int64_t budget = (1 << 17) / static_cast<std::int64_t>(sizeof(T)) * Map::outputs / Map::planes;
  const WeightDivision division = WeightDivision::of(problem, panels, Map::outputs, budget);
  const Blocks cut = direct::output_blocks(problem, tables, division.size);
  const Blocks tiles = tile_cut(cut, chunks, Map::outputs);
  const Pitch pitch(tiles);
  const SignalPacker<Map, T> packer(cut, pitch, problem.axis[2].stride, problem.in_channels_per_group(),
                                    static_cast<T>(problem.border_value));
  const std::vector<std::int64_t> left = term_offsets(problem, tiles, pitch, chunks);
  std::vector<std::int64_t> sum_row, iota(cut[2].size);
  for (std::int64_t t = 0; t < panels.terms; ++t) sum_row.push_back(t * panel<T>);
  for (std::int64_t u = 0; u < cut[2].size; ++u) iota[u] = u;

  const std::int64_t blocks = direct::block_count(cut);
  const std::int64_t panel_size = Map::planes * panels.plane, part_size = panels.groups * panels.count * panel_size;
  T* const sums = scratch<T>(division.parts * part_size, Scratch::call);  // [part][group][panel][plane][term][lane]
  const std::int64_t tasks = panels.groups * division.panel_chunks * division.parts;
  const std::int64_t high = (panels.terms + matrix::max_rows - 1) / matrix::max_rows;
  const std::int64_t grad_plane = cut[0].size * cut[1].size * tiles[2].size * panel<T>;
  const std::int64_t grad_row = cut[2].size * panel<T>;
  const auto work = direct::multiply_adds(problem) * problem.batch / tasks;
  parallel_for(pool, tasks, work, [&](std::int64_t begin, std::int64_t end) {
    T* const grads = scratch<T>(Map::planes * grad_plane + grad_row + packer.elements());
    T* const row = grads + Map::planes * grad_plane;
    T* const packed = row + grad_row;
    std::fill(grads, packed, T(0));  // lanes without a channel stay zero
    std::vector<std::int64_t> run;
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t part = task % division.parts, chunk = task / division.parts % division.panel_chunks;
      const std::int64_t group = task / division.parts / division.panel_chunks;
      const std::int64_t first_pass = part * division.passes / division.parts;
      for (std::int64_t pass = first_pass; pass < (part + 1) * division.passes / division.parts; ++pass) {
        const BlockIndex block = block_index(cut, pass % blocks);
        const std::int64_t sample = pass / blocks;
        const std::int64_t slices = cut[0].count(block[0]), lines = cut[1].count(block[1]);
        const std::int64_t columns = cut[2].count(block[2]), wide = (columns + Map::outputs - 1) / Map::outputs;
        packer.pack(input, sample, group * problem.in_channels_per_group(), problem.in_channels_per_group(), block,
                    packed);
        run.clear();
        for (std::int64_t a = 0; a < slices; ++a)
          for (std::int64_t b = 0; b < lines; ++b) run.push_back(a * pitch.slice + b * pitch.row);
        for (std::int64_t number = chunk * panels.count / division.panel_chunks;
             number < (chunk + 1) * panels.count / division.panel_chunks; ++number) {
          const int present = panels.columns(number, panel<T>), vectors = matrix::vectors_of<T>(present);
          const T* const corner =
              grad_output.plane(sample, group * panels.to + number * panel<T>) +
              grad_output.offset(cut[0].begin(block[0]), cut[1].begin(block[1]), cut[2].begin(block[2]));
          const bool as_it_lies = Map::planes > 1 && grad_output.stride[1] == 1 && present == vectors * lanes<T> &&
                                  columns % Map::outputs == 0;
          for (std::int64_t line = 0; line < slices * lines; ++line) {
            const T* from = corner + grad_output.offset(line / lines, line % lines, 0);
            T* const to = grads + line * wide * panel<T>;
            if (!as_it_lies)
              dense::pack_row(from, grad_output.stride[4], grad_output.stride[1], present, iota.data(), columns, T(0),
                              Map::planes == 1 ? to : row, panel<T>);
            if constexpr (Map::planes > 1) {
              std::fill(row + columns * panel<T>, row + wide * Map::outputs * panel<T>, T(0));
              transform_gradients<Map>(as_it_lies ? from : row, as_it_lies ? grad_output.stride[4] : panel<T>, wide,
                                       vectors, to, grad_plane);
            }
          }
          T* const sum = sums + part * part_size + (group * panels.count + number) * panel_size;
          for (int p = 0; p < Map::planes; ++p)
            for (std::int64_t t = 0; t < high; ++t) {
              const std::int64_t first = t * panels.terms / high, last = (t + 1) * panels.terms / high;
              matrix::tile<T>(static_cast<int>(last - first), vectors)(
                  {packed + p * packer.plane(), left.data() + first, run.data(), slices * lines, wide, 1},
                  {grads + p * grad_plane, panel<T>},
                  {sum + p * panels.plane, sum_row.data() + first, vectors * lanes<T>, pass > first_pass});
            }
        }
      }
    }
  });

  // G transposed: the taps of each term.
  constexpr auto factor = Map::tap_matrix();
  const std::int64_t row_terms = chunks.phases * chunks.count;
  parallel_for(
      pool, panels.groups * panels.count, panel_size * division.parts, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t step = begin; step < end; ++step) {
          const std::int64_t number = step % panels.count, first = step / panels.count * panels.to + number * panel<T>;
          const int present = panels.columns(number, panel<T>);
          for (std::int64_t term = 0; term < panels.terms; ++term) {
            const std::int64_t tap_row = term / row_terms, f = term % row_terms / chunks.count, j = term % chunks.count;
            const std::int64_t r = tap_row % problem.axis[1].kernel, q = tap_row / problem.axis[1].kernel;
            const std::int64_t slice = q % problem.axis[0].kernel, channel = q / problem.axis[0].kernel;
            for (int v = 0; v < present; v += lanes<T>) {
              Vector<T> tap[Map::taps] = {};
              for (int p = 0; p < Map::planes; ++p) {
                const T* from = sums + step * panel_size + p * panels.plane + term * panel<T> + v;
                Vector<T> sum = load(from);
                for (std::int64_t part = 1; part < division.parts; ++part) sum += load(from + part * part_size);
                for (int k = 0; k < Map::taps; ++k) tap[k] += static_cast<T>(factor[p][k]) * sum;
              }
              for (int k = 0; k < Map::taps; ++k) {
                const std::int64_t at = (j * Map::taps + k) * chunks.stride + f;
                for (int i = 0; at < chunks.kernel && i < std::min(present - v, lanes<T>); ++i)
                  grad_weight.plane(first + v + i, channel)[grad_weight.offset(slice, r, at)] = tap[k][i];
              }
            }
          }
        }
      });
}

}  // namespace

template <typename T>
void backward_weight(const Problem& problem, View<const T> grad_output, View<const T> input, View<T> grad_weight,
                     ParallelFor pool) {
  with_transform(problem, 5.5,
                 [&]<typename Map>(Map) { backward_weight_by<Map>(problem, grad_output, input, grad_weight, pool); });
}

template void backward_weight(const Problem&, View<const float>, View<const float>, View<float>, ParallelFor);
template void backward_weight(const Problem&, View<const double>, View<const double>, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::first
