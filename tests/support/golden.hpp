// Golden files: what the program makes, kept under version control and compared byte for byte. With WAMIGRATE_ACCEPT=1
// in the environment a test writes what it made instead, and the difference is then reviewed like any other.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>

namespace wamigrate::testing {

inline std::string repository_path(const std::string& path) { return std::string(SOURCE_DIR) + "/" + path; }

inline std::string text_of(const std::string& path) {
  std::ifstream file(repository_path(path), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline bool accepts() {
  const char* word = std::getenv("WAMIGRATE_ACCEPT");
  return word != nullptr && std::string_view(word) == "1";
}

/// Empty when the file (a path in the repository) says `made`, or else the first line that differs. Writes it when
/// asked to accept.
inline std::string differs(const std::string& path, const std::string& made) {
  if (accepts()) {
    std::filesystem::create_directories(std::filesystem::path(repository_path(path)).parent_path());
    std::ofstream(repository_path(path), std::ios::binary) << made;
    return {};
  }
  const std::string kept = text_of(path);
  if (kept == made) return {};
  std::istringstream kept_lines(kept), made_lines(made);
  std::string then, now;
  for (int line = 1;; ++line) {
    const bool more_kept = static_cast<bool>(std::getline(kept_lines, then));
    const bool more_made = static_cast<bool>(std::getline(made_lines, now));
    if (more_kept && more_made && then == now) continue;
    return path + ":" + std::to_string(line) + " says\n  " + (more_kept ? then : "(nothing)") + "\nand not\n  " +
           (more_made ? now : "(nothing)") +
           "\nIf that is as it should be: WAMIGRATE_ACCEPT=1, and review the difference";
  }
}

}  // namespace wamigrate::testing
