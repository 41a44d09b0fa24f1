// Spectra of many signals by frequency, as the products read and write them.
#pragma once

#include "signals.hpp"
#include "transform.hpp"

namespace striate::STRIATE_LEVEL::fft {

// [frequency][real, imaginary][lane]. One vector more than the lanes need: a product may read one past a row's end, and
// frequencies are not a power of two apart, which would put them all into the same few sets of a cache.
template <typename T>
class Spectra {
 public:
  explicit Spectra(const Signals<T>& signals) : part_((signals.groups(signals.blocks) + 1) * lanes<T>) {}

  std::int64_t part() const { return part_; }
  std::int64_t frequency() const { return 2 * part_; }

  // `sign`: -1 stores conjugates.
  void store(const Transform<T>& transform, const T* tile, std::int64_t group, T sign, T* to) const {
    to += group * lanes<T>;
    for (std::int64_t bin = 0; bin < transform.bins(); ++bin, tile += complex_size<T>, to += frequency()) {
      __builtin_prefetch(to + ahead * frequency(), 1);
      __builtin_prefetch(to + ahead * frequency() + part_, 1);
      const auto value = Complex<T>::at(tile);
      STRIATE_LEVEL::store(to, value.re);
      STRIATE_LEVEL::store(to + part_, value.im * broadcast(sign));
    }
  }

  // Lanes that no signal uses were never written.
  void load(const Transform<T>& transform, const T* from, std::int64_t group, int used, T* tile) const {
    from += group * lanes<T>;
    for (std::int64_t bin = 0; bin < transform.bins(); ++bin, tile += complex_size<T>, from += frequency()) {
      __builtin_prefetch(from + ahead * frequency());
      __builtin_prefetch(from + ahead * frequency() + part_);
      Complex<T>{load_part(from, used), load_part(from + part_, used)}.put(tile);
    }
  }

 private:
  static constexpr std::int64_t ahead = 16;  // frequencies: each is another page, which the hardware does not foresee
  std::int64_t part_;
};

// What one task works in: the spectra of `tiles` tiles, a transform's memory, and rows on their way.
template <typename T>
struct Workspace {
  T *tile, *work, *space;

  Workspace(const Transform<T>& transform, const Cut& cut, std::int64_t tiles = 1) {
    tile = scratch<T>(tiles * transform.tile_size() + transform.work_size() + cut.length[2] * lanes<T>);
    work = tile + tiles * transform.tile_size();
    space = work + transform.work_size();
  }
};

// Blocks whose spectra, of so many channels in all, are held at a time: 32 MiB, or one block.
template <typename T>
std::int64_t chunk(const Transform<T>& transform, std::int64_t channels) {
  const std::int64_t block = transform.bins() * 2 * channels * static_cast<std::int64_t>(sizeof(T));
  return std::max<std::int64_t>((1 << 25) / block, 1);
}

}  // namespace striate::STRIATE_LEVEL::fft
