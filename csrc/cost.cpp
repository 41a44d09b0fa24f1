#include "cost.hpp"

#include <algorithm>

namespace striate {
namespace {

// When our kernel is chosen over torch's. The rules were read off torch's time over ours, each direction by itself, of
// the layers in problems/: float32, 2 threads, AVX-512, torch 2.13, batch 8 | batch 1, as forward / backward_data /
// backward_weight. Where a class of layers did not win at both batches torch's is left to run.
//
//                                       contiguous                            channels_last
//   depthwise 7x7, 96 at 56x56          1.4  1.6  32  | 1.7  1.9  31          1.0  1.2  8.7 | 1.2  1.3  8.7
//   depthwise 7x7, 768 at 7x7           0.8  1.0  22  | 1.6  1.6  18          1.0  1.5  14  | 1.7  1.9  20
//   depthwise 5x5, 480 at 14x14         1.2  1.4  19  | 1.9  1.9  18          0.9  1.3  9.4 | 1.8  1.9  13
//   depthwise 5x5 / 2, 144 at 56x56     1.1  1.7  18  | 1.5  1.9  15          0.6  1.0  5.9 | 0.8  1.0  6.0
//   depthwise 3x3, 144 at 56x56         1.5  1.5  2.1 | 1.6  1.6  1.8         0.7  0.8  1.2 | 0.9  0.9  1.0
//   depthwise 3x3 / 2, 144 at 56x56     1.3  1.8  1.4 | 1.6  2.2  1.5         0.8  1.1  1.1 | 0.8  1.0  0.9
//   depthwise 31 of 16000, 256          5.3  2.3  13  | 13   1.5  15
//   1 -> 6, 5x5 at 32x32 (batch 64)     2.9  11   2.2 | 4.8  6.0  4.1         2.9  11   2.1 | 4.7  5.9  3.9
//   1 -> 64, 3x3 at 256x256             2.0  6.3  5.3 | 2.1  4.7  1.9         2.0  6.8  6.0 | 2.2  4.6  1.9
//   3 -> 64, 3x3 at 224x224             1.9  4.6  3.5 | 1.4  3.3  1.3         0.8  1.9  1.0 | 0.4  2.1  1.0
//   3 -> 64, 7x7 / 2 at 224x224         1.0  3.6  0.9 | 1.0  3.3  0.9         0.7  3.1  0.8 | 0.8  2.8  0.8
//   3 -> 64, 3x3x3 at 16x112x112        1.6  3.3  1.9 | 2.2  2.7  3.3         0.7  1.7  1.0 | 1.5  2.8  3.3
//   6 -> 16, 5x5 at 14x14 (batch 64)    1.0  1.0  1.2 | 2.8  2.5  2.7         1.0  1.5  0.5 | 2.1  1.8  2.0
//   4 -> 4 in 32 groups, 3x3 at 56x56   2.1  2.2  8.8 | 2.2  2.0  8.5         0.6  0.7  0.7 | 0.6  0.6  1.3
//   8 -> 8 in 32 groups, 3x3 at 28x28   1.4  1.3  1.3 | 1.2  1.1  1.2         0.8  0.7  0.7 | 0.8  0.8  1.1
//   24 -> 144, 1x1 at 56x56             1.6  1.5  1.4 | 1.5  1.5  1.7         0.4  0.7  0.4 | 0.4  0.7  0.6
//   64 -> 64, 9 of 16000                1.5  1.4  1.2 | 1.2  1.2  1.0
//   192 -> 384, 3x3 at 13x13            0.6  0.6  0.6 | 0.5  0.4  0.5         0.6  0.6  0.6 | 0.4  0.4  0.6

// Below this many multiply-adds a sample, what a call of ours costs before its loop weighs more than the loop. Of one
// sample: the choice, and with it the bits of a row, must not depend on the batch.
constexpr std::int64_t least_work = 1 << 16;

// What the rules ask of a problem, of its own axes.
struct Shape {
  std::int64_t taps = 1;
  std::int64_t outputs = 1;
  std::int64_t stride = 1;  // the largest

  explicit Shape(const Problem& problem) {
    for (const Axis& axis : problem.axis) {
      taps *= axis.kernel;
      outputs *= axis.output();
      stride = std::max(stride, axis.stride);
    }
  }
};

bool contiguous(const Problem& problem) { return problem.layout == Layout::contiguous; }

bool depthwise_wins(const Problem& problem, const Shape& shape, Direction direction) {
  if (problem.groups == 1) return false;  // one channel: `direct` has its lanes along the row
  if (problem.ndim == 1) return shape.taps >= 16;
  const bool weight = direction == Direction::backward_weight;
  if (contiguous(problem)) return direction != Direction::forward || shape.taps < 25 || shape.outputs > 64;
  if (shape.taps < 25) return weight && shape.stride > 1 && shape.outputs >= 14 * 14;
  if (weight) return true;
  if (shape.stride > 1) return false;
  return direction == Direction::backward_data || shape.taps >= 49;
}

bool grouped_wins(const Problem& problem, const Shape& shape, Direction direction) {
  const std::int64_t channels = std::max(problem.in_channels_per_group(), problem.out_channels_per_group());
  if (!contiguous(problem) || channels > 8) return false;
  return channels <= 4 || shape.stride == 1 || direction != Direction::backward_data;
}

bool sequence_wins(const Problem& problem, const Shape& shape, Direction direction) {
  if (problem.in_channels <= 4) return false;
  return shape.stride == 1 || direction == Direction::backward_data;
}

bool dense_wins(const Problem& problem, const Shape& shape, Direction direction) {
  const std::int64_t in = problem.in_channels, out = problem.out_channels;
  if (in == 1 || (in <= 4 && direction == Direction::backward_data)) return true;
  if (in <= 4) return contiguous(problem) && shape.stride == 1;
  if (in <= 16 && out <= 16) return contiguous(problem) || direction != Direction::backward_weight;
  return contiguous(problem) && shape.taps == 1 && shape.stride == 1 && shape.outputs >= 28 * 28 && in * out < 8192;
}

bool direct_wins(const Problem& problem, const Shape& shape, Direction direction) {
  if (problem.groups > 1) return problem.in_channels_per_group() > 1 && grouped_wins(problem, shape, direction);
  return problem.ndim == 1 ? sequence_wins(problem, shape, direction) : dense_wins(problem, shape, direction);
}

// Winograd's: torch's time over ours is 1.4 to 3.6 on the 3x3 layers of VGG and ResNet from 14x14 on. Fewer than 16
// channels a group leave lanes empty, and below some 96 outputs transforming the weight costs what is saved.
bool winograd_wins(const Problem& problem, const Shape& shape, Direction direction) {
  std::int64_t tiles = problem.axis[0].output();
  for (int i = 1; i < Problem::max_ndim; ++i) tiles *= (problem.axis[i].output() + 3) / 4;
  const bool halves_products = 36 * tiles * 2 <= 9 * shape.outputs;  // at the least: whole tiles quarter them
  const std::int64_t least = direction == Direction::backward_weight ? 49 : 96;
  return std::min(problem.in_channels_per_group(), problem.out_channels_per_group()) >= 16 && halves_products &&
         shape.outputs >= least;
}

// Whether torch pads by itself; otherwise it is given a padded copy.
bool torch_pads(const Problem& problem) {
  for (const Axis& axis : problem.axis)
    if (axis.before != axis.after || axis.before < 0 || (axis.before > 0 && axis.border != Border::constant))
      return false;
  return problem.border_value == 0.0;
}

}  // namespace

std::string beaten(std::string_view kernel, const Problem& problem, Direction direction, Level) {
  if (kernel == "reference") return "plain loops, which are never the fastest";
  const Shape shape(problem);
  const std::int64_t work = problem.out_channels * problem.in_channels_per_group() * shape.taps * shape.outputs;
  if (work < least_work)
    return "only " + std::to_string(work) + " multiply-adds a sample: a call of torch's costs less";
  if (kernel == "depthwise") {
    const bool wins = depthwise_wins(problem, shape, direction) || (problem.groups > 1 && !torch_pads(problem));
    return wins ? "" : "torch's was measured faster on such problems";
  }
  const bool wins =
      kernel == "winograd" ? winograd_wins(problem, shape, direction) : direct_wins(problem, shape, direction);
  return wins ? "" : "torch's was measured faster on such problems";
}

}  // namespace striate
