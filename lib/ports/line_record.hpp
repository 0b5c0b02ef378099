// A record of lines: a file that grows by whole lines and loses none that it has taken. One process writes at a time;
// anybody may read meanwhile.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "base/result.hpp"

namespace wamigrate {

class LineRecord {
 public:
  virtual ~LineRecord() = default;
  /// `line` ends with a line end and has no other. Durable when it returns; where it fails, nothing of it stays.
  virtual Result<void> append(std::string_view line) = 0;
};

/// Whether a last line that has no end is whole all the same: somebody wrote it by hand.
using IsWholeLine = bool (*)(std::string_view line);

/// Made when missing, for its owner alone. A last line without its end is given one if it is whole; what a crash has
/// left of one is cut off. An error when another process writes the file.
Result<std::unique_ptr<LineRecord>> open_line_record(const std::filesystem::path& file, IsWholeLine is_whole);

}  // namespace wamigrate
