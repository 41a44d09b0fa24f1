#include "fft.hpp"
#include "tiles.hpp"

namespace striate::fft {

std::string why_not(const Problem& problem, Direction) {
  // The spectra of all kernels: 2^28 numbers are 1 GiB of float32.
  std::int64_t numbers = problem.out_channels * problem.in_channels_per_group();
  for (const std::int64_t length : lengths_of_kernel(problem)) {
    if (length > (1 << 28) / numbers)
      return "the spectra of its kernels would have more than " + std::to_string(1 << 28) + " numbers";
    numbers *= length;
  }
  return {};
}

}  // namespace striate::fft
