// `torch.ops.striate`, with the operators that take no tensor. The other files of this folder add theirs, for plain CPU
// tensors alone: torch's dispatcher refuses every other device and layout with its own words.
#include "../cost.hpp"
#include "../isa.hpp"
#include "../peak/peak.hpp"
#include "../plan.hpp"
#include "../problem_text.hpp"
#include "../registry.hpp"
#include "tensors.hpp"

namespace striate::torch_ops {
namespace {

// Raised by one with every change of a schema of this folder; src/striate/engine/_load.py has the same number.
constexpr std::int64_t abi_version = 5;

std::string lines(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : "\n") + item;
  return text;
}

std::string kernel_names(std::string direction) {
  return lines(striate::kernel_names(computation_named(direction).direction));
}

std::string plan(std::string problem, std::string computation, std::string forced) {
  std::vector<std::string> items;
  for (const Verdict& verdict :
       striate::plan(parse_problem(problem).problem, computation_named(computation), level_used(), forced))
    items.push_back(verdict.kernel + ": " + (verdict.reason.empty() ? "chosen" : verdict.reason));
  return lines(items);
}

double predicted_gain(std::string problem, std::string computation) {
  double gain = 1.0;
  for (const Verdict& verdict :
       striate::plan(parse_problem(problem).problem, computation_named(computation), level_used(), ""))
    if (verdict.reason.empty()) gain = verdict.gain;
  return gain;
}

std::string problem_text(std::string problem) { return print_problem(parse_problem(problem)); }

std::int64_t multiply_add(bool double_precision, std::int64_t tasks, std::int64_t rounds) {
  const auto run = double_precision ? peak::multiply_add<double> : peak::multiply_add<float>;
  return run(level_used(), tasks, rounds, torch_pool);
}

std::string isa() { return isa_found(); }

void use_isa(std::string name) { striate::use_isa(name); }

std::int64_t get_abi_version() { return abi_version; }

}  // namespace

STABLE_TORCH_LIBRARY(striate, library) {
  library.def("kernels(str direction) -> str");                          // one name a line
  library.def("plan(str problem, str computation, str forced) -> str");  // "name: reason" or "name: chosen", one a line
  library.def("predicted_gain(str problem, str computation) -> float");  // torch's time over that of the kernel chosen
  library.def("problem_text(str problem) -> str");                       // in canonical form
  library.def("multiply_add(bool double_precision, int tasks, int rounds) -> int");  // the operations done, for timing
  library.def("isa() -> str");
  library.def("use_isa(str name) -> ()");
  library.def("abi_version() -> int");
}

STABLE_TORCH_LIBRARY_IMPL(striate, CompositeExplicitAutograd, library) {
  library.impl("kernels", TORCH_BOX(&kernel_names));
  library.impl("plan", TORCH_BOX(&plan));
  library.impl("predicted_gain", TORCH_BOX(&predicted_gain));
  library.impl("problem_text", TORCH_BOX(&problem_text));
  library.impl("multiply_add", TORCH_BOX(&multiply_add));
  library.impl("isa", TORCH_BOX(&isa));
  library.impl("use_isa", TORCH_BOX(&use_isa));
  library.impl("abi_version", TORCH_BOX(&get_abi_version));
}

}  // namespace striate::torch_ops
