// Storms free memory all the time, and none of them looks at what is left there: this program does without the wiping of
// base/wiped_memory.hpp, which would be a twentieth of all that it does.
#include <cstdlib>
#include <new>

#include "base/wiped_memory.hpp"

#if WAMIGRATE_WIPES_FREED_MEMORY
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif
