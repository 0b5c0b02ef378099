// Diagnostics: everything that is wrong with an input, found in one go, each with its place and its fix.
#pragma once

#include <string>
#include <vector>

namespace wamigrate {

/// A place in a file the user wrote. Line 0 means the file as a whole.
struct Place {
  std::string file;
  int line = 0;
};

/// One finding about an input. Never holds a secret, not even a mistyped one.
struct Diagnostic {
  Place place;
  std::string message;  ///< What is wrong: `number 3 and number 7 have the same phone "+49…"`.
  std::string fix;      ///< What to do about it, in the imperative.
};

using Diagnostics = std::vector<Diagnostic>;

/// `file:line: message; fix`, one line.
std::string to_text(const Diagnostic& diagnostic);
/// One line each, in the order given.
std::string to_text(const Diagnostics& diagnostics);

}  // namespace wamigrate
