// Fills packed blocks from tensors, with the border in place.
#pragma once

#include "../view.hpp"
#include "blocks.hpp"
#include "../rows.hpp"

namespace striate::STRIATE_LEVEL::direct {

// A list of indices most of which rise by one step: borders of any rule stand before and after that run.
struct RowIndex {
  std::span<const std::int64_t> index;
  std::int64_t step;
  std::int64_t run_begin = 0, run_end = 0;

  RowIndex(std::span<const std::int64_t> indices, std::int64_t step) : index(indices), step(step) {
    for (std::int64_t begin = 0; begin < std::ssize(index);) {
      std::int64_t end = begin + 1;
      while (end < std::ssize(index) && index[begin] >= 0 && index[end] == index[end - 1] + step) ++end;
      if (index[begin] >= 0 && end - begin > run_end - run_begin) run_begin = begin, run_end = end;
      begin = end;
    }
  }

  // to[u] is the element of index[u], for `channels` channels of the tensor, and `border` outside.
  template <typename T>
  void gather(const T* from, std::int64_t stride, std::int64_t channel_stride, std::int64_t channels, T border, T* to,
              std::int64_t to_channel) const {
    const auto ends = [&](std::int64_t begin, std::int64_t end, const T* elements, T* line) {
      for (std::int64_t u = begin; u < end; ++u) line[u] = index[u] < 0 ? border : elements[index[u] * stride];
    };
    const std::int64_t jump = step * stride, count = run_end - run_begin;
    const T* run = count > 0 ? from + index[run_begin] * stride : from;
    const bool by_channels = channel_stride == 1 && jump != 1 && channels > 1;
    if (by_channels) transpose<T>(run, jump, count, channels, {}, to + run_begin, to_channel);
    for (std::int64_t c = 0; c < channels; ++c, from += channel_stride, run += channel_stride, to += to_channel) {
      ends(0, run_begin, from, to);
      if (jump == 1)
        map_row(run, count, to + run_begin, [](Vector<T> v) { return v; });
      else if (!by_channels)
        for (std::int64_t u = 0; u < count; ++u) to[run_begin + u] = run[u * jump];
      ends(run_end, std::ssize(index), from, to);
    }
  }

  // The other way: from[u] goes to its element, or is added to it; `outside` is dropped.
  template <typename T>
  void scatter(const T* from, std::int64_t from_channel, std::int64_t channels, std::int64_t stride,
               std::int64_t channel_stride, T* to) const {
    const std::int64_t jump = step * stride, count = run_end - run_begin;
    if (count == 0) return;  // every element has one position, so all that have any are one run
    T* run = to + index[run_begin] * stride;
    if (channel_stride == 1 && jump != 1)
      return transpose<T>(from + run_begin, from_channel, channels, count, {}, run, jump);
    for (std::int64_t c = 0; c < channels; ++c, run += channel_stride, from += from_channel) {
      if (jump == 1)
        map_row(from + run_begin, count, run, [](Vector<T> v) { return v; });
      else
        for (std::int64_t u = 0; u < count; ++u) run[u * jump] = from[run_begin + u];
    }
  }
  template <typename T>
  void scatter_add(const T* from, std::int64_t from_channel, std::int64_t channels, std::int64_t stride,
                   std::int64_t channel_stride, T* to) const {
    for (std::int64_t c = 0; c < channels; ++c, to += channel_stride, from += from_channel)
      for (std::int64_t u = 0; u < std::ssize(index); ++u)
        if (index[u] >= 0) to[index[u] * stride] += from[u];
  }
};

// Packs blocks of several channels of one sample: `to` is [channel][phases][slices][rows][columns].
template <typename T>
class Packer {
 public:
  // `step`: elements that a packed position moves by, on the last axis.
  Packer(const Blocks& cut, const Pitch& pitch, std::int64_t step, T border)
      : cut_(cut), pitch_(pitch), border_(border) {
    for (std::int64_t block = 0; block < cut[2].blocks; ++block)
      for (std::int64_t phase = 0; phase < cut[2].phases; ++phase)
        rows_.emplace_back(cut[2].sources(block).subspan(phase * cut[2].length, cut[2].length), step);
  }

  void pack(const View<const T>& tensor, std::int64_t sample, std::int64_t first_channel, std::int64_t channels,
            const BlockIndex& block, T* to) const {
    const auto slices = cut_[0].sources(block[0]), lines = cut_[1].sources(block[1]);
    const RowIndex* row = rows_.data() + block[2] * cut_[2].phases;
    // Channels run inside rows: in channels_last they share the row's cache lines.
    for (std::int64_t a = 0; a < std::ssize(slices); ++a) {
      for (std::int64_t b = 0; b < std::ssize(lines); ++b) {
        const bool inside = slices[a] >= 0 && lines[b] >= 0;
        const T* from = inside ? tensor.plane(sample, first_channel) + tensor.offset(slices[a], lines[b], 0) : nullptr;
        const std::int64_t phase_a = a / cut_[0].length, phase_b = b / cut_[1].length;
        for (std::int64_t phase_c = 0; phase_c < cut_[2].phases; ++phase_c) {
          const std::int64_t phase = (phase_a * cut_[1].phases + phase_b) * cut_[2].phases + phase_c;
          T* line = to + phase * pitch_.phase + a % cut_[0].length * pitch_.slice + b % cut_[1].length * pitch_.row;
          if (inside)
            row[phase_c].gather(from, tensor.stride[4], tensor.stride[1], channels, border_, line, pitch_.channel);
          else
            for (std::int64_t channel = 0; channel < channels; ++channel)
              std::fill_n(line + channel * pitch_.channel, pitch_.row, border_);
        }
      }
    }
  }

 private:
  const Blocks& cut_;
  const Pitch pitch_;
  const T border_;
  std::vector<RowIndex> rows_;
};

}  // namespace striate::STRIATE_LEVEL::direct
