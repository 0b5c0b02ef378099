#include "run/texts.hpp"

namespace wamigrate {

std::string names_of(Facts facts) {
  std::string names;
  for (Fact fact : facts.list()) names += (names.empty() ? "" : ", ") + std::string(name(fact));
  return names;
}

Json json_of(Facts facts) {
  Json names = Json::array();
  for (Fact fact : facts.list()) names.push_back(name(fact));
  return names;
}

Json json_of(const Road& road) {
  Json names = Json::array();
  for (const StepKind* kind : road) names.push_back(kind->name);
  return names;
}

std::string without_stop(std::string text) {
  while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.pop_back();
  return text;
}

std::string sentence(const std::string& text) { return without_stop(text) + "."; }

std::string blob_name(std::string_view what, const NumberProgress& number) {
  const auto keeper = number.kept_by.find(std::string(what));
  return std::string(what) + " " + number.phone +
         (keeper == number.kept_by.end() ? "" : " " + std::to_string(keeper->second));
}

}  // namespace wamigrate
