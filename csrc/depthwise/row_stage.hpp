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

// to[i] = from[i * step].
template <typename T>
void copy_row(const T* from, std::int64_t step, std::int64_t count, T* to) {
  constexpr int n = lanes<T>;
  if (count < n || step > 2) {
    for (std::int64_t i = 0; i < count; ++i) to[i] = from[i * step];
    return;
  }
  // The last vector overlaps the one before.
  for (std::int64_t i = 0; i < count; i += n) {
    const std::int64_t at = std::min(i, count - n);
    if (step == 1)
      store(to + at, load(from + at));
    else
      store(to + at, every_other(load(from + 2 * at), load(from + 2 * at + n - 1), std::make_integer_sequence<int, n>{}));
  }
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
inline constexpr std::int64_t stage_bytes = 64 << 10;

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
    if (this->stage == stage && box.a == a && box.b == b && box.c == c) return;
    this->stage = stage, a = box.a, b = box.b, c = box.c;
    layout = staging;
    std::fill_n(stage, size, border);
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
  }

  // A plane whose rows are dense.
  void copy(const View<const T>& view, const T* plane) const {
    for (std::int64_t i = 0; i < std::ssize(a->source); ++i)
      for (std::int64_t j = 0; j < std::ssize(b->source); ++j) {
        if (a->source[i] == outside || b->source[j] == outside) continue;
        const T* const from = plane + view.offset(a->source[i], b->source[j], 0);
        T* const to = stage + i * layout.slab + j * layout.width;
        for (const Piece& piece : pieces) copy_row(from + piece.from, layout.slots.step, piece.count, to + piece.to);
      }
  }

 private:
  struct Piece {
    std::int64_t to, from, count;
  };

  T* stage = nullptr;
  const Band *a = nullptr, *b = nullptr, *c = nullptr;
  Staging layout = {};
  std::vector<Piece> pieces;
};

}  // namespace striate::STRIATE_LEVEL::depthwise
