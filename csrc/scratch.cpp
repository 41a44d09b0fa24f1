#include "scratch.hpp"

#include <cstdlib>
#include <memory>
#include <new>

namespace striate {

void* scratch_bytes(std::size_t bytes, Scratch which) {
  struct Free {
    void operator()(void* block) const { std::free(block); }
  };
  struct Block {
    std::unique_ptr<void, Free> block;
    std::size_t size = 0;
  };
  static thread_local Block blocks[3];
  auto& [block, size] = blocks[static_cast<int>(which)];
  if (bytes > size) {
    constexpr std::size_t line = 64;
    const std::size_t wanted = (bytes + bytes / 4 + line - 1) / line * line;  // a quarter more: sizes creep up
    block.reset();
    size = 0;
    block.reset(std::aligned_alloc(line, wanted));
    if (!block) throw std::bad_alloc();
    size = wanted;
  }
  return block.get();
}

}  // namespace striate
