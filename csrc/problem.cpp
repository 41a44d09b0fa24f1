#include "problem.hpp"

#include <initializer_list>
#include <limits>

namespace striate {
namespace {

using std::to_string;

// Three amounts of this size still add up within 64 bits.
constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max() / 4;

bool product_fits(std::initializer_list<std::int64_t> factors) {
  std::int64_t product = 1;
  for (const std::int64_t factor : factors)
    if (__builtin_mul_overflow(product, factor, &product)) return false;
  return product <= largest;
}

std::string validate(const Axis& axis, const std::string& name) {
  struct Amount {
    const char* name;
    std::int64_t value, least;
  };
  const Amount amounts[] = {{"input size", axis.input, 1},     {"kernel", axis.kernel, 1},
                            {"stride", axis.stride, 1},        {"dilation", axis.dilation, 1},
                            {"before", axis.before, -largest}, {"after", axis.after, -largest}};
  for (const Amount& amount : amounts) {
    if (amount.value < amount.least)
      return name + ": " + amount.name + " must be at least " + to_string(amount.least) + ", but got " +
             to_string(amount.value);
    if (amount.value > largest) return name + ": " + amount.name + " " + to_string(amount.value) + " is too large";
  }
  if (axis.border < Border::constant || axis.border > Border::circular)
    return name + ": border must be 0 (constant), 1 (reflect), 2 (symmetric), 3 (replicate) or 4 (circular), but got " +
           to_string(static_cast<std::int64_t>(axis.border));
  if (!product_fits({axis.dilation, axis.kernel}))
    return name + ": kernel " + to_string(axis.kernel) + " with dilation " + to_string(axis.dilation) + " is too large";
  if (axis.extent() > axis.padded())
    return name + ": the kernel spans " + to_string(axis.extent()) + " (kernel " + to_string(axis.kernel) +
           ", dilation " + to_string(axis.dilation) + ") but the padded input has " + to_string(axis.padded()) +
           " (input " + to_string(axis.input) + ", before " + to_string(axis.before) + ", after " +
           to_string(axis.after) + ")";
  return {};
}

}  // namespace

std::string validate(const Problem& problem) {
  if (problem.ndim < 1 || problem.ndim > Problem::max_ndim)
    return "a convolution has 1 to 3 dimensions, but got " + to_string(problem.ndim);
  if (problem.batch < 0) return "batch must be at least 0, but got " + to_string(problem.batch);
  if (problem.groups < 1) return "groups must be at least 1, but got " + to_string(problem.groups);
  if (problem.in_channels < 0) return "in_channels must be at least 0, but got " + to_string(problem.in_channels);
  if (problem.out_channels < 1) return "out_channels must be at least 1, but got " + to_string(problem.out_channels);
  if (problem.in_channels % problem.groups != 0)
    return "groups " + to_string(problem.groups) + " must divide in_channels " + to_string(problem.in_channels);
  if (problem.out_channels % problem.groups != 0)
    return "groups " + to_string(problem.groups) + " must divide out_channels " + to_string(problem.out_channels);
  for (int i = 0; i < problem.ndim; ++i)
    if (std::string reason = validate(problem.own_axis(i), "axis " + to_string(i)); !reason.empty()) return reason;

  const Axis &a = problem.axis[0], &b = problem.axis[1], &c = problem.axis[2];
  const bool fits = product_fits({problem.batch, problem.in_channels, a.input, b.input, c.input}) &&
                    product_fits({problem.batch, problem.out_channels, a.output(), b.output(), c.output()}) &&
                    product_fits({problem.out_channels, problem.in_channels_per_group(), a.kernel, b.kernel, c.kernel});
  return fits ? "" : "a tensor of this convolution has more elements than 64 bits count";
}

}  // namespace striate
