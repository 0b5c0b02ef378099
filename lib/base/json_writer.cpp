// The library writes whatever needs more than copying: text that is not plain, and numbers with a fraction.
#include "base/json_writer.hpp"

#include <algorithm>

namespace wamigrate {
namespace {

constexpr std::size_t piece = 65'536;

/// Stands between quotes as it is.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e && c != '"' && c != '\\'; });
}

}  // namespace

void JsonWriter::open(char bracket) {
  begin_value();
  text_ += bracket;
  has_items_.push_back(false);
}

void JsonWriter::close(char bracket) {
  const bool had_items = has_items_.back();
  has_items_.pop_back();
  if (had_items) new_line();
  text_ += bracket;
  if (text_.size() >= piece) hand_over();
}

void JsonWriter::key(std::string_view name) {
  begin_item();
  quote(name);
  text_ += form_ == Form::compact ? ":" : ": ";
  after_key_ = true;
}

void JsonWriter::value(std::string_view text) {
  begin_value();
  quote(text);
}

void JsonWriter::value(bool flag) { scalar(flag ? "true" : "false"); }

void JsonWriter::value(const Json& json) {
  if (json.is_object()) {
    open_object();
    for (const auto& [name, content] : json.items()) member(name, content);
    close_object();
  } else if (json.is_array()) {
    open_list();
    for (const Json& item : json) value(item);
    close_list();
  } else if (json.is_string()) {
    value(json.get_ref<const std::string&>());
  } else {
    scalar(to_compact(json));
  }
}

void JsonWriter::finish() {
  if (form_ == Form::document) text_ += '\n';
  hand_over();
}

void JsonWriter::scalar(std::string_view text) {
  begin_value();
  text_ += text;
}

void JsonWriter::begin_item() {
  if (has_items_.empty()) return;
  if (has_items_.back()) text_ += ',';
  has_items_.back() = true;
  new_line();
}

void JsonWriter::begin_value() {
  if (!after_key_) begin_item();
  after_key_ = false;
}

void JsonWriter::new_line() {
  if (form_ == Form::compact) return;
  text_ += '\n';
  text_.append(2 * has_items_.size(), ' ');
}

void JsonWriter::quote(std::string_view text) {
  if (!is_plain(text)) {
    text_ += to_compact(Json(std::string(text)));
    return;
  }
  text_ += '"';
  text_ += text;
  text_ += '"';
}

void JsonWriter::hand_over() {
  sink_(text_);
  text_.clear();
}

}  // namespace wamigrate
