// The visible cells of masked signals, each with its surroundings as a small signal of its own, and back.
#pragma once

#include <vector>

#include "../isa.hpp"
#include "../mask.hpp"
#include "../threading.hpp"
#include "../view.hpp"

namespace striate::blocks {

// Part v is what begins `before` the first element of visible cell `places[v]`, `extent` elements on each axis, as
// [position][channel]. A place is flat: ((sample * cells[0] + cell) * cells[1] + cell) * cells[2] + cell.
struct Cut {
  Mask mask;
  std::int64_t batch;
  std::int64_t channels;
  std::array<std::int64_t, 3> size = {1, 1, 1};
  std::array<std::int64_t, 3> before = {0, 0, 0};
  std::array<std::int64_t, 3> extent = {1, 1, 1};
  std::vector<std::int64_t> places = {};  // ascending
  std::vector<std::int64_t> first = {};   // of each sample's places, and their number behind the last

  std::int64_t part() const { return extent[0] * extent[1] * extent[2] * channels; }  // elements
  // Sample, and the first element of a part.
  std::array<std::int64_t, 4> begin(std::int64_t part) const {
    std::array<std::int64_t, 4> result;
    std::int64_t rest = places[part];
    for (int i = 2; i >= 0; --i) {
      result[i + 1] = rest % mask.cells[i] * (size[i] / mask.cells[i]) - before[i];
      rest /= mask.cells[i];
    }
    result[0] = rest;
    return result;
  }
};

// `gather` writes what is visible of each part and 0 elsewhere. `scatter`, whose parts are the cells themselves, writes
// all of the signal: the parts, and 0 elsewhere.
template <typename T>
struct Kernels {
  void (*gather)(const Cut&, View<const T> signal, T* parts, ParallelFor);
  void (*scatter)(const Cut&, const T* parts, View<T> signal, ParallelFor);
};

template <typename T>
Kernels<T> kernels(Level level);

}  // namespace striate::blocks

#define STRIATE_DECLARE_BLOCKS(LEVEL)                       \
  namespace striate::LEVEL::blocks {                        \
  using ::striate::blocks::Cut;                             \
  template <typename T>                                     \
  void gather(const Cut&, View<const T>, T*, ParallelFor);  \
  template <typename T>                                     \
  void scatter(const Cut&, const T*, View<T>, ParallelFor); \
  }

STRIATE_DECLARE_BLOCKS(baseline)
STRIATE_DECLARE_BLOCKS(avx2)
STRIATE_DECLARE_BLOCKS(avx512)
