#include "plan.hpp"

#include <algorithm>
#include <stdexcept>

#include "cost.hpp"
#include "registry.hpp"

namespace striate {
namespace {

constexpr Direction directions[] = {Direction::forward, Direction::backward_data, Direction::backward_weight};

std::string quoted(std::string_view name) { return std::string("'").append(name).append("'"); }

struct Candidate {
  const char* name;
  WhyNot why_not;
};

template <typename List>
std::vector<Candidate> candidates(const List& list) {
  std::vector<Candidate> result;
  for (const auto& kernel : list) result.push_back({kernel.name, kernel.why_not});
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
  for (const std::string& kernel : kernel_names(direction)) known += quoted(kernel) + ", ";
  throw std::invalid_argument(std::string(name_of(direction)) + ": kernel must be one of " + known +
                              "'torch', but got '" + std::string(name) + "'");
}

}  // namespace

std::vector<Verdict> plan(const Problem& problem, Direction direction, Level level, std::string_view forced) {
  std::vector<Verdict> verdicts;
  std::string chosen;
  for (const Candidate& candidate : candidates(direction, level)) {
    std::string reason = candidate.why_not(problem, direction);
    if (candidate.name == forced && !reason.empty())
      throw std::invalid_argument("the kernel '" + std::string(forced) + "' is forced and cannot run " +
                                  name_of(direction) + ": " + reason);
    if (reason.empty() && !forced.empty() && candidate.name != forced)
      reason = quoted(forced) + " is forced";
    else if (reason.empty() && forced.empty() && !chosen.empty())
      reason = quoted(chosen) + " stands before it";
    else if (reason.empty() && forced.empty())
      reason = beaten(candidate.name, problem, direction, level);
    if (reason.empty()) chosen = candidate.name;
    verdicts.push_back({candidate.name, reason});
  }
  if (chosen.empty() && !forced.empty() && forced != "torch") refuse_unknown(forced, direction);
  verdicts.push_back({"torch", chosen.empty() ? "" : quoted(chosen) + (forced.empty() ? " is faster" : " is forced")});
  return verdicts;
}

Direction direction_named(std::string_view name) {
  for (const Direction direction : directions)
    if (name == name_of(direction)) return direction;
  throw std::invalid_argument("direction must be one of forward, backward_data, backward_weight, but got '" +
                              std::string(name) + "'");
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
