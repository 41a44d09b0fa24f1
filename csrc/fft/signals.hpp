// Which signals share a vector, and the way between tensors and rows of such vectors.
#pragma once

#include <algorithm>
#include <memory>

#include "../rows.hpp"
#include "../scratch.hpp"
#include "../view.hpp"
#include "tiles.hpp"

namespace striate::STRIATE_LEVEL::fft {

using striate::fft::by_channel;
using striate::fft::Cut;
using striate::fft::Lengths;
using striate::fft::Run;
using striate::fft::Windows;
using striate::fft::WindowsOfAxes;

// A signal is one channel of one block: a tile of a sample. Lanes are neighbouring channels; where a block has fewer
// than half a vector of them, several blocks share one. No lane meets another, so the batch decides no bit of any.
template <typename T>
struct Signals {
  std::int64_t channels, blocks;
  std::int64_t shared;   // blocks in one vector
  std::int64_t vectors;  // that a block takes

  Signals(std::int64_t channels, std::int64_t blocks, bool share)
      : channels(channels),
        blocks(blocks),
        shared(share ? std::max<std::int64_t>(lanes<T> / channels, 1) : 1),
        vectors(shared > 1 ? 1 : (channels + lanes<T> - 1) / lanes<T>) {}

  // Vectors of the blocks from 0 to `count`, and where a block's channels begin: a lane among those of all vectors.
  std::int64_t groups(std::int64_t count) const { return (count + shared - 1) / shared * vectors; }
  std::int64_t lane(std::int64_t block) const {
    return block / shared * vectors * lanes<T> + block % shared * channels;
  }
  // The vector's first block and channel, and how many lanes are used.
  std::int64_t first_block(std::int64_t group) const { return group / vectors * shared; }
  std::int64_t first_channel(std::int64_t group) const { return group % vectors * lanes<T>; }
  int used(std::int64_t group) const {
    const std::int64_t left = shared > 1 ? (blocks - first_block(group)) * channels : channels - first_channel(group);
    return static_cast<int>(std::min<std::int64_t>(left, shared > 1 ? shared * channels : lanes<T>));
  }
  std::int64_t block_of(std::int64_t group, int i) const {
    return first_block(group) + (shared > 1 ? i / channels : 0);
  }
  std::int64_t channel_of(std::int64_t group, int i) const {
    return shared > 1 ? i % channels : first_channel(group) + i;
  }
};

// One vector's lanes in a tensor.
template <typename T>
struct Lanes {
  T* plane[lanes<T>];
  std::array<std::int64_t, 3> tile[lanes<T>];
  int used;
  bool one_block;

  Lanes(const Signals<std::remove_const_t<T>>& signals, const Cut& cut, const View<T>& view, std::int64_t first_block,
        std::int64_t group)
      : used(signals.used(group)), one_block(signals.shared == 1) {
    for (int i = 0; i < used; ++i) {
      const std::int64_t block = first_block + signals.block_of(group, i), number = block % cut.tiles();
      plane[i] = view.plane(block / cut.tiles(), signals.channel_of(group, i));
      tile[i] = {number / cut.tiles(2) / cut.tiles(1), number / cut.tiles(2) % cut.tiles(1), number % cut.tiles(2)};
    }
  }
};

// Rows of tiles as the tensor has them, with its border in place.
template <typename T>
class Reader {
 public:
  // `length`: positions of a row; those behind a window are zero.
  Reader(const View<const T>& view, const WindowsOfAxes& windows, std::int64_t length, T border)
      : view_(view), windows_(windows), length_(length), border_(border) {}

  // For Transform::forward. `space` holds `length` vectors.
  bool read(const Lanes<const T>& from, std::int64_t i, std::int64_t j, T* row, T* space) const {
    if (i >= windows_[0].count() || j >= windows_[1].count()) return false;
    std::int64_t line[lanes<T>];
    bool inside = false;
    for (int k = 0; k < from.used; ++k) {
      const std::int64_t a = windows_[0].at(from.tile[k][0], i), b = windows_[1].at(from.tile[k][1], j);
      line[k] = a < 0 || b < 0 ? outside : view_.offset(a, b, 0);
      inside |= line[k] >= 0;
    }
    if (!inside && border_ == T(0)) return false;
    const std::int64_t count = windows_[2].count();
    if (from.one_block && (view_.stride[1] == 1 || view_.stride[4] == 1)) {
      read_block(from, line[0], row);
    } else {
      for (int k = 0; k < lanes<T>; ++k) {
        if (k < from.used)
          read_lane(from.plane[k], line[k], windows_[2].runs(from.tile[k][2]), space + k * length_);
        else
          std::fill_n(space + k * length_, count, T(0));
      }
      transpose<T>(space, length_, lanes<T>, count, {}, row, lanes<T>);
    }
    std::fill_n(row + count * lanes<T>, (length_ - count) * lanes<T>, T(0));
    return true;
  }

 private:
  void read_block(const Lanes<const T>& from, std::int64_t line, T* row) const {
    const T* const plane = from.plane[0] + line;
    const std::int64_t step = view_.stride[4];
    for (const Run& run : windows_[2].runs(from.tile[0][2])) {
      T* to = row + run.begin * lanes<T>;
      const T* at = plane + run.index * step;
      if (line < 0 || run.index < 0) {
        std::fill_n(to, run.count * lanes<T>, border_);
      } else if (step == 1) {
        if (from.used < lanes<T>) std::fill_n(to, run.count * lanes<T>, T(0));
        transpose<T>(at, view_.stride[1], from.used, run.count, {}, to, lanes<T>);
      } else {
        for (std::int64_t u = 0; u < run.count; ++u, at += step, to += lanes<T>)
          store(to, from.used == lanes<T> ? load(at) : load_part(at, from.used));
      }
    }
  }

  void read_lane(const T* plane, std::int64_t line, std::span<const Run> runs, T* to) const {
    for (const Run& run : runs) {
      if (line < 0 || run.index < 0) {
        std::fill_n(to + run.begin, run.count, border_);
        continue;
      }
      const T* at = plane + line + run.index * view_.stride[4];
      if (view_.stride[4] == 1)
        std::copy_n(at, run.count, to + run.begin);
      else
        for (std::int64_t u = 0; u < run.count; ++u) to[run.begin + u] = at[u * view_.stride[4]];
    }
  }

  const View<const T>& view_;
  const WindowsOfAxes& windows_;
  std::int64_t length_;
  T border_;
};

// Rows of computed tiles, to the tensor.
template <typename T>
class Writer {
 public:
  // `fold`: several positions are one element's, so they are added to it.
  Writer(const View<T>& view, const WindowsOfAxes& windows, const Epilogue<T>& epilogue, bool fold)
      : view_(view), windows_(windows), epilogue_(epilogue), fold_(fold) {}

  // For Transform::inverse. `bias` is the lanes'; `space` holds as many vectors as the row.
  void write(const Lanes<T>& to, std::int64_t i, std::int64_t j, T* row, Vector<T> bias, T* space) const {
    const std::int64_t count = windows_[2].count();
    if (epilogue_.bias || epilogue_.activation != Activation::none)
      for (std::int64_t u = 0; u < count; ++u)
        store(row + u * lanes<T>, activate(load(row + u * lanes<T>) + bias, epilogue_.activation));
    if (to.one_block && !fold_ && (view_.stride[1] == 1 || view_.stride[4] == 1)) {
      const std::int64_t a = windows_[0].at(to.tile[0][0], i), b = windows_[1].at(to.tile[0][1], j);
      if (a >= 0 && b >= 0) write_block(row, to, to.plane[0] + view_.offset(a, b, 0));
      return;
    }
    transpose<T>(row, lanes<T>, count, lanes<T>, {}, space, count);
    for (int k = 0; k < to.used; ++k) {
      const std::int64_t a = windows_[0].at(to.tile[k][0], i), b = windows_[1].at(to.tile[k][1], j);
      if (a < 0 || b < 0) continue;
      T* const line = to.plane[k] + view_.offset(a, b, 0);
      for (const Run& run : windows_[2].runs(to.tile[k][2]))
        if (run.index >= 0) write_lane(space + k * count + run.begin, run.count, line + run.index * view_.stride[4]);
    }
  }

  Vector<T> bias(const Signals<T>& signals, std::int64_t group) const {
    Vector<T> result = {};
    if (epilogue_.bias)
      for (int i = 0; i < signals.used(group); ++i) result[i] = epilogue_.bias[signals.channel_of(group, i)];
    return result;
  }

 private:
  void write_block(const T* row, const Lanes<T>& to, T* line) const {
    const std::int64_t step = view_.stride[4];
    for (const Run& run : windows_[2].runs(to.tile[0][2])) {
      if (run.index < 0) continue;
      const T* from = row + run.begin * lanes<T>;
      T* at = line + run.index * step;
      if (step == 1) {
        transpose<T>(from, lanes<T>, run.count, to.used, {}, at, view_.stride[1]);
        continue;
      }
      for (std::int64_t u = 0; u < run.count; ++u, at += step, from += lanes<T>) {
        if (to.used == lanes<T>)
          store(at, load(from));
        else
          store_part(at, load(from), to.used);
      }
    }
  }

  void write_lane(const T* from, std::int64_t count, T* at) const {
    const std::int64_t stride = view_.stride[4];
    if (fold_)
      for (std::int64_t u = 0; u < count; ++u) at[u * stride] += from[u];
    else if (stride == 1)
      std::copy_n(from, count, at);
    else
      for (std::int64_t u = 0; u < count; ++u) at[u * stride] = from[u];
  }

  const View<T>& view_;
  const WindowsOfAxes& windows_;
  const Epilogue<T>& epilogue_;
  bool fold_;
};

}  // namespace striate::STRIATE_LEVEL::fft
