// What toom puts in the place of direct's sums: packed blocks hold five planes, whose positions are tiles of three.
#pragma once

#include "../direct/correlate.hpp"
#include "transforms.hpp"

namespace striate::STRIATE_LEVEL::toom {

using direct::BlockIndex;
using direct::Blocks;
using direct::Channels;
using direct::Piece;
using direct::Pitch;
using direct::ResidueTaps;
using direct::Tap;

// Taps of the last axis in threes; the last three may lack some.
inline std::int64_t chunks(std::int64_t kernel) { return (kernel + tile - 1) / tile; }

// The cut whose last axis counts tiles, and chunks of taps: chunk j of tile t reads the signal's tile t + j.
inline Blocks tile_cut(const Blocks& cut, std::int64_t kernel) {
  Blocks tiles = cut;
  direct::AxisBlocks& last = tiles[2];
  last.size = cut[2].size / tile;
  last.length = last.size + chunks(kernel) - 1;
  last.phase.assign(chunks(kernel), 0);
  last.shift.clear();
  for (std::int64_t j = 0; j < chunks(kernel); ++j) last.shift.push_back(j);
  return tiles;
}

// The taps' terms: those of the other axes with the chunks of the last.
inline std::vector<Tap> chunk_taps(const std::vector<Tap>& taps, std::int64_t kernel) {
  std::vector<Tap> result;
  for (const Tap& tap : taps)
    if (tap[2] == 0)
      for (std::int64_t j = 0; j < chunks(kernel); ++j) result.push_back({tap[0], tap[1], j});
  return result;
}

// Elements of a row of the signal as it is before its transform, and what whole vectors read past it.
template <typename T>
std::int64_t line_elements(std::int64_t tiles) {
  return tile * ((tiles + lanes<T> - 1) / lanes<T> * lanes<T> + lanes<T>);
}

// Packs blocks of several channels: [plane][channel][phases][slices][rows][tiles].
template <typename T>
class PlanePacker {
 public:
  PlanePacker(const Blocks& cut, const Pitch& pitch, T border) : cut_(cut), pitch_(pitch), border_(border) {
    for (std::int64_t block = 0; block < cut[2].blocks; ++block) rows_.emplace_back(cut[2].sources(block), 1);
  }

  // Lines of channels that are gathered together: in channels_last a vector of them.
  static constexpr std::int64_t lines = lanes<T>;

  // `line` is memory for `lines` rows, with zeros past what a row's sources fill.
  template <typename Transform>
  void pack(const View<const T>& tensor, std::int64_t sample, std::int64_t first_channel, std::int64_t channels,
            const BlockIndex& block, T* to, std::int64_t channel_pitch, std::int64_t plane, T* line,
            const Transform& transform) const {
    const auto slices = cut_[0].sources(block[0]), rows = cut_[1].sources(block[1]);
    const std::int64_t together = tensor.stride[1] == 1 ? lines : 1, length = line_elements<T>(pitch_.row);
    for (std::int64_t a = 0; a < std::ssize(slices); ++a) {
      for (std::int64_t b = 0; b < std::ssize(rows); ++b) {
        const std::int64_t phase = a / cut_[0].length * cut_[1].phases + b / cut_[1].length;
        T* row = to + phase * pitch_.phase + a % cut_[0].length * pitch_.slice + b % cut_[1].length * pitch_.row;
        const bool inside = slices[a] >= 0 && rows[b] >= 0;
        for (std::int64_t c = 0; c < channels; c += together) {
          const std::int64_t count = std::min(together, channels - c);
          if (inside)
            rows_[block[2]].gather(tensor.plane(sample, first_channel + c) + tensor.offset(slices[a], rows[b], 0),
                                   tensor.stride[4], tensor.stride[1], count, border_, line, length);
          for (std::int64_t k = 0; k < count; ++k, row += channel_pitch) {
            if (!inside) std::fill_n(line + k * length, cut_[2].length, border_);
            transform(line + k * length, pitch_.row, row, plane);
          }
        }
      }
    }
  }

 private:
  const Blocks& cut_;
  const Pitch pitch_;
  const T border_;
  std::vector<direct::RowIndex> rows_;
};

// Weights as `pack` makes them: for each residue of the other axes in turn, [plane][group][channel block][from][term]
// [height].
template <typename T>
struct PlaneWeights {
  std::vector<std::int64_t> offset;  // of each term, in a packed channel
  const T* data;
  std::int64_t blocks, block_pitch, plane;

  const T* block(int p, std::int64_t group, std::int64_t number) const {
    return data + p * plane + (group * blocks + number) * block_pitch;
  }
};

template <typename T>
class PlaneSums {
 public:
  using Weights = PlaneWeights<T>;
  static constexpr std::size_t bytes = 2 * sizeof(T);  // five planes of a third each, and the lines before
  // A block as wide as a register tile of 8 x 3 vectors: the tile then reads the packed channels from end to end.
  static constexpr std::int64_t unit = tile, most_columns = tile * 3 * lanes<T>;

  PlaneSums(const Problem& problem, const Blocks& cut, std::int64_t, T border, const Channels& channels, int height)
      : kernel_(problem.axis[2].kernel),
        channels_(channels),
        height_(height),
        cut_(cut),
        tiles_(tile_cut(cut, kernel_)),
        pitch_(tiles_),
        packer_(cut, pitch_, border) {}

  Weights weights(Direction, const Weight<T>& weight, const ResidueTaps& of, ParallelFor) {
    Weights result;
    for (const Tap& tap : chunk_taps(of.taps, kernel_)) result.offset.push_back(tap_offset(tiles_, pitch_, tap));
    result.blocks = (channels_.to + height_ - 1) / height_;
    result.block_pitch = channels_.from * std::ssize(result.offset) * height_;
    result.plane = channels_.groups * result.blocks * result.block_pitch;
    result.data = weight.packed + weights_read_;
    weights_read_ += planes * result.plane;
    return result;
  }

  direct::Workspace<T> workspace() const {
    const std::int64_t lines = PlanePacker<T>::lines * line_elements<T>(pitch_.row);
    T* memory = scratch<T>(lines + planes * plane() + products() + piece());
    std::fill_n(memory, lines, T(0));
    T* block = memory + lines;
    std::fill_n(block + planes * plane() - 2 * lanes<T>, 2 * lanes<T>, T(0));
    return {block, block + planes * plane()};
  }

  void pack(const View<const T>& tensor, std::int64_t sample, std::int64_t first_channel, const BlockIndex& block,
            const direct::Workspace<T>& space) const {
    T* line = space.block - PlanePacker<T>::lines * line_elements<T>(pitch_.row);
    packer_.pack(tensor, sample, first_channel, channels_.from, block, space.block, pitch_.channel, plane(), line,
                 transform_signal<T>);
  }

  // As PlainSums::correlate; the products of one register tile pass through 8 KiB.
  template <typename Emit>
  void correlate(const BlockIndex& block, const Weights& weights, std::int64_t group, std::int64_t begin,
                 std::int64_t end, const direct::Workspace<T>& space, const Emit& emit) const {
    const direct::Terms terms = {channels_.from, pitch_.channel, std::ssize(weights.offset), weights.offset.data()};
    const auto& tile_of_width = direct::tiles<T>(height_).taps;
    const std::int64_t width = direct::width_of(height_), product = height_ * width * lanes<T>;
    const std::int64_t slices = cut_[0].count(block[0]), rows = cut_[1].count(block[1]);
    const std::int64_t columns = cut_[2].count(block[2]), tiles = (columns + tile - 1) / tile;
    const std::int64_t step = direct::rows_of_piece(height_, tile * pitch_.row, sizeof(T));
    T* const products = space.results;
    T* const results = products + this->products();
    for (std::int64_t number = begin; number < end; ++number) {
      for (std::int64_t slice = 0; slice < slices; ++slice) {
        for (std::int64_t row = 0; row < rows; row += step) {
          const std::int64_t count = std::min(step, rows - row);
          const std::int64_t vectors = ((count - 1) * pitch_.row + tiles + lanes<T> - 1) / lanes<T>;
          const std::int64_t parts = (vectors + width - 1) / width, stride = tile * vectors * lanes<T>;
          const T* from = space.block + slice * pitch_.slice + row * pitch_.row;
          for (std::int64_t part = 0; part < parts; ++part) {
            const std::int64_t first = part * vectors / parts, wide = (part + 1) * vectors / parts - first;
            for (int p = 0; p < planes; ++p)
              tile_of_width[wide](from + p * plane() + first * lanes<T>, weights.block(p, group, number), terms,
                                  products + p * product, wide * lanes<T>, false);
            for (std::int64_t h = 0; h < height_; ++h)
              for (std::int64_t v = 0; v < wide; ++v) {
                Vector<T> m[planes], out[tile], joined[tile];
#pragma GCC unroll 8
                for (int p = 0; p < planes; ++p) m[p] = load(products + p * product + (h * wide + v) * lanes<T>);
                outputs_of(m, out);
                join_threes(out, joined, std::make_integer_sequence<int, lanes<T>>{});
#pragma GCC unroll 4
                for (int i = 0; i < tile; ++i)
                  store(results + h * stride + (tile * (first + v) + i) * lanes<T>, joined[i]);
              }
          }
          emit(Piece<T>{results, stride, tile * pitch_.row, number * height_, slice, row, count, columns});
        }
      }
    }
  }

 private:
  // Loads run up to one vector past a plane.
  std::int64_t plane() const { return channels_.from * pitch_.channel + 2 * lanes<T>; }
  std::int64_t products() const { return planes * height_ * direct::width_of(height_) * lanes<T>; }
  std::int64_t piece() const {
    const std::int64_t rows = direct::rows_of_piece(height_, tile * pitch_.row, sizeof(T));
    return height_ * tile * (rows * pitch_.row + lanes<T>);
  }

  const std::int64_t kernel_;
  const Channels channels_;
  const int height_;
  const Blocks& cut_;
  const Blocks tiles_;
  const Pitch pitch_;
  const PlanePacker<T> packer_;
  std::int64_t weights_read_ = 0;
};

}  // namespace striate::STRIATE_LEVEL::toom
