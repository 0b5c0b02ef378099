// Broken quoting does not stop the reading: the row says what is wrong, and the next row is read, so that all findings
// come at once. Only a quote that is never closed takes the rest of the file with it.
#include "model/inventory_csv.hpp"

#include <algorithm>

namespace wamigrate::inventory {

namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

bool CsvRow::blank() const {
  return trouble.empty() &&
         std::all_of(cells.begin(), cells.end(), [](const std::string& cell) { return cell.empty(); });
}

CsvReader::CsvReader(std::string_view text) : rest_(text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
}

std::optional<CsvRow> CsvReader::next() {
  if (rest_.empty()) return std::nullopt;
  CsvRow row;
  row.line = line_;
  for (bool more = true; more;) {
    const auto first = rest_.find_first_not_of(" \t");
    const bool quoted = first != std::string_view::npos && rest_[first] == '"';
    if (quoted) rest_.remove_prefix(first + 1);
    row.cells.push_back(quoted ? quoted_cell(row) : plain_cell(row));
    more = rest_.starts_with(',');
    if (more) rest_.remove_prefix(1);
  }
  skip_line_end();
  return row;
}

std::string CsvReader::quoted_cell(CsvRow& row) {
  std::string cell;
  while (true) {
    const auto quote = rest_.find('"');
    const std::string_view part = rest_.substr(0, quote);
    line_ += static_cast<int>(std::count(part.begin(), part.end(), '\n'));
    cell += part;
    if (quote == std::string_view::npos) {
      row.trouble = "a quote is opened and never closed";
      rest_ = {};
      return cell;
    }
    rest_.remove_prefix(quote + 1);
    if (!rest_.starts_with('"')) break;
    cell += '"';
    rest_.remove_prefix(1);
  }
  if (!trimmed(up_to_delimiter()).empty()) row.trouble = "there is text after a closing quote";
  return cell;
}

std::string CsvReader::plain_cell(CsvRow& row) {
  const std::string_view cell = up_to_delimiter();
  if (cell.find('"') != std::string_view::npos) row.trouble = "there is a quote inside a cell that is not quoted";
  return std::string(trimmed(cell));
}

std::string_view CsvReader::up_to_delimiter() {
  const std::string_view cell = rest_.substr(0, rest_.find_first_of(",\r\n"));
  rest_.remove_prefix(cell.size());
  return cell;
}

void CsvReader::skip_line_end() {
  if (rest_.empty()) return;
  rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : 1);
  ++line_;
}

}  // namespace wamigrate::inventory
