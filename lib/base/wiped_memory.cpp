// As much as malloc gave is wiped, which may be more than was asked for.
#include "base/wiped_memory.hpp"

#if WAMIGRATE_WIPES_FREED_MEMORY

#include <malloc.h>
#include <string.h>

#include <cstddef>
#include <cstdlib>
#include <new>

void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  explicit_bzero(memory, malloc_usable_size(memory));
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

#endif
