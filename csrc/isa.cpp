#include "isa.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <stdexcept>

namespace striate {
namespace {

Level level_found() {
#if STRIATE_LEVELS == 3
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return avx2 && avx512 ? Level::avx512 : avx2 ? Level::avx2 : Level::baseline;
#else
  return Level::baseline;
#endif
}

Level narrowed(const std::string& name) {
  if (name.empty()) return level_found();
  if (name == "baseline" || name == "neon") return Level::baseline;
  if (name == "avx2") return std::min(level_found(), Level::avx2);
  if (name == "avx512") return level_found();
  throw std::invalid_argument("STRIATE_ISA must be one of baseline, avx2, avx512 or neon, but is '" + name + "'");
}

std::atomic<Level>& level() {
  static std::atomic<Level> used = [] {
    const char* wanted = std::getenv("STRIATE_ISA");
    return narrowed(wanted ? wanted : "");
  }();
  return used;
}

}  // namespace

std::string isa_found() {
#if defined(__aarch64__)
  return "neon";
#else
  constexpr const char* names[] = {"baseline", "avx2", "avx512"};
  return names[static_cast<int>(level_found())];
#endif
}

Level level_used() { return level().load(std::memory_order_relaxed); }

void use_isa(const std::string& name) { level() = narrowed(name); }

}  // namespace striate
