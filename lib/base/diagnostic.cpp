// Diagnostics in the form that editors and people know from compilers: file:line: message.
#include "base/diagnostic.hpp"

namespace wamigrate {

std::string to_text(const Diagnostic& diagnostic) {
  std::string text = diagnostic.place.file;
  if (!text.empty() && diagnostic.place.line > 0) text += ":" + std::to_string(diagnostic.place.line);
  if (!text.empty()) text += ": ";
  text += diagnostic.message;
  if (!diagnostic.fix.empty()) text += "; " + diagnostic.fix;
  return text;
}

std::string to_text(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) text += to_text(diagnostic) + "\n";
  return text;
}

}  // namespace wamigrate
