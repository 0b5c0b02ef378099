// CSV as RFC 4180 has it, row by row, with the lines rows begin on. Internal to the inventory reader.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wamigrate::inventory {

struct CsvRow {
  int line = 0;  ///< The first, if quoted cells run over several.
  std::vector<std::string> cells;
  std::string trouble;  ///< What breaks the quoting, never repeating it; empty if nothing does.

  bool blank() const;
};

/// Reads commas, quotes, doubled quotes, and lines that end with LF, CRLF or CR. Blanks around a cell are dropped
/// unless quoted. A byte order mark is skipped.
class CsvReader {
 public:
  /// `text` must outlive the reader.
  explicit CsvReader(std::string_view text);
  /// The next row, or nothing at the end.
  std::optional<CsvRow> next();

 private:
  std::string quoted_cell(CsvRow& row);
  std::string plain_cell(CsvRow& row);
  /// Takes the text up to the end of the cell.
  std::string_view up_to_delimiter();
  void skip_line_end();

  std::string_view rest_;
  int line_ = 1;
};

}  // namespace wamigrate::inventory
