// The inventories and the schema under plans/: they are what the documentation shows, so they must be right; and
// damaged copies of them must be refused or read, but never more than that.
#include <random>
#include <regex>
#include <set>

#include "inventory_support.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;

namespace {

const std::string waves = "plans/fleet-in-waves/";

}  // namespace

TEST_CASE("the sample fleet has ten numbers of several countries, two accounts and one deployment with shards") {
  const auto fleet = read(repository_file(waves + "inventory.yaml"),
                          {{waves + "numbers.csv", repository_file(waves + "numbers.csv")}}, waves + "inventory.yaml");
  if (!fleet) FAIL(to_text(fleet.error()));
  CHECK(fleet->numbers.size() == 10);
  std::set<std::string> regions, accounts;
  int sharded = 0;
  for (const Number& number : fleet->numbers) {
    regions.insert(number.phone.region);
    accounts.insert(number.waba_id);
    if (number.deployment.shards > 1) ++sharded;
    CHECK(number.pin.kind == SecretRef::Kind::env);
    CHECK(number.deployment.password.kind == SecretRef::Kind::env);
    CHECK(number.deployment.url.starts_with("https://10.0.0."));
  }
  CHECK(regions == std::set<std::string>{"AU", "DE", "FR", "GB", "IE", "SE", "US"});
  CHECK(accounts.size() == 2);
  CHECK(sharded == 1);
  REQUIRE(fleet->policy.waves.size() == 3);
  CHECK(fleet->policy.waves[1].of(10) == 3);
}

TEST_CASE("the smallest sample is an inventory") {
  const auto fleet = read(repository_file("plans/one-number-to-cloud/inventory.yaml"));
  if (!fleet) FAIL(to_text(fleet.error()));
  CHECK(fleet->numbers.size() == 1);
}

TEST_CASE("the schema knows exactly the keys that the reader knows, with the same defaults") {
  const auto schema = parse_json(repository_file("plans/inventory.schema.json"));
  REQUIRE(schema);
  const Json& definitions = schema->at("$defs");
  // The reader lists the keys it knows when it meets one that is nowhere near them.
  const auto keys_of = [](const std::string& text) {
    std::set<std::string> keys;
    const auto fleet = read(text);
    REQUIRE_FALSE(fleet);
    for (const Diagnostic& finding : fleet.error()) {
      const auto list = finding.fix.find("the keys here are ");
      if (list == std::string::npos) continue;
      std::string word;
      for (const char c : finding.fix.substr(list + 18) + ",") {
        if (c == ',') {
          keys.insert(std::exchange(word, {}));
        } else if (c != ' ') {
          word += c;
        }
      }
    }
    return keys;
  };
  const auto properties = [](const Json& definition) {
    std::set<std::string> keys;
    for (const auto& [key, value] : definition.at("properties").items()) keys.insert(key);
    return keys;
  };
  CHECK(keys_of("xxxxxxxxxxxx: 1\n") == properties(*schema));
  CHECK(keys_of("graph: { xxxxxxxxxxxx: 1 }\n") == properties(schema->at("properties").at("graph")));
  CHECK(keys_of("defaults: { xxxxxxxxxxxx: 1 }\n") == properties(schema->at("properties").at("defaults")));
  CHECK(keys_of("defaults: { deployment: { xxxxxxxxxxxx: 1 } }\n") ==
        properties(schema->at("properties").at("defaults").at("properties").at("deployment").at("anyOf").at(1)));
  CHECK(keys_of("numbers: [{ xxxxxxxxxxxx: 1 }]\n") == properties(definitions.at("number")));
  CHECK(keys_of("numbers: [{ deployment: { xxxxxxxxxxxx: 1 } }]\n") == properties(definitions.at("deployment")));
  CHECK(keys_of("numbers: [{ test_message: { xxxxxxxxxxxx: 1 } }]\n") == properties(definitions.at("test_message")));
  CHECK(keys_of("numbers: [{ test_message: { template: { xxxxxxxxxxxx: 1 } } }]\n") ==
        properties(definitions.at("test_message").at("properties").at("template")));
  CHECK(keys_of("policy: { xxxxxxxxxxxx: 1 }\n") == properties(definitions.at("policy")));
  CHECK(keys_of("policy: { hooks: { xxxxxxxxxxxx: 1 } }\n") ==
        properties(definitions.at("policy").at("properties").at("hooks")));

  const auto fleet = read(with_number());
  REQUIRE(fleet);
  const Json written = to_json(*fleet);
  for (const auto& [key, property] : definitions.at("policy").at("properties").items()) {
    if (!property.contains("default")) continue;
    CAPTURE(key);
    const Json& value = written.at("policy").at(key);
    const auto length = value.is_string() ? parse_duration(value.get<std::string>()) : std::nullopt;
    CHECK((length ? length == parse_duration(property["default"].get<std::string>()) : value == property["default"]));
  }
}

TEST_CASE("the schemas' pattern of a window lets through what the reader does, but for rules no pattern can hold") {
  const Json inventory = parse_json(repository_file("plans/inventory.schema.json")).value();
  const Json plan = parse_json(repository_file("plans/plan.schema.json")).value();
  const std::string pattern = inventory.at("$defs").at("window").at("pattern").get<std::string>();
  CHECK(plan.at("$defs").at("window").at("pattern") == pattern);
  const std::regex regex(pattern, std::regex::ECMAScript);
  for (const std::string text :
       {"Sat 01:00-05:00 Europe/Berlin", "Mon-Fri,Sun 22:00-24:00", "01:00-05:00", "00:00-24:00 Etc/GMT+5", "Sat",
        "sat 01:00-05:00", "1:00-5:00", "01:00-24:01", "24:00-01:00", "01:60-02:00", "01:00-05:00 +02:00",
        "Sat, Sun 01:00-05:00", "01:00-05:00 UTC x", "Mon-Wed-Fri 01:00-05:00"}) {
    CAPTURE(text);
    CHECK(std::regex_search(text, regex) == parse_window(text).has_value());
  }
}

TEST_CASE("two thousand damaged inventories are each read or refused, and nothing else happens") {
  const std::string yaml = repository_file(waves + "inventory.yaml");
  const std::string csv = repository_file(waves + "numbers.csv");
  REQUIRE_FALSE(yaml.empty());
  REQUIRE_FALSE(csv.empty());
  constexpr std::string_view favourites = "\"'{}[]:,-&*!|>%@#\n\r\t \\?\0\xEF\xFF+~<";
  std::mt19937 random(20251023);
  const auto below = [&](std::size_t limit) { return random() % limit; };
  const auto damage = [&](std::string text) {
    for (std::size_t changes = 1 + below(4); changes > 0 && !text.empty(); --changes) {
      const std::size_t at = below(text.size());
      switch (below(6)) {
        case 0:
          text[at] = static_cast<char>(below(256));
          break;
        case 1:
          text[at] = favourites[below(favourites.size())];
          break;
        case 2:
          text.insert(at, 1, favourites[below(favourites.size())]);
          break;
        case 3:
          text.erase(at, 1 + below(20));
          break;
        case 4:
          text.insert(at, text.substr(below(text.size()), below(60)));
          break;
        default:
          text.resize(at);
          break;
      }
    }
    return text;
  };
  int readable = 0;
  for (int i = 0; i < 2'000; ++i) {
    const bool damage_yaml = i % 2 == 0;
    const auto fleet = read(damage_yaml ? damage(yaml) : yaml, {{"numbers.csv", damage_yaml ? csv : damage(csv)}});
    if (fleet) {
      ++readable;
      CHECK_FALSE(fleet->numbers.empty());
      CHECK(fleet_from_json(to_compact(to_json(*fleet))));
    } else {
      CHECK_FALSE(fleet.error().empty());
      for (const Diagnostic& finding : fleet.error()) CHECK_FALSE(finding.fix.empty());
    }
  }
  CHECK(readable > 100);
  CHECK(readable < 1'500);
}
