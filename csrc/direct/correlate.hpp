// Sums over taps for a whole packed block: what forward and backward_data share.
#pragma once

#include <memory>

#include "../scratch.hpp"
#include "../threading.hpp"
#include "../view.hpp"
#include "pack.hpp"
#include "tile.hpp"

namespace striate::STRIATE_LEVEL::direct {

// Whose sums: every group computes `to` channels from `from` channels.
struct Channels {
  std::int64_t groups, from, to;
};

// Weights in the order a tile reads them, [group][channel block][from][tap][height], with zeros for missing channels.
template <typename T>
class PackedWeights {
 public:
  // `weight_of(group, to, from)` is the first tap of a pair of channels.
  template <typename WeightOf>
  PackedWeights(const Channels& channels, const View<const T>& weight, const WeightOf& weight_of, std::vector<Tap> taps,
                const Blocks& cut, const Pitch& pitch, int height, ParallelFor pool)
      : blocks_((channels.to + height - 1) / height), block_pitch_(channels.from * std::ssize(taps) * height) {
    for (const Tap& tap : taps) offset.push_back(tap_offset(cut, pitch, tap));
    data_ = std::make_unique_for_overwrite<T[]>(channels.groups * blocks_ * block_pitch_);
    parallel_for(pool, channels.groups * blocks_, block_pitch_, [&](std::int64_t begin, std::int64_t end) {
      T* to = data_.get() + begin * block_pitch_;
      for (std::int64_t block = begin; block < end; ++block) {
        const std::int64_t first = block % blocks_ * height;
        for (std::int64_t from = 0; from < channels.from; ++from)
          for (const Tap& tap : taps)
            for (std::int64_t h = 0; h < height; ++h)
              *to++ = first + h < channels.to
                          ? weight_of(block / blocks_, first + h, from)[weight.offset(tap[0], tap[1], tap[2])]
                          : T(0);
      }
    });
  }

  const T* block(std::int64_t group, std::int64_t number) const {
    return data_.get() + (group * blocks_ + number) * block_pitch_;
  }

  std::vector<std::int64_t> offset;

 private:
  std::int64_t blocks_;
  std::int64_t block_pitch_;
  std::unique_ptr<T[]> data_;
};

// How the work is cut; only one sample's geometry decides, so a result does not depend on the batch or the threads.
struct Division {
  int height;                   // channels of a tile
  std::int64_t channel_blocks;  // tiles' worth of channels a group
  std::int64_t channel_chunks;  // tasks that share the same packed block
  std::array<std::int64_t, 3> size;

  // 128 Ki packed floats are 512 KiB, a quarter of a common L2. A sample is worth several tasks from 2 Mi
  // multiply-adds each, some 25 us.
  Division(const Channels& channels, const std::array<Extent, 3>& axis, std::int64_t work, std::size_t element)
      : height(choose_height(channels.to)), channel_blocks((channels.to + height - 1) / height) {
    const std::int64_t wanted = std::clamp<std::int64_t>(work >> 21, 1, 8);
    size = block_sizes(axis, channels.from, (1 << 19) / element, (wanted + channels.groups - 1) / channels.groups);
    std::int64_t tasks = channels.groups;
    for (int i = 0; i < 3; ++i) tasks *= (axis[i].total + size[i] - 1) / size[i];
    channel_chunks = std::min(channel_blocks, (wanted + tasks - 1) / tasks);
  }

  std::int64_t first_block(std::int64_t chunk) const { return chunk * channel_blocks / channel_chunks; }
};

// A piece of a result: some rows of one slice for `height` channels, in memory of its own.
template <typename T>
struct Piece {
  const T* data;
  std::int64_t channel_stride, row_stride;
  std::int64_t first_channel;  // of the group
  std::int64_t slice, row;     // in the block
  std::int64_t rows, columns;
};

// Rows of a piece: about 16 KiB of results, so that they are still in the first cache when they are stored.
inline std::int64_t rows_of_piece(int height, std::int64_t row_pitch, std::size_t element) {
  return std::max<std::int64_t>((1 << 14) / element / (height * row_pitch), 1);
}

template <typename T>
std::int64_t piece_elements(int height, std::int64_t row_pitch) {
  return height * (rows_of_piece(height, row_pitch, sizeof(T)) * row_pitch + lanes<T>);
}

// Computes one block for channel blocks [begin, end) of a group and hands the pieces to `emit`.
template <typename T, typename Emit>
void correlate(const Blocks& cut, const Pitch& pitch, const BlockIndex& block, const T* x, const Channels& channels,
               const PackedWeights<T>& weights, std::int64_t group, int height, std::int64_t begin, std::int64_t end,
               T* results, const Emit& emit) {
  const Terms terms = {channels.from, pitch.channel, std::ssize(weights.offset), weights.offset.data()};
  const auto& tile = tiles<T>(height).taps;
  const std::int64_t width = width_of(height);
  const std::int64_t slices = cut[0].count(block[0]), rows = cut[1].count(block[1]), columns = cut[2].count(block[2]);
  const std::int64_t step = rows_of_piece(height, pitch.row, sizeof(T));
  for (std::int64_t number = begin; number < end; ++number) {
    const T* w = weights.block(group, number);
    for (std::int64_t slice = 0; slice < slices; ++slice) {
      for (std::int64_t row = 0; row < rows; row += step) {
        const std::int64_t count = std::min(step, rows - row);
        const std::int64_t vectors = ((count - 1) * pitch.row + columns + lanes<T> - 1) / lanes<T>;
        const std::int64_t parts = (vectors + width - 1) / width;
        const T* from = x + slice * pitch.slice + row * pitch.row;
        const std::int64_t stride = vectors * lanes<T>;
        for (std::int64_t part = 0; part < parts; ++part) {
          const std::int64_t first = part * vectors / parts, last = (part + 1) * vectors / parts;
          tile[last - first](from + first * lanes<T>, w, terms, results + first * lanes<T>, stride);
        }
        emit(Piece<T>{results, stride, pitch.row, number * height, slice, row, count, columns});
      }
    }
  }
}

// This thread's memory for a packed block and a piece; loads run up to one vector past the block.
template <typename T>
struct Workspace {
  T* block;
  T* results;

  Workspace(std::int64_t block_elements, std::int64_t result_elements) {
    const std::int64_t rounded = (block_elements + 2 * lanes<T> - 1) / lanes<T> * lanes<T>;
    block = scratch<T>(rounded + result_elements);
    results = block + rounded;
    std::fill(block + block_elements, results, T(0));
  }
};

}  // namespace striate::STRIATE_LEVEL::direct
