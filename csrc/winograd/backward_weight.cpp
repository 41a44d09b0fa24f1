#include "correlate.hpp"
#include "winograd.hpp"

namespace striate::STRIATE_LEVEL::winograd {
namespace {

// Sums are computed in blocks of out x in channels: 36 of 64 x 64 floats are 576 KiB and stay in the second cache.
constexpr std::int64_t block_out = 64, block_in = 64;

// How the sums are cut. A part is a range of tiles whose sums are kept apart and added in order: the threads do not
// decide the order of any sum. A part's tiles pass by in batches; each task computes some output channels.
struct WeightDivision {
  std::int64_t chunks, parts, batches;

  static constexpr std::int64_t chunk_out = 16;

  WeightDivision(const Problem& problem, std::int64_t tiles)
      : chunks((problem.out_channels_per_group() + chunk_out - 1) / chunk_out) {
    const std::int64_t out = problem.out_channels_per_group();
    // Sums are read and written again for every batch, 8 bytes for as many FMAs of a lane as it has tiles. Those of
    // more than 256 x 256 channels, 9 MiB, come from memory: twice as many tiles take 7 % less time at 512 x 512.
    const std::int64_t batch_tiles = out * problem.in_channels_per_group() > (1 << 16) ? 224 : 112;
    // Every task of a part transforms the same input, so few output channels are worth parts of their own.
    const std::int64_t owners = problem.groups * ((out + 31) / 32);
    parts = std::clamp<std::int64_t>((7 + owners) / owners, 1, (tiles + batch_tiles - 1) / batch_tiles);
    const std::int64_t most = (tiles + parts - 1) / parts;
    batches = (most + batch_tiles - 1) / batch_tiles;
  }
};

// Sums of one part and group, [block of in channels][product][out channel][in channel of the block]; with one batch and
// part they need not be kept, and one block serves all.
struct SumsLayout {
  std::int64_t product, block;  // pitches

  template <typename T>
  static SumsLayout of(std::int64_t out_channels) {
    const std::int64_t product = odd_pitch<T>(out_channels * block_in);
    return {product, tile_products * product};
  }
};

// The tile's nine values for `used` neighbouring input channels, a vector each, to the weight's gradient.
template <typename T>
void scatter_taps(const T* taps, const View<T>& weight, T* to, int used) {
  constexpr int n = lanes<T>;
  const std::int64_t row = weight.stride[3], column = weight.stride[4];
  if (weight.stride[1] == 1) {
    for (int i = 0; i < kernel_taps; ++i)
      for (int j = 0; j < kernel_taps; ++j, taps += n) store_part(to + i * row + j * column, load(taps), used);
    return;
  }
  constexpr int count = kernel_taps * kernel_taps;
  if constexpr (n >= count) {
    if (column == 1 && row == kernel_taps && weight.stride[1] == count) {
      // Channels of nine elements follow each other: whole vectors are stored, each over what the one before has too
      // much. Stores of nine lanes take three times as long.
      Vector<T> channel[n];
#pragma GCC unroll 16
      for (int t = 0; t < n; ++t) channel[t] = t < count ? load(taps + t * n) : Vector<T>{};
      transpose_square(channel);
#pragma GCC unroll 16
      for (int l = 0; l < n; ++l) {
        if (l < used - 1)
          store(to + l * count, channel[l]);
        else if (l == used - 1)
          store_part(to + l * count, channel[l], count);
      }
      return;
    }
  }
  LanePointers<T> lane;
  for (int l = 0; l < n; ++l) lane[l] = to + std::min(l, used - 1) * weight.stride[1];
  for (int i = 0; i < kernel_taps; ++i, taps += kernel_taps * n) {
    scatter_lanes<T>(taps, kernel_taps, lane, used, column);
    for (T*& pointer : lane) pointer += row;
  }
}

// sums[p][out][in] += sum over tiles of gradient[p][tile][out] * signal[p][tile][in].
template <typename T>
void multiply_block(const Panels<T>& gradient, std::int64_t out, std::int64_t out_count, const Panels<T>& signal,
                    std::int64_t in, std::int64_t in_count, std::int64_t tiles, T* sums, std::int64_t product,
                    bool add) {
  std::int64_t gradient_row[matrix::max_rows], sums_row[matrix::max_rows];
  for (int m = 0; m < matrix::max_rows; ++m) gradient_row[m] = m, sums_row[m] = m * block_in;
  const std::int64_t run = 0, blocks = (out_count + matrix::max_rows - 1) / matrix::max_rows;
  for (int p = 0; p < tile_products; ++p)
    for (std::int64_t k = 0; k < in_count; k += matrix::panel<T>) {
      const int columns = static_cast<int>(std::min<std::int64_t>(matrix::panel<T>, in_count - k));
      const matrix::Right<T> right = {signal.at(0, in + k) + p * signal.product, signal.row};
      for (std::int64_t block = 0; block < blocks; ++block) {
        const std::int64_t begin = block * out_count / blocks, end = (block + 1) * out_count / blocks;
        const matrix::Left<T> left = {
            gradient.at(0, out + begin) + p * gradient.product, gradient_row, &run, 1, tiles, gradient.row};
        const matrix::Sums<T> to = {sums + p * product + begin * block_in + k, sums_row, columns, add};
        matrix::tile<T>(static_cast<int>(end - begin), matrix::vectors_of<T>(columns))(left, right, to);
      }
    }
}

// What is the same for every task.
template <typename T>
struct WeightSums {
  const Problem& problem;
  const View<T>& grad_weight;
  WeightDivision division;
  std::int64_t in_channels = problem.in_channels_per_group(), out_channels = problem.out_channels_per_group();
  std::int64_t padded_in = round_to_lanes<T>(in_channels), terms = problem.axis[0].kernel * padded_in;
  std::int64_t in_blocks = (terms + block_in - 1) / block_in;

  // Adds the parts of one block's sums, for `count` output channels, and transforms them to the weight's gradient.
  // `sums` is the first part's, of output channel `out` of the group.
  void finish(const T* sums, std::int64_t product, std::int64_t part_pitch, std::int64_t group, std::int64_t out,
              std::int64_t count, std::int64_t in_block) const {
    constexpr int n = lanes<T>;
    T taps[kernel_taps * kernel_taps * n];
    const std::int64_t begin = in_block * block_in, end = std::min(begin + block_in, terms);
    for (std::int64_t k = 0; k < count; ++k)
      for (std::int64_t term = begin; term < end; term += n) {
        const T* at = sums + k * block_in + term - begin;
        transform<T, TapGradients>(
            [&](int i, int j) {
              const T* part = at + (i * tile_inputs + j) * product;
              Vector<T> total = load(part);
              for (std::int64_t p = 1; p < division.parts; ++p) total += load(part + p * part_pitch);
              return total;
            },
            [&](int i, int j, Vector<T> value) { store(taps + (i * kernel_taps + j) * n, value); });
        const std::int64_t channel = term % padded_in;
        scatter_taps(
            taps, grad_weight,
            grad_weight.plane(group * out_channels + out + k, channel) + grad_weight.offset(term / padded_in, 0, 0),
            static_cast<int>(std::min<std::int64_t>(in_channels - channel, n)));
      }
  }
};

}  // namespace

template <typename T>
void backward_weight(const Problem& problem, View<const T> grad_output, View<const T> input, View<T> grad_weight,
                     ParallelFor pool) {
  const Grid grid = forward_grid(problem);
  const std::int64_t tiles = problem.batch * grid.tiles(), groups = problem.groups;
  const WeightSums<T> plan = {problem, grad_weight, WeightDivision(problem, tiles)};
  const WeightDivision& division = plan.division;
  const std::int64_t parts = division.parts, batches = division.batches, chunks = division.chunks;
  const std::int64_t out_channels = plan.out_channels;
  const auto first_tile = [&](std::int64_t part, std::int64_t batch) {
    const std::int64_t begin = part * tiles / parts, end = (part + 1) * tiles / parts;
    return begin + batch * (end - begin) / batches;
  };
  const auto first_out = [&](std::int64_t chunk) { return chunk * out_channels / chunks; };

  const bool kept = parts > 1 || batches > 1;
  const SumsLayout layout = SumsLayout::of<T>(kept ? out_channels : block_out);
  const std::int64_t group_sums = plan.in_blocks * layout.block, part_sums = groups * group_sums;
  T* const all_sums = kept ? scratch<T>(parts * part_sums, Scratch::call) : nullptr;

  const std::int64_t tasks = groups * parts * chunks;
  const std::int64_t work = tile_products * tiles * plan.terms * problem.out_channels;
  parallel_for(pool, tasks, work / tasks, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t most = (tiles + parts * batches - 1) / (parts * batches) + 1;
    const std::int64_t most_out = std::min((end - begin) * WeightDivision::chunk_out, out_channels);
    Panels<T> signal(most, plan.terms), gradient(most, round_to_lanes<T>(most_out));
    const GatherSpace<T, tile_inputs> signal_space(grid.row.input, grid.column.input, problem.axis[2].input, most,
                                                   plan.in_channels);
    const GatherSpace<T, tile_outputs> gradient_space(grid.row.output, grid.column.output, problem.axis[2].output(),
                                                      most, most_out);
    T* const memory = scratch<T>(signal.elements() + gradient.elements() + signal_space.elements +
                                 gradient_space.elements + (kept ? 0 : layout.block));
    signal.data = memory;
    gradient.data = signal.data + signal.elements();
    T* const stage = gradient.data + gradient.elements();
    T* const block_sums = stage + signal_space.elements + gradient_space.elements;
    Gather<T, tile_inputs> gather_signal(input, grid.row.input, grid.column.input, problem.axis[1].input,
                                         problem.axis[2].input, static_cast<T>(problem.border_value), plan.in_channels,
                                         stage);
    Gather<T, tile_outputs> gather_gradient(grad_output, grid.row.output, grid.column.output, problem.axis[1].output(),
                                            problem.axis[2].output(), T(0), most_out, stage + signal_space.elements);

    for (std::int64_t task = begin; task < end;) {  // chunks of one part are taken together
      const std::int64_t chunk = task % chunks, last_chunk = std::min(chunk + end - task, chunks);
      const std::int64_t part = task / chunks % parts, group = task / chunks / parts;
      const std::int64_t out = first_out(chunk), last_out = first_out(last_chunk);
      task += last_chunk - chunk;
      for (std::int64_t batch = 0; batch < batches; ++batch) {
        const std::int64_t tile = first_tile(part, batch), count = first_tile(part, batch + 1) - tile;
        for_each_segment(grid, tile, tile + count, [&](const Segment& segment) {
          for (std::int64_t tap = 0; tap < grid.slice.taps; ++tap)
            gather_signal.tiles(segment, grid.slice.input[segment.slice * grid.slice.taps + tap],
                                group * plan.in_channels, plan.in_channels,
                                [&](std::int64_t t, std::int64_t c, int, const auto& read) {
                                  T* at = signal.at(segment.at + t, tap * plan.padded_in + c);
                                  transform<T, Signal>(read, [&](int i, int j, Vector<T> value) {
                                    store(at + (i * tile_inputs + j) * signal.product, value);
                                  });
                                });
          gather_gradient.tiles(segment, grid.slice.output[segment.slice], group * out_channels + out, last_out - out,
                                [&](std::int64_t t, std::int64_t c, int, const auto& read) {
                                  T* at = gradient.at(segment.at + t, c);
                                  transform<T, Gradient>(read, [&](int i, int j, Vector<T> value) {
                                    store(at + (i * tile_inputs + j) * gradient.product, value);
                                  });
                                });
        });
        for (std::int64_t k = out; k < last_out; k += block_out)
          for (std::int64_t block = 0; block < plan.in_blocks; ++block) {
            const std::int64_t count_out = std::min(block_out, last_out - k);
            const std::int64_t in = block * block_in, count_in = std::min(block_in, plan.terms - in);
            T* const sums = kept
                                ? all_sums + part * part_sums + group * group_sums + block * layout.block + k * block_in
                                : block_sums;
            multiply_block(gradient, k - out, count_out, signal, in, count_in, count, sums, layout.product, batch > 0);
            if (parts == 1 && batch == batches - 1) plan.finish(sums, layout.product, 0, group, k, count_out, block);
          }
      }
    }
  });
  if (parts == 1) return;

  parallel_for(pool, groups * out_channels, parts * tile_products * plan.terms,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t out = begin; out < end; ++out)
                   for (std::int64_t block = 0; block < plan.in_blocks; ++block) {
                     const std::int64_t group = out / out_channels, k = out % out_channels;
                     plan.finish(all_sums + group * group_sums + block * layout.block + k * block_in, layout.product,
                                 part_sums, group, k, 1, block);
                   }
               });
}

template void backward_weight(const Problem&, View<const float>, View<const float>, View<float>, ParallelFor);
template void backward_weight(const Problem&, View<const double>, View<const double>, View<double>, ParallelFor);

}  // namespace striate::STRIATE_LEVEL::winograd
