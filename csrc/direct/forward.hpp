// The forward pass over packed blocks, for either way to sum.
#pragma once

#include "correlate.hpp"

namespace striate::STRIATE_LEVEL::direct {

template <typename T>
void store_outputs(const Piece<T>& piece, std::int64_t channels, const Epilogue<T>& epilogue, T* output,
                   const View<T>& view) {
  for (std::int64_t r = 0; r < piece.rows; ++r) {
    T* row = output + view.offset(piece.slice, piece.row + r, 0);
    const T* from = piece.data + r * piece.row_stride;
    if (view.stride[1] == 1 && view.stride[4] != 1) {
      transpose(from, piece.channel_stride, channels, piece.columns, epilogue, row, view.stride[4]);
      continue;
    }
    for (std::int64_t c = 0; c < channels; ++c, row += view.stride[1], from += piece.channel_stride) {
      const T add = epilogue.bias ? epilogue.bias[c] : T(0);
      const auto finish = [&](Vector<T> v) { return activate(v + add, epilogue.activation); };
      if (view.stride[4] == 1)
        map_row(from, piece.columns, row, finish);
      else
        for (std::int64_t k = 0; k < piece.columns; ++k) row[k * view.stride[4]] = finish(broadcast(from[k]))[0];
    }
  }
}

template <typename Sums, typename T>
void forward_by(const Problem& problem, View<const T> input, const Weight<T>& weight, const Epilogue<T>& epilogue,
                View<T> output, ParallelFor pool) {
  const Channels channels = {problem.groups, problem.in_channels_per_group(), problem.out_channels_per_group()};
  const SourceTables tables = source_tables(problem);
  const std::int64_t work = multiply_adds(problem);
  const Division division(channels, output_extents(problem), work, Sums::bytes, Sums::unit, Sums::most_columns);
  const Blocks cut = output_blocks(problem, tables, division.size);
  Sums sums(problem, cut, problem.axis[2].stride, static_cast<T>(problem.border_value), channels, division.height);
  const typename Sums::Weights weights = sums.weights(Direction::forward, weight, {{}, all_taps(problem)}, pool);

  const std::int64_t blocks = block_count(cut);
  // Of one sample.
  const std::int64_t tasks = problem.groups * division.channel_chunks * blocks;
  parallel_for(pool, problem.batch * tasks, work / tasks, [&](std::int64_t begin, std::int64_t end) {
    const Workspace<T> space = sums.workspace();
    for (std::int64_t task = begin; task < end; ++task) {
      const BlockIndex block = block_index(cut, task % blocks);
      const std::int64_t chunk = task / blocks % division.channel_chunks;
      const std::int64_t group = task / blocks / division.channel_chunks % problem.groups;
      const std::int64_t sample = task / blocks / division.channel_chunks / problem.groups;
      sums.pack(input, sample, group * channels.from, block, space);
      T* corner = output.plane(sample, group * channels.to) +
                  output.offset(cut[0].begin(block[0]), cut[1].begin(block[1]), cut[2].begin(block[2]));
      sums.correlate(block, weights, group, division.first_block(chunk), division.first_block(chunk + 1), space,
                     [&](const Piece<T>& piece) {
                       const std::int64_t count =
                           std::min<std::int64_t>(division.height, channels.to - piece.first_channel);
                       store_outputs(piece, count, epilogue.from(group * channels.to + piece.first_channel),
                                     corner + piece.first_channel * output.stride[1], output);
                     });
    }
  });
}

}  // namespace striate::STRIATE_LEVEL::direct
