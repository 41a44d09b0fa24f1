// Rows of a plane copied side by side into the cache, extended by the border rule.
#pragma once

#include "row_taps.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

// The last vector overlaps the one before.
template <typename T>
[[gnu::always_inline]] inline void copy_row(const T* from, std::int64_t count, T* to) {
  constexpr int n = lanes<T>;
  if (count < n) return store_part(to, load_part(from, static_cast<int>(count)), static_cast<int>(count));
  for (std::int64_t i = 0; i < count - n; i += n) store(to + i, load(from + i));
  store(to + count - n, load(from + count - n));
}

// Staged rows of one box. Copies leave the border's places alone, so that one plane after another is copied between
// them.
template <typename T>
class RowStage {
 public:
  // `memory` has `size` elements.
  void begin(const Box& box, const Staging& staging, T border, T* memory, std::int64_t size) {
    a = box.a, b = box.b;
    if (this->memory == memory && box.c == c) return;
    this->memory = memory, c = box.c, this->border = border, layout = staging;
    std::fill_n(memory, size, border);
    pieces.clear();
    const std::vector<std::int64_t>& table = c->source;
    for (std::int64_t i = 0, end; i < std::ssize(table); i = end) {
      end = i + 1;
      if (table[i] == outside) continue;
      while (end < std::ssize(table) && table[end] == table[end - 1] + 1) ++end;
      pieces.push_back({i, table[i], end - i});
    }
    // The longest copies are to aligned vectors: across cache lines a store takes twice the time.
    const auto longest = std::ranges::max_element(pieces, {}, &Piece::count);
    stage = memory + (longest == pieces.end() ? 0 : (lanes<T> - longest->to % lanes<T>) % lanes<T>);
  }

  // A plane whose rows are dense.
  void copy(const View<const T>& view, const T* plane) const {
    for (std::int64_t i = 0; i < std::ssize(a->source); ++i)
      for (std::int64_t j = 0; j < std::ssize(b->source); ++j) {
        T* const to = stage + i * layout.slab + j * layout.width;
        if (a->source[i] == outside || b->source[j] == outside) {
          std::fill_n(to, layout.width, border);
          continue;
        }
        const T* const from = plane + view.offset(a->source[i], b->source[j], 0);
        for (const Piece& piece : pieces) copy_row(from + piece.from, piece.count, to + piece.to);
      }
  }

  const T* data() const { return stage; }

 private:
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
