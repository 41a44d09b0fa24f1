#include "plan.hpp"

#include <iomanip>
#include <sstream>
#include <stdexcept>

#include "cost.hpp"
#include "registry.hpp"

namespace striate {
namespace {

std::string in_quotes(std::string_view name) { return std::string("'").append(name).append("'"); }

struct Candidate {
  const char* name;
  WhyNot why_not;
  double gain;
};

template <typename List>
std::vector<Candidate> candidates(const List& list) {
  std::vector<Candidate> result;
  for (const auto& kernel : list) result.push_back({kernel.name, kernel.why_not, 0.0});
  return result;
}

std::vector<Candidate> candidates(Direction direction, Level level) {
  const Kernels& lists = kernels(level);
  switch (direction) {
    case Direction::forward:
      return candidates(lists.forward);
    case Direction::backward_data:
      return candidates(lists.backward_data);
    case Direction::backward_weight:
      return candidates(lists.backward_weight);
  }
  return {};
}

[[noreturn]] void refuse_unknown(std::string_view name, Direction direction) {
  std::string known;
  for (const std::string& kernel : kernel_names(direction)) known += in_quotes(kernel) + ", ";
  throw std::invalid_argument(std::string(name_of(direction)) + ": kernel must be one of " + known +
                              "'torch', but got '" + std::string(name) + "'");
}

std::string speed(double gain) {
  std::ostringstream text;
  text << std::setprecision(2) << gain << " times torch's speed";
  return text.str();
}

// The kernel expected to be the fastest; none where torch is.
Candidate fastest(const Problem& problem, Computation computation, Level level) {
  Candidate best = {"", nullptr, least_gain};
  for (Candidate candidate : candidates(computation.direction, level)) {
    if (!candidate.why_not(problem, computation.direction).empty()) continue;
    candidate.gain = predicted_gain(candidate.name, problem, computation, level);
    if (candidate.gain > best.gain) best = candidate;
  }
  return best;
}

// Whether a training step gains by our kernels: our autograd step costs more than torch's, and torch's two gradients,
// one call of which shares work, cost more when one of them alone is asked. The three computations count alike.
bool step_pays(const Problem& problem, Level level) {
  double shares[3];
  bool ours[3];
  for (const Direction direction : {Direction::forward, Direction::backward_data, Direction::backward_weight}) {
    const Candidate best = fastest(problem, {direction, false}, level);
    const int index = static_cast<int>(direction);
    ours[index] = *best.name != 0;
    shares[index] = ours[index] ? 1 / best.gain : 1.0;
  }
  if (ours[1] != ours[2]) shares[ours[1] ? 2 : 1] *= lone_gradient;
  return 3 / (shares[0] + shares[1] + shares[2]) > 1 + step_cost / (3 * torch_seconds(problem));
}

std::string not_fastest(double gain, const std::string& chosen) {
  if (gain == 0.0) return "not measured on such problems";
  return "expected at " + speed(gain) + (chosen.empty() ? "" : ", and " + in_quotes(chosen) + " above it");
}

}  // namespace

std::vector<Verdict> plan(const Problem& problem, Computation computation, Level level, std::string_view forced) {
  const Direction direction = computation.direction;
  std::vector<Verdict> verdicts;
  const bool small = work_of(problem) < least_work;
  Candidate best = {"", nullptr, 1.0};
  bool slow_step = false;
  if (forced.empty() && !small) {
    best = fastest(problem, computation, level);
    slow_step = *best.name != 0 && !computation.steady && !step_pays(problem, level);
  }
  std::string chosen = slow_step ? "" : best.name;
  for (const Candidate& candidate : candidates(direction, level)) {
    Verdict verdict = {candidate.name, candidate.why_not(problem, direction), 0.0};
    if (candidate.name == forced && !verdict.reason.empty())
      throw std::invalid_argument("the kernel '" + std::string(forced) + "' is forced and cannot run " +
                                  name_of(direction) + ": " + verdict.reason);
    if (verdict.reason.empty()) verdict.gain = predicted_gain(candidate.name, problem, computation, level);
    if (candidate.name == forced) chosen = candidate.name;
    verdicts.push_back(verdict);
  }
  if (chosen.empty() && !forced.empty() && forced != "torch") refuse_unknown(forced, direction);

  for (Verdict& verdict : verdicts) {
    if (verdict.kernel == chosen || !verdict.reason.empty()) continue;
    if (!forced.empty())
      verdict.reason = in_quotes(forced) + " is forced";
    else if (small)
      verdict.reason =
          "only " + std::to_string(work_of(problem)) + " multiply-adds a sample: a call of torch's costs less";
    else if (slow_step && verdict.kernel == best.name)
      verdict.reason = "expected at " + speed(best.gain) + ", but a training step gains too little in all";
    else
      verdict.reason = not_fastest(verdict.gain, chosen);
  }
  std::string for_torch;
  if (!chosen.empty())
    for_torch = in_quotes(chosen) + (forced.empty() ? " is expected at " + speed(best.gain) : " is forced");
  verdicts.push_back({"torch", for_torch, 1.0});
  return verdicts;
}

Computation computation_named(std::string_view name) {
  if (name == "inference") return {Direction::forward, true};
  for (const Direction direction : {Direction::forward, Direction::backward_data, Direction::backward_weight})
    if (name == name_of(direction)) return {direction, false};
  throw std::invalid_argument(
      "computation must be one of inference, forward, backward_data, backward_weight, but got '" + std::string(name) +
      "'");
}

const char* name_of(Direction direction) {
  constexpr const char* names[] = {"forward", "backward_data", "backward_weight"};
  return names[static_cast<int>(direction)];
}

std::vector<std::string> kernel_names(Direction direction) {
  std::vector<std::string> names;
  for (const Candidate& candidate : candidates(direction, Level::baseline)) names.push_back(candidate.name);
  return names;
}

}  // namespace striate
