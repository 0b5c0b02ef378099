#include "plan/check.hpp"

namespace wamigrate {
namespace {

constexpr Check::Result results[] = {Check::Result::pass, Check::Result::warn, Check::Result::fail,
                                     Check::Result::unknown};

}  // namespace

std::string_view name(Check::Result result) {
  switch (result) {
    case Check::Result::pass:
      return "pass";
    case Check::Result::warn:
      return "warn";
    case Check::Result::fail:
      return "fail";
    case Check::Result::unknown:
      break;
  }
  return "unknown";
}

Json to_json(const Check& check) {
  return {{"id", check.id},
          {"phone", check.phone.empty() ? Json(nullptr) : Json(check.phone)},
          {"result", name(check.result)},
          {"message", check.message},
          {"fix", check.fix},
          {"source", check.source}};
}

Result<Check> check_from_json(const Json& json) {
  Check check;
  check.id = text_at(json, "id");
  check.phone = text_at(json, "phone");
  check.message = text_at(json, "message");
  check.fix = text_at(json, "fix");
  check.source = text_at(json, "source");
  const std::string word = text_at(json, "result");
  for (Check::Result result : results) {
    if (name(result) == word) {
      check.result = result;
      return check;
    }
  }
  return fail("a check with the result \"" + word + "\" is not known");
}

}  // namespace wamigrate
