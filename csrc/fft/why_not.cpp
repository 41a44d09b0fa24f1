#include "fft.hpp"
#include "tiles.hpp"

namespace striate::fft {

std::string why_not(const Problem& problem, Direction) {
  if (by_channel(problem)) return {};     // a channel's spectrum is made where it is used
  constexpr std::int64_t most = 1 << 26;  // of the spectra of all kernels: 256 MiB of float32
  std::int64_t numbers = problem.out_channels * problem.in_channels_per_group();
  for (const std::int64_t length : lengths_of_kernel(problem)) {
    if (length > most / numbers)
      return "the spectra of its kernels would have more than " + std::to_string(most) + " numbers";
    numbers *= length;
  }
  return {};
}

}  // namespace striate::fft
