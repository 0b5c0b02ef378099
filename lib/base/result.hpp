// Results: the world's mistakes are values (Result<T>), a programmer's mistakes end the process (ensure).
// Exceptions of libraries are caught at the door they come through and never cross a folder of lib/.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace wamigrate {

/// What went wrong, for a person: what happened and to what, then what to do next. Never holds a secret.
struct Error {
  std::string message;
  std::string fix;  ///< Empty where nothing can be advised.
};

template <class T>
using Result = tl::expected<T, Error>;

/// `return fail("…", "…");` from any function that returns a Result.
inline tl::unexpected<Error> fail(std::string message, std::string fix = {}) {
  return tl::make_unexpected(Error{std::move(message), std::move(fix)});
}

/// Message and fix as one line.
std::string to_text(const Error& error);

/// Ends the process when a condition that only a bug in this program can break does not hold. Always on.
/// `file` and `line` are the caller's by themselves (std::source_location would do the same, but clang 14 lacks it).
void ensure(bool holds, std::string_view what, const char* file = __builtin_FILE(), int line = __builtin_LINE());

}  // namespace wamigrate
