// A scanner for what is plain, which is nearly everything; texts with escapes or beyond ASCII, and numbers that are not
// short and whole, are left to the library, so that there is one opinion about them.
#include "base/json_reader.hpp"

#include <algorithm>

namespace wamigrate {
namespace {

constexpr std::size_t max_depth = 64;       // as parse_json()
constexpr std::size_t max_members = 1'000;  // each name is compared with all before it
constexpr std::size_t short_number = 18;    // digits that any integer holds

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_json(std::string_view text) { return Json::accept(text); }

}  // namespace

bool JsonReader::at_end() {
  skip_blanks();
  return ok_ && at_ == text_.size();
}

JsonReader::Kind JsonReader::kind() {
  skip_blanks();
  if (!ok_ || at_ == text_.size()) return Kind::broken;
  switch (text_[at_]) {
    case '{':
      return Kind::object;
    case '[':
      return Kind::list;
    case '"':
      return Kind::text;
    case 't':
    case 'f':
      return Kind::flag;
    case 'n':
      return Kind::nothing;
    default:
      return text_[at_] == '-' || is_digit(text_[at_]) ? Kind::number : Kind::broken;
  }
}

void JsonReader::enter(char bracket) {
  skip_blanks();
  if (!take(bracket) || open_.size() == max_depth) return give_up();
  if (open_.empty()) {  // room for what most texts are
    open_.reserve(8);
    names_.reserve(32);
  }
  open_.push_back({names_.size(), false});
}

void JsonReader::leave() {
  names_.resize(open_.back().names);
  open_.pop_back();
}

bool JsonReader::goes_on(char end) {
  if (!ok_ || open_.empty()) return false;
  skip_blanks();
  if (take(end)) {
    leave();
    return false;
  }
  if (open_.back().begun && !take(',')) {
    give_up();
    return false;
  }
  open_.back().begun = true;
  skip_blanks();
  return true;
}

std::optional<std::string_view> JsonReader::next_member() {
  if (!goes_on('}')) return std::nullopt;
  const std::size_t begin = at_;
  if (kind() != Kind::text || !skip_text()) {
    give_up();
    return std::nullopt;
  }
  const std::string_view name = text_.substr(begin + 1, at_ - begin - 2);
  skip_blanks();
  if (!take(':')) give_up();
  note_name(name);
  return ok_ ? std::optional(name) : std::nullopt;
}

bool JsonReader::next_item() { return goes_on(']'); }

std::string_view JsonReader::raw() {
  skip_blanks();
  const std::size_t begin = at_;
  skip_value();
  return ok_ ? text_.substr(begin, at_ - begin) : std::string_view();
}

// It is known by then to be neither deep nor costly.
std::optional<Json> JsonReader::json() {
  const std::string_view written = raw();
  return ok_ ? std::optional(Json::parse(written)) : std::nullopt;
}

std::string JsonReader::text() {
  const Kind what = kind();
  const std::size_t begin = at_;
  if (what == Kind::text) {
    if (skip_text()) return std::string(text_.substr(begin + 1, at_ - begin - 2));
    return ok_ ? Json::parse(text_.substr(begin, at_ - begin)).get<std::string>() : std::string();
  }
  const std::string_view written = raw();
  return what == Kind::number || what == Kind::flag ? std::string(written) : std::string();
}

// Names are few, and most differ in length: comparing each with all is quicker than any set.
void JsonReader::note_name(std::string_view name) {
  const auto first = names_.begin() + static_cast<std::ptrdiff_t>(open_.back().names);
  if (std::find(first, names_.end(), name) != names_.end()) {
    give_up("an object has the member \"" + std::string(name) + "\" twice");
  }
  if (names_.size() - open_.back().names == max_members) give_up("an object has more than 1,000 members");
  names_.push_back(name);
}

void JsonReader::skip_blanks() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) {
    ++at_;
  }
}

void JsonReader::skip_value() {
  switch (kind()) {
    case Kind::object:
      return skip_object();
    case Kind::list:
      return skip_list();
    case Kind::text:
      skip_text();
      return;
    case Kind::number:
      return skip_number();
    case Kind::flag:
      return skip_word(text_[at_] == 't' ? "true" : "false");
    case Kind::nothing:
      return skip_word("null");
    case Kind::broken:
      return give_up();
  }
}

void JsonReader::skip_object() {
  enter_object();
  while (next_member()) skip_value();
}

void JsonReader::skip_list() {
  enter_list();
  while (next_item()) skip_value();
}

bool JsonReader::skip_text() {
  const std::size_t begin = at_++;
  bool plain = true;
  for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
    const char c = text_[at_];
    if (c >= 0x20 && c <= 0x7e && c != '\\') continue;
    plain = false;
    if (c == '\\') ++at_;
  }
  if (!take('"') || (!plain && !is_json(text_.substr(begin, at_ - begin)))) give_up();
  return plain && ok_;
}

void JsonReader::skip_number() {
  const std::size_t begin = at_;
  take('-');
  const std::size_t digits = at_;
  while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
  const bool whole = at_ == text_.size() || std::string_view(".eE+-").find(text_[at_]) == std::string_view::npos;
  if (whole && at_ > digits && at_ - digits <= short_number && (text_[digits] != '0' || at_ == digits + 1)) return;
  while (at_ < text_.size() &&
         (is_digit(text_[at_]) || std::string_view(".eE+-").find(text_[at_]) != std::string_view::npos)) {
    ++at_;
  }
  if (!is_json(text_.substr(begin, at_ - begin))) give_up();
}

void JsonReader::skip_word(std::string_view word) {
  if (text_.substr(at_, word.size()) != word) return give_up();
  at_ += word.size();
}

bool JsonReader::take(char c) {
  if (!ok_ || at_ >= text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

void JsonReader::give_up(std::string why) {
  if (ok_) why_ = std::move(why);
  ok_ = false;
}

std::string without_blanks(std::string_view json) {
  std::string text;
  without_blanks(json, [&text](std::string_view piece) { text += piece; });
  return text;
}

}  // namespace wamigrate
