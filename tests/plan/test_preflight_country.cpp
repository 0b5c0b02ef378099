// The rules with dates, and the checks that ask them.
#include "preflight_case.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;
using namespace std::chrono_literals;

TEST_CASE("countries: the excluded ones fail, Türkiye warns towards on-premises alone") {
  auto country = [](Case c, const std::string& region) {
    c.number.phone.region = region;
    return result(c, "country");
  };
  for (const std::string region : {"CU", "IR", "KP", "SY"}) {
    CHECK(country(to_cloud(), region) == "fail");
    CHECK(country(to_onprem(), region) == "fail");
  }
  CHECK(country(to_cloud(), "TR") == "pass");
  CHECK(country(to_onprem(), "TR") == "warn");
  CHECK(country(to_cloud(), "DE") == "pass");
}

TEST_CASE("Türkiye opened on a day: before it the number is warned about, and afterwards towards on-premises alone") {
  auto country = [](Case c, const std::string& day) {
    c.number.phone.region = "TR";
    c.options.as_of = *parse_iso(day);
    return result(c, "country");
  };
  CHECK(country(to_cloud(), "2024-05-14") == "warn");
  CHECK(country(to_cloud(), "2024-05-15") == "pass");
  CHECK(country(to_onprem(), "2024-05-15") == "warn");
}

TEST_CASE("the account's country counts like the number's, and one that is not shown is unknown") {
  auto country = [](Case c, const std::string& code) {
    c.observation.waba_country = code;
    return result(c, "waba_country");
  };
  CHECK(country(to_cloud(), "DE") == "pass");
  CHECK(country(to_cloud(), "IR") == "fail");
  CHECK(country(to_onprem(), "CU") == "fail");
  CHECK(country(to_onprem(), "TR") == "warn");
  CHECK(country(to_cloud(), "TR") == "pass");
  CHECK(country(to_cloud(), "") == "unknown");
  Case unread = to_cloud();
  unread.observation.waba_node_asked = was_refused("200");
  CHECK(result(unread, "waba_country") == "unknown");
}

TEST_CASE("the three regions are asked for where a number or an account leaves them possible, and never guessed") {
  auto region = [](const std::string& number, const std::string& account, bool confirmed = false) {
    Case c = to_cloud();
    c.number.phone.region = number;
    c.number.region_confirmed = confirmed;
    c.observation.waba_country = account;
    return result(c, "region");
  };
  CHECK(region("DE", "DE") == "-");
  CHECK(region("UA", "UA") == "unknown");
  CHECK(region("RU", "") == "unknown");
  CHECK(region("DE", "UA") == "unknown");
  CHECK(region("UA", "UA", true) == "pass");
  Case c = to_cloud();
  c.number.phone.region = "UA";
  CHECK(fix(c.checks(), "region").find("region_confirmed: true") != std::string::npos);
}

TEST_CASE("every rule has an id of its own, words, a source, and a date that can be read or none") {
  std::set<std::string_view> ids;
  for (const DatedRule& rule : rules()) {
    CAPTURE(rule.id);
    CHECK(ids.insert(rule.id).second);
    CHECK(find_rule(rule.id) == &rule);
    CHECK_FALSE(rule.what.empty());
    CHECK_FALSE(rule.advice.empty());
    CHECK_FALSE(rule.source.empty());
    CHECK((rule.from.empty() || parse_iso(rule.from).has_value()));
  }
  CHECK(find_rule("nonsense") == nullptr);
  CHECK(to_iso(sunset()).substr(0, 10) == "2025-10-23");
}

TEST_CASE("a rule holds from its first day on, and an undated one always") {
  CHECK_FALSE(in_force(sunset_rule(), sunset() - 1ms));
  CHECK(in_force(sunset_rule(), sunset()));
  CHECK(in_force(excluded_countries_rule(), *parse_iso("2018-08-01")));
}

TEST_CASE("a test message goes to where it can arrive: not to excluded countries, nor to Türkiye from on-premises") {
  auto recipient = [](Case c, const std::string& region, const std::string& day = "2025-06-01") {
    TestMessage message;
    message.to = "+905301234567";
    message.to_region = region;
    c.number.test_message = message;
    c.options.as_of = *parse_iso(day);
    return result(c, "test_recipient");
  };
  CHECK(recipient(to_cloud(), "DE") == "pass");
  CHECK(recipient(to_onprem(), "DE") == "pass");
  CHECK(recipient(to_cloud(), "IR") == "fail");
  CHECK(recipient(to_cloud(), "TR") == "pass");
  CHECK(recipient(to_onprem(), "TR") == "fail");
  CHECK(recipient(to_cloud(), "TR", "2024-05-14") == "fail");
  CHECK(result(to_cloud(), "test_recipient") == "-");
}
