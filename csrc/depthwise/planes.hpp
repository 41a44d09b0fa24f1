// Planes of one channel packed row by row, for tiles whose lanes are neighbouring pixels.
#pragma once

#include "../scratch.hpp"
#include "lines.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// A box of a plane with the border of its last axis in place. The other axes' borders stand in the tables, with the
// roles of the two exchanged: a line is a slot of the last axis, of one index of the first, and a column is a row of
// the image. Vectors may be read from any slot on, so rows have a vector to spare.
template <typename T>
class Planes {
 public:
  explicit Planes(const Sweeps& sweep)
      : rows{sweep[1].source_step, (sweep[1].packed() + sweep[1].source_step - 1) / sweep[1].source_step},
        slots{sweep[2].source_step, (sweep[2].packed() + sweep[2].source_step - 1) / sweep[2].source_step},
        pitch((slots.size() + 2 * lanes<T> - 1) / lanes<T> * lanes<T>),
        packed(sweep[0].packed() * sweep[1].packed() * pitch) {}

  std::int64_t size() const { return packed; }

  // The tables of a box that is packed at `memory`.
  void set(const Box& box, const T* memory) {
    set_row(box.c->source);
    const std::int64_t depth = std::ssize(box.b->source) * pitch;
    line.clear();
    for (std::int64_t a = 0; a < std::ssize(box.a->source); ++a)
      for (std::int64_t i = 0; i < slots.size(); ++i)
        line.push_back(box.a->source[a] == outside ? nullptr : memory + a * depth + i);
    column.assign(rows.size(), outside);
    for (std::int64_t b = 0; b < std::ssize(box.b->source); ++b)
      if (box.b->source[b] != outside) column[rows(b)] = b * pitch;
  }

  void pack(const View<const T>& view, std::int64_t sample, std::int64_t channel, const Box& box, T border,
            T* memory) const {
    const T* const plane = view.plane(sample, channel);
    for (const std::int64_t a : box.a->source)
      for (const std::int64_t b : box.b->source) {
        if (a != outside && b != outside) pack_row(plane + view.offset(a, b, 0), border, memory);
        memory += pitch;
      }
  }

  std::vector<const T*> line;
  std::vector<std::int64_t> column;
  const Slots rows;
  const Slots slots;

 private:
  // A position of a packed row that is copied by itself.
  struct Single {
    std::int64_t slot;
    std::int64_t source;
  };

  void set_row(const std::vector<std::int64_t>& source) {
    const Run run = slots.step <= 2 ? longest_run(source) : Run{};
    count = run.end - run.begin;
    first = count > 0 ? source[run.begin] : 0;
    to = {slots(run.begin), slots(run.begin + 1)};
    singles.clear();
    for (std::int64_t i = 0; i < std::ssize(source); ++i)
      if (i < run.begin || i >= run.end) singles.push_back({slots(i), source[i]});
  }

  // The run may leave garbage behind it, which singles overwrite or nobody counts.
  void pack_row(const T* from, T border, T* row) const {
    if (slots.step == 1)
      copy(from + first, row + to[0]);
    else
      split(from + first, row + to[0], row + to[1]);
    for (const Single& single : singles) row[single.slot] = single.source == outside ? border : from[single.source];
  }

  void copy(const T* from, T* row) const {
    constexpr std::int64_t n = lanes<T>;
    std::int64_t i = 0;
    for (; i + n <= count; i += n) store(row + i, load(from + i));
    if (i < count) store(row + i, load_part(from + i, static_cast<int>(count - i)));
  }

  // Elements of even and of odd places.
  void split(const T* from, T* even, T* odd) const {
    for (std::int64_t i = 0; i < count / 2; ++i) {
      even[i] = from[2 * i];
      odd[i] = from[2 * i + 1];
    }
    if (count % 2) even[count / 2] = from[count - 1];
  }

  const std::int64_t pitch;
  const std::int64_t packed;
  std::int64_t count = 0;  // of the run: elements that follow each other in memory, from `first` on
  std::int64_t first = 0;
  std::array<std::int64_t, 2> to = {};  // slots of its first two elements
  std::vector<Single> singles;
};

// Sizes of a box are such that its packed rows stay in the L1 cache beside its results.
inline constexpr std::int64_t plane_bytes = 20 << 10;

// Whether lanes are better spent on pixels: rows lie in both tensors as they are computed, fill two vectors and most of
// the last, and are enough that neighbours above and below share source vectors.
template <typename S, typename T>
bool pixels_pay(const View<S>& source, const View<T>& target, const Axis& rows, const Axis& row) {
  constexpr int n = lanes<std::remove_const_t<T>>;
  const std::int64_t count = row.output(), vectors = (count + n - 1) / n;
  return source.stride[4] == 1 && target.stride[4] == 1 && rows.output() >= 4 && vectors > 1 &&
         count * 4 >= vectors * n * 3;
}

}  // namespace striate::STRIATE_LEVEL::depthwise
