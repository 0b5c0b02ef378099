// Checks: preflight findings with stable ids. All are made in one go; a check that could not be made says unknown.
#pragma once

#include <string>
#include <vector>

#include "base/json.hpp"
#include "model/fact.hpp"
#include "model/home.hpp"
#include "model/number.hpp"

namespace wamigrate {

struct Check {
  enum class Result { pass, warn, fail, unknown };
  std::string id;     ///< Stable: scripts select by it.
  std::string phone;  ///< Empty for what concerns all.
  Result result = Result::pass;
  std::string message;
  std::string fix;
  std::string source;  ///< Where the rule is from.
};
using Checks = std::vector<Check>;

std::string_view name(Check::Result result);
Json to_json(const Check& check);
Result<Check> check_from_json(const Json& json);

}  // namespace wamigrate
