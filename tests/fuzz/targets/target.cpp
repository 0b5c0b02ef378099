// What the targets share.
#include "fuzz/targets/target.hpp"

#include <algorithm>
#include <filesystem>

#include "support/golden.hpp"

namespace wamigrate::fuzz {

void holds(bool property, std::string_view words) {
  if (!property) throw Broken(std::string(words));
}

bool is_plain(std::string_view text) { return is_plain_page(text) && text.find('\n') == std::string_view::npos; }

bool is_plain_page(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if ((byte < 0x20 && byte != '\n') || byte == 0x7F) return false;
    if (byte == 0xC2 && next >= 0x80 && next <= 0x9F) return false;
  }
  return true;
}

std::vector<std::string> worked_situations(std::string_view file) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(testing::repository_path("plans"))) {
    const std::string name = "plans/" + entry.path().filename().string() + "/" + std::string(file);
    if (std::filesystem::exists(testing::repository_path(name))) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  std::vector<std::string> texts;
  for (const std::string& name : names) texts.push_back(testing::text_of(name));
  holds(!texts.empty(), "there are worked situations to begin with");
  return texts;
}

std::string Fields::next() {
  const std::size_t end = std::min(rest_.find('\xFF'), rest_.size());
  std::string field(rest_.substr(0, end));
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  return field;
}

unsigned Fields::byte() {
  if (rest_.empty()) return 0;
  const auto first = static_cast<unsigned char>(rest_.front());
  rest_.remove_prefix(1);
  return first;
}

std::string joined(const std::vector<std::string>& fields) {
  std::string input;
  for (const std::string& field : fields) input += field + '\xFF';
  return input;
}

}  // namespace wamigrate::fuzz
