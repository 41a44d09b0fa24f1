#include "cost.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <sstream>
#include <tuple>
#include <vector>

#include "problem_text.hpp"

namespace striate {
namespace {

struct Measurement {
  Level level;
  const char* problem;
  const char* gains;  // "inference depthwise 1.6 direct 0.8 forward depthwise 1.4 direct 0.7 backward_data ..."
};

constexpr Measurement measurements[] = {
#define STRIATE_MEASURED(LEVEL, PROBLEM, GAINS) {Level::LEVEL, PROBLEM, GAINS},
#include "measured.inc"
#undef STRIATE_MEASURED
};

// What makes two layers alike, in powers of two: a distance of 1 is one size doubled.
struct Likeness {
  static constexpr int count = 9;
  std::array<double, count> feature;

  explicit Likeness(const Problem& problem) {
    double taps = 1, outputs = 1, stride = 1, dilation = 1;
    for (const Axis& axis : problem.axis) {
      taps *= static_cast<double>(axis.kernel);
      outputs *= static_cast<double>(axis.output());
      stride = std::max(stride, static_cast<double>(axis.stride));
      dilation = std::max(dilation, static_cast<double>(axis.dilation));
    }
    const auto sized = [](double value) { return std::log2(std::max(value, 1.0)); };
    // Kinds of layers that other code runs are four doublings apart, and what mostly scales the work counts half.
    feature = {sized(static_cast<double>(problem.in_channels_per_group())),
               sized(static_cast<double>(problem.out_channels_per_group())),
               0.5 * sized(static_cast<double>(problem.groups)),
               sized(taps) + (taps == 1 ? 0.0 : 4.0),
               0.5 * sized(static_cast<double>(problem.axis[2].kernel)),  // 1x7 is not 7x1
               0.5 * sized(outputs),
               0.5 * sized(static_cast<double>(problem.axis[2].output())),
               stride > 1 ? 4.0 : 0.0,
               dilation > 1 ? 2.0 : 0.0};
  }

  double squared_distance(const Likeness& other) const {
    double sum = 0;
    for (int i = 0; i < count; ++i) sum += (feature[i] - other.feature[i]) * (feature[i] - other.feature[i]);
    return sum;
  }
};

// A channels_last signal of one dimension is one of the strided layouts, which are packed as contiguous ones are.
bool channels_last(const Problem& problem) { return problem.layout == Layout::channels_last && problem.ndim > 1; }

// Layers are compared within one such kind only.
using Kind = std::tuple<Direction, bool, std::string, Level, int, bool, bool>;

Kind kind_of(std::string_view kernel, const Problem& problem, Computation computation, Level level) {
  const bool depthwise = problem.groups > 1 && problem.in_channels_per_group() == 1;
  return {computation.direction,  computation.steady, std::string(kernel), level, problem.ndim,
          channels_last(problem), depthwise};
}

// What torch's padded copy costs it beside the convolution, where its own padding does not do: a copied element takes
// as long as 40 multiply-adds (8 bytes at 20 GB/s, against 100 G multiply-adds a second), and a convolution of few
// multiply-adds an element is itself held up by its bytes.
double copy_cost(const Problem& problem) {
  double elements = static_cast<double>(problem.in_channels);
  bool torch_pads = problem.border_value == 0.0;
  for (const Axis& axis : problem.axis) {
    elements *= static_cast<double>(axis.padded());
    torch_pads = torch_pads && axis.before == axis.after && axis.before >= 0;
    torch_pads = torch_pads && (axis.before == 0 || axis.border == Border::constant);
  }
  return torch_pads ? 0.0 : std::min(40 * elements / static_cast<double>(work_of(problem)), 1.0);
}

struct Known {
  Likeness layer;
  double log_gain;  // but for what torch's padded copy cost there
};

std::map<Kind, std::vector<Known>> read_measurements() {
  std::map<Kind, std::vector<Known>> known;
  for (const Measurement& measurement : measurements) {
    const Problem problem = parse_problem(measurement.problem).problem;
    Computation computation = {};
    std::istringstream words(measurement.gains);
    for (std::string word; words >> word;) {
      if (word == "inference" || word == "forward" || word.starts_with("backward_")) {
        computation = computation_named(word);
        continue;
      }
      double gain;
      words >> gain;
      known[kind_of(word, problem, computation, measurement.level)].push_back(
          {Likeness(problem), std::log(gain / (1 + copy_cost(problem)))});
    }
  }
  return known;
}

}  // namespace

double predicted_gain(std::string_view kernel, const Problem& problem, Computation computation, Level level) {
  static const std::map<Kind, std::vector<Known>> known = read_measurements();
  const auto found = known.find(kind_of(kernel, problem, computation, level));
  if (found == known.end()) return 0.0;

  // The mean of the logarithms over the nearest layers, the nearer the heavier; one that is the same layer alone.
  constexpr std::size_t neighbours = 3;
  const Likeness layer(problem);
  std::vector<std::pair<double, double>> nearest;  // squared distance, logarithm of the gain
  for (const Known& other : found->second) nearest.push_back({layer.squared_distance(other.layer), other.log_gain});
  const std::size_t used = std::min(neighbours, nearest.size());
  std::ranges::partial_sort(nearest, nearest.begin() + static_cast<std::ptrdiff_t>(used));
  double sum = 0, weights = 0;
  for (std::size_t i = 0; i < used; ++i) {
    const double weight = 1 / (nearest[i].first + 1e-6);
    sum += weight * nearest[i].second;
    weights += weight;
  }
  return std::exp(sum / weights) * (1 + copy_cost(problem));
}

double torch_seconds(const Problem& problem) { return std::max(static_cast<double>(work_of(problem)) / 60e9, 50e-6); }

std::int64_t work_of(const Problem& problem) {
  std::int64_t work = problem.out_channels * problem.in_channels_per_group();
  for (const Axis& axis : problem.axis) work *= axis.kernel * axis.output();
  return work;
}

}  // namespace striate
