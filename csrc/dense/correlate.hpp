// Sums over taps and channels for a packed block: what forward and backward_data share.
#pragma once

#include "../matrix/panels.hpp"
#include "../scratch.hpp"
#include "pixels.hpp"

namespace striate::STRIATE_LEVEL::dense {

using matrix::panel;
using matrix::Panels;

// How the work is cut: blocks, samples of one block where a plane is small, and chunks of panels that share packed
// pixels. No bit depends on it: whatever the cut, a sum adds the same terms in the same order.
struct Division {
  Index size;
  std::int64_t samples = 1;  // of a task
  std::int64_t panel_chunks = 1;

  // Packed pixels of at most 512 KiB, and 1024 computed positions: 128 KiB of sums of a panel. A sample is worth
  // several tasks from 2 Mi multiply-adds each, some 25 us.
  template <typename T>
  static Division of(const std::array<Extent, 3>& axis, const Panels<T>& panels, std::int64_t work,
                     std::int64_t batch) {
    const std::int64_t wanted = std::clamp<std::int64_t>(work >> 21, 1, 8);
    const std::int64_t pixels = (1 << 19) / static_cast<std::int64_t>(sizeof(T)) / pixel_pitch<T>(panels.from);
    Division division = {block_sizes(axis, 1024, pixels, (wanted + panels.groups - 1) / panels.groups)};
    std::int64_t blocks = 1, computed = 1, packed = 1;
    for (int i = 0; i < 3; ++i) {
      blocks *= (axis[i].total + division.size[i] - 1) / division.size[i];
      computed *= division.size[i];
      packed *= axis[i].packed(division.size[i]);
    }
    if (blocks == 1) {  // a panel's weights serve about 12 tiles
      const std::int64_t most = std::clamp<std::int64_t>(std::min(168 / computed, pixels / packed), 1, batch);
      const std::int64_t parts = (batch + most - 1) / most;
      division.samples = (batch + parts - 1) / parts;
    }
    const std::int64_t tasks = panels.groups * blocks;
    division.panel_chunks = std::min(panels.count, (wanted + tasks - 1) / tasks);
    if (tasks > 1 && tasks * division.panel_chunks % 2 == 1)  // two threads would wait for each other
      division.panel_chunks = std::min(panels.count, 2 * division.panel_chunks);
    return division;
  }
};

// One direction's sums, ready for every block.
template <typename T>
class Correlation {
 public:
  Correlation(const Blocks& cut, const Panels<T>& panels)
      : cut_(cut), panels_(panels), pitch_(pixel_pitch<T>(panels.from)) {
    for (const matrix::Phase& phase : panels.phases)
      for (const auto& [p, q, r] : phase.taps)
        runs_.push_back(offset(cut[0].tap_at[p], cut[1].tap_at[q], cut[2].tap_at[r]));
  }

  std::int64_t pitch() const { return pitch_; }
  // Of one sample.
  std::int64_t pixel_elements() const { return cut_[0].length * cut_[1].length * cut_[2].length * pitch_; }
  std::int64_t result_elements() const { return cut_[0].size * cut_[1].size * cut_[2].size * panel<T>; }

  // The positions of a block of some samples, phase by phase: where each stands in the packed pixels and the results.
  struct Positions {
    std::vector<std::int64_t> left, result;
    std::vector<std::int64_t> phase_begin;

    std::int64_t count(std::size_t phase) const { return phase_begin[phase + 1] - phase_begin[phase]; }
  };
  Positions positions(const Index& count, std::int64_t samples) const {
    Positions list;
    for (std::int64_t p = 0; p < cut_[0].phases; ++p)
      for (std::int64_t q = 0; q < cut_[1].phases; ++q)
        for (std::int64_t r = 0; r < cut_[2].phases; ++r) {
          list.phase_begin.push_back(std::ssize(list.left));
          for (std::int64_t i = 0; i < samples; ++i)
            for (std::int64_t a = 0; a < count[0]; ++a)
              for (std::int64_t b = 0; b < count[1]; ++b)
                for (std::int64_t c = 0; c < count[2]; ++c) {
                  if (cut_[0].phase[a] != p || cut_[1].phase[b] != q || cut_[2].phase[c] != r) continue;
                  list.left.push_back(i * pixel_elements() + offset(cut_[0].at[a], cut_[1].at[b], cut_[2].at[c]));
                  list.result.push_back((((i * count[0] + a) * count[1] + b) * count[2] + c) * panel<T>);
                }
        }
    list.phase_begin.push_back(std::ssize(list.left));
    return list;
  }

  // results[position][lane] of one panel: sums beginning at `start`, one value for each of `columns` lanes, or at 0.
  void sum(const T* pixels, const T* weights, const Positions& list, int columns, const T* start, T* results) const {
    const int vectors = matrix::vectors_of<T>(columns);
    for (std::size_t i = 0; i < panels_.phases.size(); ++i) {
      const matrix::Phase& phase = panels_.phases[i];
      const std::int64_t taps = std::ssize(phase.taps);
      const std::int64_t tiles = (list.count(i) + matrix::max_rows - 1) / matrix::max_rows;
      for (std::int64_t chunk = 0; chunk < panels_.chunks; ++chunk) {
        const std::int64_t first = panels_.chunk_begin(chunk), terms = panels_.chunk_begin(chunk + 1) - first;
        for (std::int64_t t = 0; t < tiles; ++t) {
          const std::int64_t begin = list.phase_begin[i] + t * list.count(i) / tiles,
                             end = list.phase_begin[i] + (t + 1) * list.count(i) / tiles;
          matrix::tile<T>(static_cast<int>(end - begin), vectors)(
              {pixels + first, list.left.data() + begin, runs_.data() + phase.first, taps, terms, 1},
              matrix::right_operand(weights + panels_.at(phase, chunk), taps * terms, t),
              {results, list.result.data() + begin, columns, chunk > 0, nullptr, start});
        }
      }
    }
  }

 private:
  std::int64_t offset(std::int64_t a, std::int64_t b, std::int64_t c) const {
    return ((a * cut_[1].length + b) * cut_[2].length + c) * pitch_;
  }

  const Blocks& cut_;
  const Panels<T>& panels_;
  std::int64_t pitch_;
  std::vector<std::int64_t> runs_;  // of each tap, phase by phase
};

}  // namespace striate::STRIATE_LEVEL::dense
