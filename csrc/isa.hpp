// The vector instructions of the processor this runs on, and those that the kernels may use.
#pragma once

#include <string>

namespace striate {

// The instruction sets that kernels are compiled for, each containing the one before: SSE2 or NEON, AVX2 with FMA,
// AVX-512 (F, BW, DQ and VL). STRIATE_LEVELS says how many are compiled in: all three on x86-64, the first elsewhere
// and in a build of one level, which then has all that the compiling processor can do.
enum class Level { baseline, avx2, avx512 };

// The processor's own: "baseline", "avx2" or "avx512" on x86-64, "neon" on arm64.
std::string isa_found();

// The level that the kernels run at: the processor's, narrowed by the environment variable STRIATE_ISA when the first
// kernel is asked for, and by `use_isa`.
Level level_used();

// Narrows `level_used` from now on, for tests of every level in one process; the empty string undoes it. Names that
// are not known are refused with std::invalid_argument, and levels that the processor lacks become its own.
void use_isa(const std::string& name);

}  // namespace striate
