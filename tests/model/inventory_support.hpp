// What the tests of the inventory share: a small inventory that is right, files that exist only in a test, and
// findings as text to compare.
#pragma once

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

#include "model/inventory.hpp"

namespace wamigrate::testing {

/// Files by path; any other path cannot be read.
using Files = std::map<std::string, std::string>;

inline FileReader reader_of(Files files) {
  return [files = std::move(files)](const std::string& path) -> Result<std::string> {
    const auto found = files.find(path);
    if (found == files.end()) return fail("there is no file " + path, "write the path of a file that exists");
    return found->second;
  };
}

inline tl::expected<Fleet, Diagnostics> read(const std::string& text, Files files = {},
                                             const std::string& file = "inventory.yaml") {
  return read_inventory(text, file, reader_of(std::move(files)));
}

/// The findings as text, a line each; empty if there is a fleet.
inline std::string findings(const std::string& text, Files files = {}) {
  const auto fleet = read(text, std::move(files));
  return fleet ? std::string() : to_text(fleet.error());
}

/// The part of an inventory before its numbers: eleven lines, so that what follows begins on line 12.
inline constexpr std::string_view head = R"(version: 1
graph:
  token: env:TOKEN
  app_id: "900100200300"
defaults:
  waba_id: "102290129340398"
  pin: env:PIN
  deployment:
    username: admin
    password: env:PASSWORD
    backup_password: env:BACKUP
)";

/// One number that is right, with `more` keys of its own, on lines 12 to 15 and after.
inline std::string with_number(std::string_view more = "") {
  return fmt::format(R"({}numbers:
  - phone: "+491713920001"
    phone_number_id: "106540352240001"
    deployment: {{ name: de-1, url: "https://10.0.0.5:9090" }}
{})",
                     head, more);
}

/// A file of the repository.
inline std::string repository_file(const std::string& path) {
  std::ifstream file(std::string(SOURCE_DIR) + "/" + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace wamigrate::testing
