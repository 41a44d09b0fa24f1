// The packed input: rows of the extended signal by phase of the last axis' stride, each row through B.
#pragma once

#include <algorithm>

#include "../direct/pack.hpp"
#include "../toom/transforms.hpp"
#include "transforms.hpp"

namespace striate::STRIATE_LEVEL::first {

using direct::BlockIndex;
using direct::Blocks;
using direct::Pitch;

// The taps of the last axis: those of a phase (k modulo the stride) follow each other, and are taken in chunks.
struct Chunks {
  std::int64_t kernel, stride, phases, count;

  Chunks(const Axis& axis, int taps)
      : kernel(axis.kernel),
        stride(axis.stride),
        phases(std::min(kernel, stride)),
        count(((kernel + stride - 1) / stride + taps - 1) / taps) {}
};

// The cut whose last axis counts tiles of `outputs`: chunk j of tile t reads the signal's tile t + j.
inline Blocks tile_cut(const Blocks& cut, const Chunks& chunks, int outputs) {
  Blocks tiles = cut;
  direct::AxisBlocks& last = tiles[2];
  last.size = cut[2].size / outputs;
  last.length = last.size + chunks.count - 1;
  return tiles;
}

// Where each term stands in the packed input of a block: [channel][tap 0][tap 1][phase][chunk].
inline std::vector<std::int64_t> term_offsets(const Problem& problem, const Blocks& cut, const Pitch& pitch,
                                              const Chunks& chunks) {
  std::vector<std::int64_t> offsets;
  for (std::int64_t c = 0; c < problem.in_channels_per_group(); ++c)
    for (std::int64_t p = 0; p < problem.axis[0].kernel; ++p)
      for (std::int64_t q = 0; q < problem.axis[1].kernel; ++q)
        for (std::int64_t f = 0; f < chunks.phases; ++f)
          for (std::int64_t j = 0; j < chunks.count; ++j) {
            const std::int64_t phase = (cut[0].phase[p] * cut[1].phases + cut[1].phase[q]) * cut[2].phases + f;
            offsets.push_back(c * pitch.channel + phase * pitch.phase + cut[0].shift[p] * pitch.slice +
                              cut[1].shift[q] * pitch.row + j);
          }
  return offsets;
}

// Even and odd elements of two vectors that follow each other.
template <typename V, int... L>
[[gnu::always_inline]] inline void unzip(V a, V b, V& even, V& odd, std::integer_sequence<int, L...>) {
  even = shuffle(a, b, std::integer_sequence<int, 2 * L...>{});
  odd = shuffle(a, b, std::integer_sequence<int, 2 * L + 1 ...>{});
}

// Lane t of part i is element 4 t + i.
template <typename T>
[[gnu::always_inline]] inline void load_fours(const T* from, Vector<T>* part) {
  constexpr auto all = std::make_integer_sequence<int, lanes<T>>{};
  constexpr int n = lanes<T>;
  Vector<T> even[2], odd[2];
  unzip(load(from), load(from + n), even[0], odd[0], all);
  unzip(load(from + 2 * n), load(from + 3 * n), even[1], odd[1], all);
  unzip(even[0], even[1], part[0], part[2], all);
  unzip(odd[0], odd[1], part[1], part[3], all);
}

// Lane t of part c is channel c of pixel t * Step, where three channels lie together.
template <int Step, typename T>
[[gnu::always_inline]] inline void load_pixels(const T* from, Vector<T> (&part)[3]) {
  constexpr int n = lanes<T>;
  if constexpr (Step == 1) {
    toom::split_threes(load(from), load(from + n), load(from + 2 * n), part, std::make_integer_sequence<int, n>{});
  } else {
    Vector<T> low[3], high[3], odd;
    load_pixels<Step / 2>(from, low);
    load_pixels<Step / 2>(from + 3 * n * (Step / 2), high);
    for (int c = 0; c < 3; ++c) unzip(low[c], high[c], part[c], odd, std::make_integer_sequence<int, n>{});
  }
}

// Lane t is element t * Step.
template <int Step, typename T>
[[gnu::always_inline]] inline Vector<T> load_every(const T* from) {
  if constexpr (Step == 1) {
    return load(from);
  } else {
    Vector<T> even, odd;
    unzip(load_every<Step / 2>(from), load_every<Step / 2>(from + lanes<T> * (Step / 2)), even, odd,
          std::make_integer_sequence<int, lanes<T>>{});
    return even;
  }
}

// The first elements of a run of `count`, by whole vectors that end before the run does: how many there were. `run` is
// the first one's, each `Step` on, and c channels are `channel_stride` apart there and `to_channel` in `to`.
template <int Step, typename T>
std::int64_t gather_vectors(const T* run, std::int64_t stride, std::int64_t channel_stride, std::int64_t channels,
                            std::int64_t count, T* to, std::int64_t to_channel) {
  std::int64_t u = 0;
  if (stride == 3 && channel_stride == 1 && channels == 3) {
    for (; u + lanes<T> < count; u += lanes<T>) {
      Vector<T> part[3];
      load_pixels<Step>(run + u * Step * 3, part);
      for (int c = 0; c < 3; ++c) store(to + c * to_channel + u, part[c]);
    }
  } else if (stride == 1 && Step > 1) {
    for (; u + lanes<T> < count; u += lanes<T>)
      for (std::int64_t c = 0; c < channels; ++c)
        store(to + c * to_channel + u, load_every<Step>(run + c * channel_stride + u * Step));
  }
  return u;
}

// RowIndex::gather, faster for three channels that lie together and for strides of 2 and 4.
template <typename T>
void gather(const direct::RowIndex& row, const T* from, std::int64_t stride, std::int64_t channel_stride,
            std::int64_t channels, T border, T* to, std::int64_t to_channel) {
  const std::int64_t count = row.run_end - row.run_begin;
  std::int64_t done = 0;
  if (count > lanes<T>) {
    const T* run = from + row.index[row.run_begin] * stride;
    T* const at = to + row.run_begin;
    if (row.step == 1) done = gather_vectors<1>(run, stride, channel_stride, channels, count, at, to_channel);
    if (row.step == 2) done = gather_vectors<2>(run, stride, channel_stride, channels, count, at, to_channel);
    if (row.step == 4) done = gather_vectors<4>(run, stride, channel_stride, channels, count, at, to_channel);
  }
  if (done == 0) return row.gather(from, stride, channel_stride, channels, border, to, to_channel);
  const auto rest = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t c = 0; c < channels; ++c)
      for (std::int64_t u = begin; u < end; ++u)
        to[c * to_channel + u] = row.index[u] < 0 ? border : from[c * channel_stride + row.index[u] * stride];
  };
  rest(0, row.run_begin);
  rest(row.run_begin + done, std::ssize(row.index));
}

// Elements 4 t + i from lane t of part i.
template <typename V, int... L>
[[gnu::always_inline]] inline void zip(V a, V b, V& low, V& high, std::integer_sequence<int, L...>) {
  constexpr int n = sizeof...(L);
  low = shuffle(a, b, std::integer_sequence<int, (L % 2 * n + L / 2)...>{});
  high = shuffle(a, b, std::integer_sequence<int, (L % 2 * n + (L + n) / 2)...>{});
}

template <typename T>
[[gnu::always_inline]] inline void store_fours(const Vector<T>* part, T* to) {
  constexpr auto all = std::make_integer_sequence<int, lanes<T>>{};
  constexpr int n = lanes<T>;
  Vector<T> even[2], odd[2], whole[4];
  zip(part[0], part[2], even[0], even[1], all);
  zip(part[1], part[3], odd[0], odd[1], all);
  zip(even[0], odd[0], whole[0], whole[1], all);
  zip(even[1], odd[1], whole[2], whole[3], all);
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) store(to + i * n, whole[i]);
}

// What `transform_row` reads past the first element of a row.
template <typename Map, typename T>
std::int64_t line_elements(std::int64_t tiles) {
  return Map::outputs * ((tiles + lanes<T> - 1) / lanes<T> + 1) * lanes<T>;
}

// The planes of a row's tiles: tile t reads signal[outputs t] and the `planes - 1` elements behind it.
template <typename Map, typename T>
void transform_row(const T* signal, std::int64_t tiles, T* to, std::int64_t plane) {
  for (std::int64_t t = 0; t < tiles; t += lanes<T>) {
    Vector<T> row[Map::planes];
    if constexpr (Map::planes == 1) {
      row[0] = load(signal + t);
    } else {
      static_assert(Map::outputs == 4 && Map::planes <= 8);
      Vector<T> part[8], d[Map::planes];
      load_fours(signal + 4 * t, part);
      load_fours(signal + 4 * t + 4, part + 4);
#pragma GCC unroll 8
      for (int q = 0; q < Map::planes; ++q) d[q] = part[q];
      Map::of_signal(d, row);
    }
    const int count = static_cast<int>(std::min<std::int64_t>(tiles - t, lanes<T>));
#pragma GCC unroll 8
    for (int p = 0; p < Map::planes; ++p)
      if (count == lanes<T>)
        store(to + p * plane + t, row[p]);
      else
        store_part(to + p * plane + t, row[p], count);
  }
}

// Packs blocks of a group's channels: [plane][channel][phase][slice][row][tile].
template <typename Map, typename T>
class SignalPacker {
 public:
  // `cut` is in elements, `pitch` of tiles; `step` elements that a packed position moves by; at most `channels`.
  SignalPacker(const Blocks& cut, const Pitch& pitch, std::int64_t step, std::int64_t channels, T border)
      : cut_(cut), pitch_(pitch), channels_(channels), border_(border) {
    for (std::int64_t block = 0; block < cut[2].blocks; ++block)
      for (std::int64_t phase = 0; phase < cut[2].phases; ++phase)
        rows_.emplace_back(cut[2].sources(block).subspan(phase * cut[2].length, cut[2].length), step);
  }

  // Sums read up to two vectors past a plane.
  std::int64_t plane() const { return (channels_ * pitch_.channel + 3 * lanes<T> - 1) / lanes<T> * lanes<T>; }
  std::int64_t elements() const { return Map::planes * plane() + channels_ * line_pitch(); }

  // `to` holds elements(), the packed planes in front.
  void pack(const View<const T>& tensor, std::int64_t sample, std::int64_t first, std::int64_t channels,
            const BlockIndex& block, T* to) const {
    const auto slices = cut_[0].sources(block[0]), lines = cut_[1].sources(block[1]);
    T* const line = to + Map::planes * plane();
    std::fill_n(line, channels_ * line_pitch(), T(0));
    for (std::int64_t a = 0; a < std::ssize(slices); ++a)
      for (std::int64_t b = 0; b < std::ssize(lines); ++b) {
        const bool inside = slices[a] >= 0 && lines[b] >= 0;
        const T* from = inside ? tensor.plane(sample, first) + tensor.offset(slices[a], lines[b], 0) : nullptr;
        for (std::int64_t f = 0; f < cut_[2].phases; ++f) {
          const std::int64_t phase = (a / cut_[0].length * cut_[1].phases + b / cut_[1].length) * cut_[2].phases + f;
          T* row = to + phase * pitch_.phase + a % cut_[0].length * pitch_.slice + b % cut_[1].length * pitch_.row;
          if (inside)
            gather(rows_[block[2] * cut_[2].phases + f], from, tensor.stride[4], tensor.stride[1], channels, border_,
                   line, line_pitch());
          for (std::int64_t c = 0; c < channels; ++c) {
            if (!inside) std::fill_n(line + c * line_pitch(), cut_[2].length, border_);
            transform_row<Map>(line + c * line_pitch(), pitch_.row, row + c * pitch_.channel, plane());
          }
        }
      }
  }

 private:
  std::int64_t line_pitch() const { return std::max(line_elements<Map, T>(pitch_.row), cut_[2].length); }

  const Blocks& cut_;
  const Pitch pitch_;
  const std::int64_t channels_;
  const T border_;
  std::vector<direct::RowIndex> rows_;
};

}  // namespace striate::STRIATE_LEVEL::first
