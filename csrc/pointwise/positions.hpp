// A tensor at the outputs' positions.
#pragma once

#include <array>
#include <cstdint>

#include "../problem.hpp"
#include "../view.hpp"

namespace striate::STRIATE_LEVEL::pointwise {

using Index = std::array<std::int64_t, Problem::max_ndim>;

inline Index outputs(const Problem& problem) {
  return {problem.axis[0].output(), problem.axis[1].output(), problem.axis[2].output()};
}
inline Index strides(const Problem& problem) {
  return {problem.axis[0].stride, problem.axis[1].stride, problem.axis[2].stride};
}

// Positions of one sample in lines whose positions are `step` elements apart: the rows of the outputs, or all of them
// as one line where memory allows.
struct Lines {
  std::int64_t count, length;
  std::int64_t step;
  std::int64_t rows, row_step, slice_step;  // a line is row `i % rows` of slice `i / rows`

  // `stride`: elements of the tensor from one position to the next, on each axis.
  template <typename T>
  Lines(const View<T>& view, const Index& outputs, const Index& stride)
      : count(outputs[0] * outputs[1]),
        length(outputs[2]),
        step(stride[2] * view.stride[4]),
        rows(outputs[1]),
        row_step(stride[1] * view.stride[3]),
        slice_step(stride[0] * view.stride[2]) {}

  bool one_line() const {
    return (rows == 1 || row_step == length * step) && (count == rows || slice_step == rows * length * step);
  }
  void join() { length *= count, count = rows = 1; }

  std::int64_t line(std::int64_t i) const { return i / rows * slice_step + i % rows * row_step; }
  std::int64_t position(std::int64_t p) const { return line(p / length) + p % length * step; }
};

// Lines of both tensors, joined if both can be.
template <typename A, typename B>
std::array<Lines, 2> lines_of(const View<A>& a, const Index& a_stride, const View<B>& b, const Index& b_stride,
                              const Index& outputs) {
  std::array<Lines, 2> lines = {Lines(a, outputs, a_stride), Lines(b, outputs, b_stride)};
  if (lines[0].one_line() && lines[1].one_line()) lines[0].join(), lines[1].join();
  return lines;
}

}  // namespace striate::STRIATE_LEVEL::pointwise
