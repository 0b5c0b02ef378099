// OpenMetrics text (version 1.0.0, November 2020) as it is written: families, samples, labels. What is told stands with
// those who tell it.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace wamigrate::report {

/// Counted words.
using Counts = std::map<std::string, std::size_t>;

inline std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\' || c == '"') result += '\\';
    result += c == '\n' ? "\\n" : std::string(1, c);
  }
  return result;
}

inline std::string label(std::string_view key, std::string_view value) {
  return fmt::format("{}=\"{}\"", key, escaped(value));
}

inline std::string seconds(Millis length) {
  const auto whole = std::max(length, Millis(0)).count();
  return fmt::format("{}.{:03}", whole / 1000, whole % 1000);
}

/// The text as it grows. A family's head comes before its samples, and none is taken up twice.
class Exposition {
 public:
  /// `unit` is empty, or the end of the name.
  void family(std::string_view name, std::string_view type, std::string_view help, std::string_view unit = {}) {
    name_ = fmt::format("wamigrate_{}", name);
    write("# TYPE {} {}\n", name_, type);
    if (!unit.empty()) write("# UNIT {} {}\n", name_, unit);
    write("# HELP {} {}\n", name_, help);
  }
  template <class Value>
  void sample(std::string_view suffix, std::string_view labels, const Value& value) {
    if (labels.empty()) {
      write("{}{} {}\n", name_, suffix, value);
    } else {
      write("{}{}{{{}}} {}\n", name_, suffix, labels, value);
    }
  }
  /// A sample for each word.
  void samples(std::string_view suffix, std::string_view key, const Counts& counts) {
    for (const auto& [word, count] : counts) sample(suffix, label(key, word), count);
  }
  std::string end() && { return std::move(text_) + "# EOF\n"; }

 private:
  template <class... Values>
  void write(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
  }

  std::string name_;
  std::string text_;
};

}  // namespace wamigrate::report
