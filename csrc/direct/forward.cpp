#include "correlate.hpp"
#include "direct.hpp"

namespace striate::STRIATE_LEVEL::direct {
namespace {

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

}  // namespace

template <typename T>
void forward(const Problem& problem, View<const T> input, const Weight<T>& weight, const Epilogue<T>& epilogue,
             View<T> output, ParallelFor pool) {
  const Channels channels = {problem.groups, problem.in_channels_per_group(), problem.out_channels_per_group()};
  const SourceTables tables = source_tables(problem);
  const std::int64_t work = multiply_adds(problem);
  const Division division(channels, output_extents(problem), work, sizeof(T));
  const Blocks cut = output_blocks(problem, tables, division.size);
  const Pitch pitch(cut);
  const Packer<T> packer(cut, pitch, problem.axis[2].stride, static_cast<T>(problem.border_value));

  const auto weight_of = [&](std::int64_t group, std::int64_t to, std::int64_t from) {
    return weight.view.plane(group * channels.to + to, from);
  };
  const PackedWeights<T> weights(channels, weight.view, weight_of, all_taps(problem), cut, pitch, division.height,
                                 pool);

  const std::int64_t blocks = block_count(cut);
  // Of one sample.
  const std::int64_t tasks = problem.groups * division.channel_chunks * blocks;
  parallel_for(pool, problem.batch * tasks, work / tasks, [&](std::int64_t begin, std::int64_t end) {
    const Workspace<T> space(channels.from * pitch.channel, piece_elements<T>(division.height, pitch.row));
    for (std::int64_t task = begin; task < end; ++task) {
      const BlockIndex block = block_index(cut, task % blocks);
      const std::int64_t chunk = task / blocks % division.channel_chunks;
      const std::int64_t group = task / blocks / division.channel_chunks % problem.groups;
      const std::int64_t sample = task / blocks / division.channel_chunks / problem.groups;
      packer.pack(input, sample, group * channels.from, channels.from, block, space.block);
      T* corner = output.plane(sample, group * channels.to) +
                  output.offset(cut[0].begin(block[0]), cut[1].begin(block[1]), cut[2].begin(block[2]));
      correlate(cut, pitch, block, space.block, channels, weights, group, division.height, division.first_block(chunk),
                division.first_block(chunk + 1), space.results, [&](const Piece<T>& piece) {
                  const std::int64_t count = std::min<std::int64_t>(division.height, channels.to - piece.first_channel);
                  store_outputs(piece, count, epilogue.from(group * channels.to + piece.first_channel),
                                corner + piece.first_channel * output.stride[1], output);
                });
    }
  });
}

template void forward(const Problem&, View<const float>, const Weight<float>&, const Epilogue<float>&, View<float>,
                      ParallelFor);
template void forward(const Problem&, View<const double>, const Weight<double>&, const Epilogue<double>&, View<double>,
                      ParallelFor);

}  // namespace striate::STRIATE_LEVEL::direct
