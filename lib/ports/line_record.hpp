// A record of lines: a file that grows by whole lines and loses none that it has taken. One process writes at a time;
// anybody may read meanwhile.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace wamigrate {

class LineRecord {
 public:
  virtual ~LineRecord() = default;
  /// `line` ends with a line end and has no other. Durable when it returns; where it fails, nothing of it stays.
  virtual Result<void> append(std::string_view line) = 0;
  /// The last line that was there when it was opened, without its end; empty when there was none.
  virtual const std::string& last_line() const = 0;
};

/// How lines of a record are told from anything else that a file may hold.
struct LineForm {
  bool (*is_whole)(std::string_view line);
  std::string_view begins;  ///< Every line that is appended does so: by this what a crash left of one is known.
};

/// Made when missing, for its owner alone. A last line without its end is given one if it is whole; what a crash has
/// left of one is cut off. A file whose last line is neither is no record, and is left as it is: an error, as when
/// another process writes it.
Result<std::unique_ptr<LineRecord>> open_line_record(const std::filesystem::path& file, const LineForm& form);

}  // namespace wamigrate
