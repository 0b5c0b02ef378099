// What the heap takes back is wiped. A PIN on its way to a server passes through JSON, requests and buffers, some of
// them in libraries, and none of these wipes what it held: so operator delete does, for all of them, in every program
// that is linked with this library. What it does not reach: the stack, and memory of C libraries.
#pragma once

/// Whether this build does. Under the address and thread sanitizers it does not: they watch the heap by a delete of
/// their own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WAMIGRATE_WIPES_FREED_MEMORY 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WAMIGRATE_WIPES_FREED_MEMORY 0
#endif
#endif
#ifndef WAMIGRATE_WIPES_FREED_MEMORY
#define WAMIGRATE_WIPES_FREED_MEMORY 1
#endif
