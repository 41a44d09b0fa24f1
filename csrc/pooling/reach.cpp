#include "reach.hpp"

namespace striate::pooling {
namespace {

std::int64_t ceil_div(std::int64_t value, std::int64_t divisor) {
  return value <= 0 ? 0 : (value + divisor - 1) / divisor;
}

// The taps of an axis that lie in [0, size) when the first stands at `start`.
Reach inside(const Axis& axis, std::int64_t start, std::int64_t size) {
  if (start >= 0 && start + axis.extent() <= size) return {0, axis.kernel, axis.kernel};
  const std::int64_t first = ceil_div(-start, axis.dilation);
  const std::int64_t last = std::min(axis.kernel, ceil_div(size - start, axis.dilation));
  return {first, std::max(first, last), std::max<std::int64_t>(last - first, 0)};
}

}  // namespace

Reaches reaches(const Pooling& pooling) {
  Reaches result;
  for (int i = 0; i < Problem::max_ndim; ++i) {
    const PooledAxis& axis = pooling.axis[i];
    result[i].reserve(axis.outputs);
    for (std::int64_t output = 0; output < axis.outputs; ++output) {
      result[i].push_back(inside(axis, position(axis, output, 0), axis.input + std::min<std::int64_t>(axis.after, 0)));
      Reach& reach = result[i].back();
      if (pooling.count_include_pad) reach.count = inside(axis, output * axis.stride, axis.padded()).count;
      reach.count = std::max<std::int64_t>(reach.count, 1);
    }
  }
  return result;
}

Meetings::Meetings(const PooledAxis& axis, const std::vector<Reach>& reaches) : begin(axis.input + 1) {
  const auto visit = [&](const auto& meet) {
    for (std::int64_t output = 0; output < axis.outputs; ++output)
      for (std::int64_t tap = reaches[output].first; tap < reaches[output].last; ++tap)
        meet(position(axis, output, tap), Meeting{output, tap});
  };
  visit([&](std::int64_t element, const Meeting&) { ++begin[element + 1]; });
  for (std::int64_t i = 0; i < axis.input; ++i) begin[i + 1] += begin[i];
  all.resize(begin.back());
  std::vector<std::int64_t> next(begin.begin(), begin.end() - 1);
  visit([&](std::int64_t element, const Meeting& meeting) { all[next[element]++] = meeting; });
}

AllMeetings meetings(const Pooling& pooling, const Reaches& reaches) {
  const auto& [a, b, c] = pooling.axis;
  return {Meetings(a, reaches[0]), Meetings(b, reaches[1]), Meetings(c, reaches[2])};
}

Box elements_of(const Pooling& pooling, const Box& outputs) {
  Box result;
  for (int i = 0; i < Problem::max_ndim; ++i) {
    const PooledAxis& axis = pooling.axis[i];
    result[i].begin = std::max<std::int64_t>(position(axis, outputs[i].begin, 0), 0);
    const std::int64_t last = std::min(position(axis, outputs[i].end - 1, axis.kernel - 1), axis.input - 1);
    result[i].end = std::max(last + 1, result[i].begin);
  }
  return result;
}

Box windows_of(const Pooling& pooling, const Box& elements) {
  Box result;
  for (int i = 0; i < Problem::max_ndim; ++i) {
    const PooledAxis& axis = pooling.axis[i];
    const std::int64_t before = elements[i].begin + axis.before - axis.extent() + 1;
    const std::int64_t last = elements[i].end - 1 + axis.before;
    result[i].begin = ceil_div(before, axis.stride);
    result[i].end = last < 0 ? 0 : std::min(last / axis.stride + 1, axis.outputs);
    result[i].begin = std::min(result[i].begin, result[i].end);
  }
  return result;
}

}  // namespace striate::pooling
