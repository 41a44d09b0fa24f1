#include "../direct/correlate.hpp"
#include "first.hpp"
#include "store.hpp"
#include "weights.hpp"

namespace striate::STRIATE_LEVEL::first {
namespace {

using direct::block_index;

// The products of a register tile, and the outputs that they become: 20 KiB, in the first cache.
template <typename Map, typename T>
struct Buffers {
  T* products;  // [plane][row of the tile][lane]
  T* results;   // [position][lane]

  static constexpr int calls = 4 / Map::outputs;  // of the tile before outputs are stored
  static constexpr std::int64_t plane = matrix::max_rows * panel<T>;
  static constexpr std::int64_t elements = (Map::planes + 4) * plane;
};

// Rows of a register tile. In contiguous rows of whole vectors 12 of 14 give whole vectors too: 48 positions, 24 with
// 16 registers.
template <typename T>
int tile_rows(std::int64_t stride, std::int64_t columns) {
  return stride == 1 && columns % lanes<T> == 0 ? matrix::max_rows / 6 * 6 : matrix::max_rows;
}

// Outputs with their bias; Plain has them already.
template <typename Map, typename T>
void outputs_of(const T* products, int rows, int vectors, const T* bias, int columns, T* results) {
  for (int v = 0; v < vectors; ++v) {
    const int rest = std::min(columns - v * lanes<T>, lanes<T>);
    const Vector<T> start = bias ? load_part(bias + v * lanes<T>, rest) : Vector<T>{};
    for (int m = 0; m < rows; ++m) {
      const T* from = products + m * panel<T> + v * lanes<T>;
      T* const to = results + Map::outputs * m * panel<T> + v * lanes<T>;
      Vector<T> product[Map::planes], out[Map::outputs];
#pragma GCC unroll 8
      for (int p = 0; p < Map::planes; ++p) product[p] = load(from + p * Buffers<Map, T>::plane);
      Map::to_outputs(product, out);
#pragma GCC unroll 8
      for (int k = 0; k < Map::outputs; ++k) store(to + k * panel<T>, out[k] + start);
    }
  }
}

template <typename Map, typename T>
void forward_by(const Problem& problem, const View<const T>& input, const T* weights, const Epilogue<T>& epilogue,
                const View<T>& output, ParallelFor pool) {
  const Panels panels = Panels::of<T, Map>(problem);
  const Chunks chunks(problem.axis[2], Map::taps);
  const SourceTables tables = source_tables(problem);
  const std::int64_t work = direct::multiply_adds(problem);
  // 256 KiB of packed planes: a quarter of a common second cache.
  const std::int64_t budget = (1 << 18) / static_cast<std::int64_t>(sizeof(T)) * Map::outputs / Map::planes;
  auto size = direct::block_sizes(direct::output_extents(problem), problem.in_channels_per_group(), budget,
                                  std::clamp<std::int64_t>(work >> 21, 1, 8));
  size[2] = (size[2] + Map::outputs - 1) / Map::outputs * Map::outputs;
  const Blocks cut = direct::output_blocks(problem, tables, size), tiles = tile_cut(cut, chunks, Map::outputs);
  const Pitch pitch(tiles);
  const SignalPacker<Map, T> packer(cut, pitch, problem.axis[2].stride, problem.in_channels_per_group(),
                                    static_cast<T>(problem.border_value));
  const std::vector<std::int64_t> run = term_offsets(problem, tiles, pitch, chunks);

  // The next layer would find none of so much in a cache.
  const bool streams = problem.batch * output.stride[0] * static_cast<std::int64_t>(sizeof(T)) > (8 << 20);
  const std::int64_t blocks = direct::block_count(cut), tasks = panels.groups * blocks;
  parallel_for(pool, problem.batch * tasks, work / tasks, [&](std::int64_t begin, std::int64_t end) {
    T* const packed = scratch<T>(packer.elements() + Buffers<Map, T>::elements + 16);
    T* const products = packed + (packer.elements() + 15) / 16 * 16;
    const Buffers<Map, T> space = {products, products + Map::planes * Buffers<Map, T>::plane};
    std::int64_t left[matrix::max_rows], right[matrix::max_rows];
    for (int m = 0; m < matrix::max_rows; ++m) right[m] = m * panel<T>;
    for (std::int64_t task = begin; task < end; ++task) {
      const BlockIndex block = block_index(cut, task % blocks);
      const std::int64_t group = task / blocks % panels.groups, sample = task / blocks / panels.groups;
      packer.pack(input, sample, group * problem.in_channels_per_group(), problem.in_channels_per_group(), block,
                  packed);
      const std::int64_t rows = cut[1].count(block[1]), columns = cut[2].count(block[2]);
      const std::int64_t wide = (columns + Map::outputs - 1) / Map::outputs, all = cut[0].count(block[0]) * rows * wide;
      const std::int64_t high = tile_rows<T>(output.stride[4], columns), together = Buffers<Map, T>::calls * high;
      for (std::int64_t number = 0; number < panels.count; ++number) {
        const int present = panels.columns(number, panel<T>), vectors = matrix::vectors_of<T>(present);
        const std::int64_t channel = group * panels.to + number * panel<T>;
        const T* const weight = weights + (group * panels.count + number) * Map::planes * panels.plane;
        const T* const bias = epilogue.from(channel).bias;
        T* const corner = output.plane(sample, channel) +
                          output.offset(cut[0].begin(block[0]), cut[1].begin(block[1]), cut[2].begin(block[2]));
        for (std::int64_t begun = 0; begun < all; begun += together) {
          const std::int64_t end = std::min(begun + together, all);
          for (std::int64_t first = begun; first < end; first += high) {
            const int count = static_cast<int>(std::min(end - first, high));
            for (int m = 0; m < count; ++m) {
              const std::int64_t line = (first + m) / wide;
              left[m] = line / rows * pitch.slice + line % rows * pitch.row + (first + m) % wide;
            }
            T* const results = space.results + (first - begun) * Map::outputs * panel<T>;
            for (int p = 0; p < Map::planes; ++p)
              matrix::tile<T>(count, vectors)(
                  {packed + p * packer.plane(), left, run.data(), panels.terms, 1, 1},
                  {weight + p * panels.plane, panel<T>},
                  {Map::planes == 1 ? results : products + p * Buffers<Map, T>::plane, right,
                   Map::planes == 1 ? present : vectors * lanes<T>, false, nullptr, Map::planes == 1 ? bias : nullptr});
            if constexpr (Map::planes > 1) outputs_of<Map>(products, count, vectors, bias, present, results);
          }
          for (std::int64_t m = begun; m < end;) {
            const std::int64_t line = m / wide, column = m % wide * Map::outputs;
            const std::int64_t next = std::min((line + 1) * wide, end);
            store_row(space.results + (m - begun) * Map::outputs * panel<T>, panel<T>,
                      std::min((next - m) * Map::outputs, columns - column), present, epilogue.activation,
                      corner + output.offset(line / rows, line % rows, column), output.stride[4], output.stride[1],
                      streams);
            m = next;
          }
        }
      }
    }
    if (streams) finish_streams();
  });
}

}  // namespace

template <typename T>
void forward(const Problem& problem, View<const T> input, const Weight<T>& weight, const Epilogue<T>& epilogue,
             View<T> output, ParallelFor pool) {
  with_transform(problem, 5.5,
                 [&]<typename Map>(Map) { forward_by<Map>(problem, input, weight.packed, epilogue, output, pool); });
}

template <typename T>
std::int64_t packed_size(const Problem& problem, Direction) {
  std::int64_t size = 0;
  with_transform(problem, 5.5, [&]<typename Map>(Map) {
    const Panels panels = Panels::of<T, Map>(problem);
    size = panels.groups * panels.count * Map::planes * panels.plane;
  });
  return size;
}

template <typename T>
void pack(const Problem& problem, Direction, View<const T> weight, T* packed, ParallelFor pool) {
  with_transform(problem, 5.5, [&]<typename Map>(Map) {
    const Panels panels = Panels::of<T, Map>(problem);
    const Chunks chunks(problem.axis[2], Map::taps);
    constexpr auto factor = Map::tap_matrix();
    const std::int64_t row_terms = chunks.phases * chunks.count, rows = panels.terms / row_terms;
    const std::int64_t plane_rows = problem.axis[0].kernel * problem.axis[1].kernel;
    parallel_for(pool, panels.groups * panels.count, Map::planes * panels.plane, [&](auto begin, auto end) {
      for (std::int64_t step = begin; step < end; ++step)
        for (std::int64_t r = 0; r < rows; ++r)
          for (std::int64_t t = 0; t < row_terms; ++t)
            for (std::int64_t lane = 0; lane < panel<T>; ++lane) {
              const std::int64_t out = step % panels.count * panel<T> + lane, row = r % plane_rows;
              const std::int64_t first = t % chunks.count * Map::taps * chunks.stride + t / chunks.count;
              T sum[Map::planes] = {};
              if (out < panels.to) {
                const T* from = weight.plane(step / panels.count * panels.to + out, r / plane_rows) +
                                weight.offset(row / problem.axis[1].kernel, row % problem.axis[1].kernel, 0);
                for (int k = 0; k < Map::taps; ++k) {
                  const std::int64_t tap = first + k * chunks.stride;
                  if (tap >= chunks.kernel) break;
                  for (int p = 0; p < Map::planes; ++p)
                    sum[p] += static_cast<T>(factor[p][k]) * from[tap * weight.stride[4]];
                }
              }
              for (int p = 0; p < Map::planes; ++p)
                packed[(step * Map::planes + p) * panels.plane + (r * row_terms + t) * panel<T> + lane] = sum[p];
            }
    });
  });
}

#define STRIATE_INSTANTIATE(T)                                                                                      \
  template void forward(const Problem&, View<const T>, const Weight<T>&, const Epilogue<T>&, View<T>, ParallelFor); \
  template std::int64_t packed_size<T>(const Problem&, Direction);                                                  \
  template void pack(const Problem&, Direction, View<const T>, T*, ParallelFor);
STRIATE_INSTANTIATE(float)
STRIATE_INSTANTIATE(double)
#undef STRIATE_INSTANTIATE

}  // namespace striate::STRIATE_LEVEL::first
