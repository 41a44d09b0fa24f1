// Sums over taps for a whole packed block: what forward and backward_data share.
#pragma once

#include <memory>

#include "../kernel.hpp"
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
struct PackedWeights {
  std::vector<std::int64_t> offset;  // of each tap, in a packed channel
  std::int64_t blocks = 0;
  std::int64_t block_pitch = 0;
  std::unique_ptr<T[]> data = nullptr;

  const T* block(std::int64_t group, std::int64_t number) const {
    return data.get() + (group * blocks + number) * block_pitch;
  }
};

// The first tap of the weight between two channels of a group.
template <typename T>
const T* weight_of(const View<const T>& weight, const Channels& channels, Direction direction, std::int64_t group,
                   std::int64_t to, std::int64_t from) {
  return direction == Direction::forward ? weight.plane(group * channels.to + to, from)
                                         : weight.plane(group * channels.from + from, to);
}

// How the work is cut; only one sample's geometry decides, so a result does not depend on the batch or the threads.
struct Division {
  int height;                   // channels of a tile
  std::int64_t channel_blocks;  // tiles' worth of channels a group
  std::int64_t channel_chunks;  // tasks that share the same packed block
  std::array<std::int64_t, 3> size;

  // 128 Ki packed floats are 512 KiB, a quarter of a common L2. A sample is worth several tasks from 2 Mi
  // multiply-adds each, some 25 us.
  // `bytes` are those of one packed position; blocks of the last axis are multiples of `unit`, of `most` positions.
  Division(const Channels& channels, const std::array<Extent, 3>& axis, std::int64_t work, std::size_t bytes,
           std::int64_t unit, std::int64_t most)
      : height(choose_height(channels.to)), channel_blocks((channels.to + height - 1) / height) {
    const std::int64_t wanted = std::clamp<std::int64_t>(work >> 21, 1, 8);
    size = block_sizes(axis, channels.from, (1 << 19) / bytes, (wanted + channels.groups - 1) / channels.groups, most);
    size[2] = (size[2] + unit - 1) / unit * unit;
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

// This thread's memory for a packed block and a piece.
template <typename T>
struct Workspace {
  T* block;
  T* results;
};

// The sums of the definition, one FMA a term.
template <typename T>
class PlainSums {
 public:
  using Weights = PackedWeights<T>;
  static constexpr std::size_t bytes = sizeof(T);
  static constexpr std::int64_t unit = 1, most_columns = 2048;

  // `step`: elements that a position moves by on the last axis of the tensors that are packed.
  PlainSums(const Problem&, const Blocks& cut, std::int64_t step, T border, const Channels& channels, int height)
      : cut_(cut), channels_(channels), height_(height), pitch_(cut), packer_(cut, pitch_, step, border) {}

  Weights weights(Direction direction, const Weight<T>& weight, const ResidueTaps& of, ParallelFor pool) const {
    Weights result;
    for (const Tap& tap : of.taps) result.offset.push_back(tap_offset(cut_, pitch_, tap));
    result.blocks = (channels_.to + height_ - 1) / height_;
    result.block_pitch = channels_.from * std::ssize(of.taps) * height_;
    result.data = std::make_unique_for_overwrite<T[]>(channels_.groups * result.blocks * result.block_pitch);
    const auto fill = [&](std::int64_t begin, std::int64_t end) {
      T* to = result.data.get() + begin * result.block_pitch;
      for (std::int64_t number = begin; number < end; ++number) {
        const std::int64_t group = number / result.blocks, first = number % result.blocks * height_;
        for (std::int64_t from = 0; from < channels_.from; ++from)
          for (const Tap& tap : of.taps)
            for (std::int64_t h = 0; h < height_; ++h)
              *to++ = first + h < channels_.to ? weight_of(weight.view, channels_, direction, group, first + h,
                                                           from)[weight.view.offset(tap[0], tap[1], tap[2])]
                                               : T(0);
      }
    };
    parallel_for(pool, channels_.groups * result.blocks, result.block_pitch, fill);
    return result;
  }

  // Loads run up to one vector past the block.
  Workspace<T> workspace() const {
    const std::int64_t elements = channels_.from * pitch_.channel;
    const std::int64_t rounded = (elements + 2 * lanes<T> - 1) / lanes<T> * lanes<T>;
    const std::int64_t piece = rows_of_piece(height_, pitch_.row, sizeof(T)) * pitch_.row + lanes<T>;
    T* block = scratch<T>(rounded + height_ * piece);
    std::fill(block + elements, block + rounded, T(0));
    return {block, block + rounded};
  }

  void pack(const View<const T>& tensor, std::int64_t sample, std::int64_t first_channel, const BlockIndex& block,
            const Workspace<T>& space) const {
    packer_.pack(tensor, sample, first_channel, channels_.from, block, space.block, pitch_.channel);
  }

  // Computes one block for channel blocks [begin, end) of a group and hands the pieces to `emit`.
  template <typename Emit>
  void correlate(const BlockIndex& block, const Weights& weights, std::int64_t group, std::int64_t begin,
                 std::int64_t end, const Workspace<T>& space, const Emit& emit) const {
    const Terms terms = {channels_.from, pitch_.channel, std::ssize(weights.offset), weights.offset.data()};
    const auto& tile = tiles<T>(height_).taps;
    const std::int64_t width = width_of(height_);
    const std::int64_t slices = cut_[0].count(block[0]), rows = cut_[1].count(block[1]);
    const std::int64_t columns = cut_[2].count(block[2]);
    const std::int64_t step = rows_of_piece(height_, pitch_.row, sizeof(T));
    for (std::int64_t number = begin; number < end; ++number) {
      const T* w = weights.block(group, number);
      for (std::int64_t slice = 0; slice < slices; ++slice) {
        for (std::int64_t row = 0; row < rows; row += step) {
          const std::int64_t count = std::min(step, rows - row);
          const std::int64_t vectors = ((count - 1) * pitch_.row + columns + lanes<T> - 1) / lanes<T>;
          const std::int64_t parts = (vectors + width - 1) / width;
          const T* from = space.block + slice * pitch_.slice + row * pitch_.row;
          const std::int64_t stride = vectors * lanes<T>;
          for (std::int64_t part = 0; part < parts; ++part) {
            const std::int64_t first = part * vectors / parts, last = (part + 1) * vectors / parts;
            tile[last - first](from + first * lanes<T>, w, terms, space.results + first * lanes<T>, stride, false);
          }
          emit(Piece<T>{space.results, stride, pitch_.row, number * height_, slice, row, count, columns});
        }
      }
    }
  }

 private:
  const Blocks& cut_;
  const Channels channels_;
  const int height_;
  const Pitch pitch_;
  const Packer<T> packer_;
};

}  // namespace striate::STRIATE_LEVEL::direct
