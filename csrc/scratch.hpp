// Memory that a kernel needs while it runs: one growing block a thread, kept between calls, so that no call pays for
// fresh pages.
#pragma once

#include <cstddef>

namespace striate {

// `count` elements of T at a 64-byte boundary, uninitialised, this thread's own until its next call of scratch().
void* scratch_bytes(std::size_t bytes);

template <typename T>
T* scratch(std::size_t count) {
  return static_cast<T*>(scratch_bytes(count * sizeof(T)));
}

}  // namespace striate
