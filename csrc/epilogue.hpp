// What a forward kernel does to each sum when it stores it.
#pragma once

#include <cstdint>

namespace striate {

// The numbers are those of the operators' `activation` argument.
enum class Activation : std::int64_t { none = 0, relu = 1, relu6 = 2, silu = 3, gelu = 4 };

// output = activation(sum + bias[channel]).
template <typename T>
struct Epilogue {
  const T* bias = nullptr;  // one value an output channel, or none
  Activation activation = Activation::none;

  // That of channels from `first` on.
  Epilogue from(std::int64_t first) const { return {bias ? bias + first : nullptr, activation}; }
};

}  // namespace striate
