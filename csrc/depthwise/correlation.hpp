// One pass over one tensor: forward and backward_data are the same loop with other sweeps.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "../epilogue.hpp"
#include "../simd.hpp"
#include "../view.hpp"
#include "cells.hpp"

namespace striate::STRIATE_LEVEL::depthwise {

using namespace ::striate::depthwise;

template <typename T>
struct Correlation {
  Sweeps sweep;
  Sizes kernel;
  std::int64_t batch;
  std::int64_t channels;  // of the target
  // Target channel t sums `planes` source channels from t * planes / share on: forward has one plane and `multiplier`
  // targets that share it, backward_data the reverse.
  std::int64_t planes;
  std::int64_t share;
  View<const T> source;
  Epilogue<T> epilogue;
  View<T> target;
  T border;            // stands outside the source
  std::int64_t group;  // blocks of channels a task
  Sizes size;          // of the target
  Sizes source_size;
  // Where each extended position's gradient is added, if targets are extended positions; empty otherwise.
  SourceTables fold;
  // What of both is visible, if they are masked; then nothing is folded.
  Cells shown;
  Cells source_shown;

  bool folds() const { return !fold[0].empty(); }
  std::int64_t source_channel(std::int64_t t, std::int64_t plane) const { return t * planes / share + plane; }
};

// backward_weight: the same sweep as forward's.
template <typename T>
struct Gradient {
  Sweeps sweep;
  Sizes kernel;
  std::int64_t batch;
  std::int64_t channels;  // of the output; output channel o reads input channel o / share
  std::int64_t share;
  View<const T> grad_output;
  View<const T> input;
  View<T> grad_weight;  // its channels on axis 1
  T border;
  std::int64_t group;  // blocks of channels a task
  Sizes size;          // of the input
  Sizes output_size;
  Cells shown;  // of the output, if it is masked, and of the input
  Cells input_shown;
};

// Chunks of a batch whose weight gradients are summed apart, in parallel. Their number does not depend on threads.
inline constexpr std::int64_t most_chunks = 16;

// A weight's view with output channels on axis 1, as activations have theirs.
template <typename T>
View<T> channels_on_axis_1(View<T> weight) {
  weight.stride[1] = weight.stride[0];
  weight.stride[0] = 0;
  return weight;
}

// The bands of one task.
struct Box {
  const Band *a, *b, *c;
};

inline std::int64_t boxes(const Sweeps& sweep) {
  return std::ssize(sweep[0].bands) * std::ssize(sweep[1].bands) * std::ssize(sweep[2].bands);
}

inline Box box(const Sweeps& sweep, std::int64_t index) {
  const std::int64_t c = std::ssize(sweep[2].bands), b = std::ssize(sweep[1].bands);
  return {&sweep[0].bands[index / c / b], &sweep[1].bands[index / c % b], &sweep[2].bands[index % c]};
}

// The product of the three axes' phases.
template <typename Visit>
void for_each_phase(const Box& box, const Visit& visit) {
  for (const Phase& a : box.a->phases)
    for (const Phase& b : box.b->phases)
      for (const Phase& c : box.c->phases) visit(a, b, c);
}

// Adds the gradients of extended positions, `width` numbers each, to the elements they are copies of.
template <typename T>
void fold(const SourceTables& table, const Sizes& size, std::int64_t width, const T* extended, T* result) {
  std::fill_n(result, size[0] * size[1] * size[2] * width, T(0));
  const std::int64_t row = std::ssize(table[2]);
  const Run run = longest_run(table[2]);
  for (const std::int64_t a : table[0]) {
    for (const std::int64_t b : table[1]) {
      if (a != outside && b != outside) {
        T* to = result + (a * size[1] + b) * size[2] * width;
        const auto add = [&](std::int64_t begin, std::int64_t element, std::int64_t count) {
          for (std::int64_t i = 0; i < count * width; ++i) to[element * width + i] += extended[begin * width + i];
        };
        for (std::int64_t i = 0; i < row; ++i) {
          if (table[2][i] == outside) continue;
          const bool starts_run = i == run.begin;
          const std::int64_t count = starts_run ? run.end - run.begin : 1;
          add(i, table[2][i], count);
          i += count - 1;
        }
      }
      extended += row * width;
    }
  }
}

}  // namespace striate::STRIATE_LEVEL::depthwise
