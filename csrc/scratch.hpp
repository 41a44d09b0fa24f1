// Memory that a kernel needs while it runs: growing blocks a thread, kept between calls, so that no call pays for
// fresh pages.
#pragma once

#include <cstddef>

namespace striate {

// A thread has three: `task` for the steps of a parallel loop, `call` for what the call around the loop prepares, and
// `stage` for what goes from one parallel loop of a kernel to the next.
enum class Scratch { task, call, stage };

// `count` elements of T at a 64-byte boundary, uninitialised, this thread's own until it asks for the same one again.
void* scratch_bytes(std::size_t bytes, Scratch which);

template <typename T>
T* scratch(std::size_t count, Scratch which = Scratch::task) {
  return static_cast<T*>(scratch_bytes(count * sizeof(T), which));
}

}  // namespace striate
