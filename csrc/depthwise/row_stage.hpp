// Rows of a plane copied side by side into the L1 cache, extended by the border rule and parted by the stride.
#pragma once

#include <cstdlib>

#include "lanes.hpp"
#include "row_taps.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// Even elements of a vector and, past its middle, those of a second that begins one before its end.
template <typename V, int... I>
[[gnu::always_inline]] inline V every_other(V a, V b, std::integer_sequence<int, I...>) {
  constexpr int n = sizeof...(I);
  return __builtin_shufflevector(a, b, (I < n / 2 ? 2 * I : n + 2 * (I - n / 2) + 1)...);
}

// Elements of two vectors in turn, from `first` of each on.
template <int first, typename V, int... I>
[[gnu::always_inline]] inline V merged(V a, V b, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, b, (first + I / 2 + I % 2 * static_cast<int>(sizeof...(I)))...);
}

// to[i] = from[i * step]. The last vector overlaps the one before.
template <int step, typename T>
[[gnu::always_inline]] inline void copy_row(const T* from, std::int64_t count, T* to) {
  constexpr int n = lanes<T>;
  const auto copy = [&](std::int64_t i) __attribute__((always_inline)) {
    if constexpr (step == 1)
      store(to + i, load(from + i));
    else
      store(to + i, every_other(load(from + 2 * i), load(from + 2 * i + n - 1), std::make_integer_sequence<int, n>{}));
  };
  if (count < n) {
    for (std::int64_t i = 0; i < count; ++i) to[i] = from[i * step];
    return;
  }
  for (std::int64_t i = 0; i < count - n; i += n) copy(i);
  copy(count - n);
}

// to[2 * i + p] = from[p * section + i], `count` elements in all.
template <typename T>
void merge_rows(const T* from, std::int64_t section, std::int64_t count, T* to) {
  constexpr int n = lanes<T>;
  constexpr auto all = std::make_integer_sequence<int, n>{};
  std::int64_t i = 0;
  for (; 2 * (i + n) <= count; i += n) {
    const Vector<T> even = load(from + i), odd = load(from + section + i);
    store(to + 2 * i, merged<0>(even, odd, all));
    store(to + 2 * i + n, merged<n / 2>(even, odd, all));
  }
  for (i *= 2; i < count; ++i) to[i] = from[i % 2 * section + i / 2];
}

// Staged sources of a task.
inline constexpr std::int64_t stage_bytes = STB << 10;

// Whether lanes lie along the rows: both tensors have dense rows.
template <typename S, typename D>
bool rows_pay(const Problem& problem, const View<S>& first, const View<D>& second) {
  const Axis &b = problem.axis[1], &c = problem.axis[2];
  const auto dense = [&](const auto& view) { return view.stride[4] == 1 && view.stride[1] != 1; };
  if (!dense(first) || !dense(second)) return false;
  return c.stride <= 2 && (b.kernel > 1 ? b.dilation == 1 : c.output() >= 128) && !std::getenv("NOROWS");
}

template <typename T>
class RowStage {
 public:
  // `stage` has `size` elements; what the copies leave alone is the border.
  void begin(const Box& box, const Staging& staging, T border, T* stage, std::int64_t size) {
    a = box.a, b = box.b;
    if (memory == stage && box.c == c) return;
    memory = stage, c = box.c, this->border = border;
    layout = staging;
    this->stage = stage;
    pieces.clear();
    const std::vector<std::int64_t>& table = c->source;
    for (std::int64_t r = 0; r < layout.slots.step; ++r) {
      const std::int64_t step = layout.slots.step;
      for (std::int64_t i = r, end; i < std::ssize(table); i = end) {
        end = i + step;
        if (table[i] == outside) continue;
        while (end < std::ssize(table) && table[end] == table[end - step] + step) end += step;
        pieces.push_back({layout.slots(i), table[i], (end - i) / step});
      }
    }
    // The longest copies are to aligned vectors: across cache lines a store takes twice the time.
    const auto longest = std::ranges::max_element(pieces, {}, &Piece::count);
    if (longest != pieces.end()) this->stage += (lanes<T> - longest->to % lanes<T>) % lanes<T>;
    std::fill_n(memory, size, border);
  }

  const T* data() const { return stage; }

  // A plane whose rows are dense.
  void copy(const View<const T>& view, const T* plane) const {
    layout.slots.step == 1 ? copy<1>(view, plane) : copy<2>(view, plane);
  }

 private:
  template <int step>
  void copy(const View<const T>& view, const T* plane) const {
    for (std::int64_t i = 0; i < std::ssize(a->source); ++i)
      for (std::int64_t j = 0; j < std::ssize(b->source); ++j) {
        T* const to = stage + i * layout.slab + j * layout.width;
        if (a->source[i] == outside || b->source[j] == outside) {
          std::fill_n(to, layout.width, border);
          continue;
        }
        const T* const from = plane + view.offset(a->source[i], b->source[j], 0);
        for (const Piece& piece : pieces) copy_row<step>(from + piece.from, piece.count, to + piece.to);
      }
  }

  struct Piece {
    std::int64_t to, from, count;
  };

  T* memory = nullptr;
  T* stage = nullptr;
  const Band *a = nullptr, *b = nullptr, *c = nullptr;
  Staging layout = {};
  T border = {};
  std::vector<Piece> pieces;
};

}  // namespace striate::STRIATE_LEVEL::depthwise
