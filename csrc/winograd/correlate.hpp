// A batch of tiles: transformed, multiplied and transformed back. What forward and backward_data share.
#pragma once

#include "../kernel.hpp"
#include "../matrix/tile.hpp"
#include "../scratch.hpp"
#include "../threading.hpp"
#include "scatter.hpp"

namespace striate::STRIATE_LEVEL::winograd {

// Whose sums: every group computes `to` channels from `taps` times `from` channels, the taps of the axis in front.
struct Channels {
  std::int64_t groups, from, to, taps;

  std::int64_t terms() const { return taps * from; }
};

// Of forward: of backward_data `from` and `to` are exchanged.
inline Channels channels_of(const Problem& problem, Direction direction) {
  const std::int64_t in = problem.in_channels_per_group(), out = problem.out_channels_per_group();
  return direction == Direction::forward ? Channels{problem.groups, in, out, problem.axis[0].kernel}
                                         : Channels{problem.groups, out, in, problem.axis[0].kernel};
}

// Packed weights, [group][product][panel of channels][tap][from][channel of the panel]: what one product multiplies.
template <typename T>
std::int64_t packed_product(const Channels& channels) {
  return round_to_lanes<T>(channels.to) * channels.terms();
}

// Tiles of a batch: 28 repay reading a packed weight from the third cache, 4 bytes for 28 FMAs of a lane.
inline constexpr std::int64_t batch_tiles = 2 * matrix::max_rows;

// Channels that are computed at a time: their products, 36 x 28 x 64 floats, are 258 KiB and stay in the second cache.
inline constexpr std::int64_t chunk_channels = 64;

// Products of a range of tiles with a range of channels: [product][tile][channel].
template <typename T>
struct Panels {
  T* data;
  std::int64_t row, product;  // pitches

  Panels(std::int64_t tiles, std::int64_t channels)
      : data(nullptr), row(odd_pitch<T>(channels)), product(odd_pitch<T>(tiles * row)) {}
  std::int64_t elements() const { return tile_products * product; }
  T* at(std::int64_t tile, std::int64_t channel) const { return data + tile * row + channel; }
};

// sums[p][tile][channel] = sum over terms of signal[p][tile][term] * weights[p][term][channel], for channels
// [first, last) of a group; `first` begins a panel.
template <typename T>
void multiply_products(const Panels<T>& signal, const Channels& channels, const T* weights, std::int64_t tiles,
                       std::int64_t first, std::int64_t last, const Panels<T>& sums) {
  constexpr std::int64_t panel = matrix::panel<T>;
  const std::int64_t padded = round_to_lanes<T>(channels.to), terms = channels.terms();
  std::vector<std::int64_t> run(channels.taps), signal_row(matrix::max_rows), sums_row(matrix::max_rows);
  for (std::int64_t tap = 0; tap < channels.taps; ++tap) run[tap] = tap * round_to_lanes<T>(channels.from);
  for (int m = 0; m < matrix::max_rows; ++m) signal_row[m] = m * signal.row, sums_row[m] = m * sums.row;
  const std::int64_t blocks = (tiles + matrix::max_rows - 1) / matrix::max_rows;
  for (int p = 0; p < tile_products; ++p)
    for (std::int64_t k = first; k < last; k += panel) {
      const int columns = static_cast<int>(std::min(panel, padded - k));
      const matrix::Right<T> right = {weights + (p * padded + k) * terms, columns};
      for (std::int64_t block = 0; block < blocks; ++block) {
        const std::int64_t begin = block * tiles / blocks, end = (block + 1) * tiles / blocks;
        const matrix::Left<T> left = {
            signal.at(begin, 0) + p * signal.product, signal_row.data(), run.data(), channels.taps, channels.from, 1};
        const matrix::Sums<T> out = {sums.at(begin, k - first) + p * sums.product, sums_row.data(), columns};
        matrix::tile<T>(static_cast<int>(end - begin), matrix::vectors_of<T>(columns))(left, right, out);
      }
    }
}

// Computes `to` from `from`, tile by tile. `add`: several outputs of one sample may be written to one element, so they
// are added to it, in the order of the tiles.
template <typename T>
void correlate(const Problem& problem, const Channels& channels, const Grid& grid, const View<const T>& from,
               std::int64_t height, std::int64_t width, T border, const T* packed, const Epilogue<T>& epilogue,
               const View<T>& to, bool add, ParallelFor pool) {
  const std::int64_t padded_from = round_to_lanes<T>(channels.from), sample_tiles = grid.tiles();
  const std::int64_t chunks = (channels.to + chunk_channels - 1) / chunk_channels;
  // Tiles that belong together: all of one sample if outputs are added, else of the whole call.
  const std::int64_t spans = add ? problem.batch : 1, span = problem.batch * sample_tiles / spans;
  const std::int64_t batches = (span + batch_tiles - 1) / batch_tiles, most = (span + batches - 1) / batches;
  const auto first_tile = [&](std::int64_t batch) { return batch * span / batches; };
  const std::int64_t together = add ? batches : 1;
  const std::int64_t tasks = spans * channels.groups * chunks * (batches / together);
  const std::int64_t work = tile_products * problem.batch * sample_tiles * channels.terms() * channels.to;
  parallel_for(pool, tasks, work / tasks, [&](std::int64_t begin, std::int64_t end) {
    Panels<T> signal(most, channels.taps * padded_from), sums(most, chunk_channels);
    const GatherSpace<T, tile_inputs> space(grid.row.input, grid.column.input, width, most, channels.from);
    signal.data = scratch<T>(signal.elements() + sums.elements() + space.elements + scatter_elements<T>(grid.column));
    sums.data = signal.data + signal.elements();
    Gather<T, tile_inputs> gather(from, grid.row.input, grid.column.input, height, width, border, channels.from,
                                  sums.data + sums.elements());
    Scatter<T> scatter(to, grid.row, grid.column, add, sums.data + sums.elements() + space.elements);

    std::int64_t transformed = -1;
    for (std::int64_t step = begin * together; step < end * together; ++step) {
      // Chunks follow each other, so that a thread transforms a batch once; what is added goes chunk by chunk.
      const std::int64_t chunk = add ? step / batches % chunks : step % chunks;
      const std::int64_t batch = add ? step % batches : step / chunks % batches;
      const std::int64_t group = step / chunks / batches % channels.groups;
      const std::int64_t sample = step / chunks / batches / channels.groups;  // of those that are spans
      const std::int64_t tile = sample * span + first_tile(batch), last_tile = sample * span + first_tile(batch + 1);
      const std::int64_t first = chunk * chunk_channels, last = std::min(first + chunk_channels, channels.to);
      if (const std::int64_t key = (sample * channels.groups + group) * batches + batch; key != transformed) {
        transformed = key;
        for_each_segment(grid, tile, last_tile, [&](const Segment& segment) {
          for (std::int64_t tap = 0; tap < channels.taps; ++tap)
            gather.tiles(segment, grid.slice.input[segment.slice * channels.taps + tap], group * channels.from,
                         channels.from, [&](std::int64_t t, std::int64_t c, int, const auto& read) {
                           T* at = signal.at(segment.at + t, tap * padded_from + c);
                           transform<T, Signal>(read, [&](int i, int j, Vector<T> value) {
                             store(at + (i * tile_inputs + j) * signal.product, value);
                           });
                         });
        });
      }
      multiply_products(signal, channels, packed + group * tile_products * packed_product<T>(channels),
                        last_tile - tile, first, last, sums);
      const Epilogue<T> finish = epilogue.from(group * channels.to + first);
      for_each_segment(grid, tile, last_tile, [&](const Segment& segment) {
        if (grid.slice.output[segment.slice] == outside) return;
        scatter.tiles(
            segment, grid.slice.output[segment.slice], group * channels.to + first, last - first,
            [&](std::int64_t t, std::int64_t c, int used, const auto& write) {
              const T* at = sums.at(segment.at + t, c);
              const Vector<T> bias = finish.bias ? load_part(finish.bias + c, used) : Vector<T>{};
              transform<T, Outputs>(
                  [&](int i, int j) { return load(at + (i * tile_inputs + j) * sums.product); },
                  [&](int i, int j, Vector<T> value) { write(i, j, activate(value + bias, finish.activation)); });
            });
      });
    }
  });
}

}  // namespace striate::STRIATE_LEVEL::winograd
