// The catalogue as data: whole, without doubles, and with the classes that the contract names.
#include "api/catalogue.hpp"

#include <cctype>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "support/catch.hpp"

namespace wamigrate::api {

namespace {

ErrorClass class_of(Side side, std::string_view code, std::string_view details = "", std::string_view on = "",
                    int status = 0) {
  return look_up(side, code, details, on, status).error_class;
}

void check_class(Side side, ErrorClass expected, std::initializer_list<const char*> codes, std::string_view on = "") {
  for (const char* code : codes) {
    INFO(code);
    CHECK(name(class_of(side, code, "", on)) == name(expected));
  }
}

}  // namespace

TEST_CASE("every catalogue entry says what it is, what it means, what to do, and who says so") {
  for (const CatalogueEntry& entry : catalogue()) {
    INFO(entry.code);
    CHECK(!entry.code.empty());
    CHECK(!entry.title.empty());
    CHECK(entry.meaning.ends_with("."));
    CHECK(entry.advice.ends_with("."));
    CHECK(!entry.source.empty());
    CHECK((entry.certainty == "documented" || entry.certainty == "contradicted" || entry.certainty == "from memory"));
  }
}

TEST_CASE("no two catalogue entries speak for the same reply") {
  std::set<std::tuple<Side, std::string_view, std::string_view, std::string_view>> seen;
  for (const CatalogueEntry& entry : catalogue()) {
    INFO(entry.code);
    CHECK(seen.insert({entry.side, entry.code, entry.detail, entry.on}).second);
  }
}

TEST_CASE("the catalogue lists each side's codes in their order, Graph's first") {
  Side side = Side::graph;
  long last = -1;
  for (const CatalogueEntry& entry : catalogue()) {
    if (entry.side != side) {
      CHECK(entry.side == Side::onprem);
      side = entry.side;
      last = -1;
    }
    if (std::isdigit(static_cast<unsigned char>(entry.code.front())) == 0) continue;
    INFO(entry.code);
    const long number = std::stol(std::string(entry.code));
    CHECK(number >= last);
    last = number;
  }
  CHECK(side == Side::onprem);
}

TEST_CASE("every error class is used, and has a name of its own") {
  std::set<ErrorClass> used;
  std::set<std::string_view> names;
  for (const CatalogueEntry& entry : catalogue()) {
    used.insert(entry.error_class);
    names.insert(name(entry.error_class));
  }
  CHECK(used.size() == static_cast<std::size_t>(ErrorClass::unknown) + 1);
  CHECK(names.size() == used.size());
}

TEST_CASE("every entry is found by its own code, details and call") {
  for (const CatalogueEntry& entry : catalogue()) {
    if (entry.code.starts_with("http ")) continue;
    const std::string first_of_range(entry.code.substr(0, entry.code.find('-')));
    INFO(entry.code << " " << entry.detail << " " << entry.on);
    CHECK(&look_up(entry.side, first_of_range, entry.detail, entry.on, 0) == &entry);
  }
}

TEST_CASE("Graph's codes have the classes of the contract") {
  const Side side = Side::graph;
  check_class(side, ErrorClass::token, {"0", "102", "190", "10", "200", "250", "299", "3"});
  check_class(side, ErrorClass::throttled, {"4", "17", "341", "80007", "80008", "130429", "131056"});
  check_class(side, ErrorClass::down, {"1", "2", "131000", "131016", "133004"});
  check_class(side, ErrorClass::settling, {"133015", "131057", "2494100"});
  check_class(side, ErrorClass::pin, {"133005", "133008", "133009", "131031"}, "register");
  check_class(side, ErrorClass::backup, {"133001", "133002", "133003"});
  check_class(side, ErrorClass::half_done, {"133000"});
  check_class(side, ErrorClass::verify, {"133006", "136025"});
  check_class(side, ErrorClass::budget, {"133016"});
  check_class(side, ErrorClass::never, {"33", "100", "368"});
  check_class(side, ErrorClass::unknown, {"", "131005", "135000", "300", "199", "999999", "no code at all"});
}

TEST_CASE("of every throttled code of Graph it is known whose limit it is, and one that says nothing is the app's") {
  const std::map<std::string_view, Limit> limits = {
      {"4", Limit::app},         {"17", Limit::app},         {"341", Limit::app},       {"2446079", Limit::app},
      {"2446080", Limit::app},   {"http 429", Limit::app},   {"80007", Limit::account}, {"80008", Limit::account},
      {"130429", Limit::number}, {"2494055", Limit::number}, {"131056", Limit::number}};
  for (const CatalogueEntry& entry : catalogue()) {
    if (entry.side != Side::graph || entry.error_class != ErrorClass::throttled) continue;
    INFO(entry.code);
    REQUIRE(limits.contains(entry.code));
    CHECK(limit_of(entry.code) == limits.at(entry.code));
  }
  CHECK(limit_of("") == Limit::app);
}

TEST_CASE("on-premises codes have the classes of the contract") {
  const Side side = Side::onprem;
  check_class(side, ErrorClass::throttled, {"429", "1015", "1016"});
  check_class(side, ErrorClass::down, {"1011", "1014"});
  check_class(side, ErrorClass::pin, {"1005"}, "account");
  check_class(side, ErrorClass::unknown, {"1005", "1000", "1024", "77"}, "backup");
  CHECK(class_of(side, "", "", "read", 401) == ErrorClass::token);
  CHECK(class_of(side, "", "", "read", 429) == ErrorClass::throttled);
  CHECK(class_of(side, "", "", "read", 503) == ErrorClass::down);
  CHECK(class_of(side, "", "", "read", 502) == ErrorClass::down);
  CHECK(class_of(side, "", "", "read", 418) == ErrorClass::unknown);
}

TEST_CASE("a closed on-premises registration is never taken for a wrong PIN") {
  const std::string_view details = "Unknown error: BIZ_LINK_on_prem_reg_blocked";
  CHECK(class_of(Side::onprem, "1005", details, "account") == ErrorClass::never);
  CHECK(class_of(Side::onprem, "1005", "App expired, upgrade required", "account") == ErrorClass::never);
  CHECK(class_of(Side::onprem, "1005", "anything else", "account") == ErrorClass::pin);
}

TEST_CASE("a refused account call that speaks of the PIN counts as a wrong PIN") {
  CHECK(class_of(Side::onprem, "1009", "Parameter pin is not valid", "account") == ErrorClass::pin);
  CHECK(class_of(Side::onprem, "1008", "pin is required", "account") == ErrorClass::pin);
  CHECK(class_of(Side::onprem, "1015", "PIN guessed too fast", "account", 429) == ErrorClass::pin);
  CHECK(class_of(Side::onprem, "1015", "Slow down", "account", 429) == ErrorClass::pin);
  CHECK(class_of(Side::onprem, "1015", "Slow down", "settings", 429) == ErrorClass::throttled);
  CHECK(class_of(Side::onprem, "1009", "Parameter cc is not valid", "account") == ErrorClass::unknown);
  CHECK(class_of(Side::onprem, "1009", "Parameter value is not valid", "account") == ErrorClass::pin);
  CHECK(class_of(Side::onprem, "1009", "Parameter pin is not valid", "settings") == ErrorClass::unknown);
}

TEST_CASE("131031 means the PIN only where one was sent to register") {
  CHECK(class_of(Side::graph, "131031", "", "register", 403) == ErrorClass::pin);
  CHECK(class_of(Side::graph, "131031", "", "send", 403) == ErrorClass::unknown);
}

TEST_CASE("a known code outranks the HTTP status it came with") {
  CHECK(class_of(Side::graph, "133005", "", "register", 500) == ErrorClass::pin);
  CHECK(class_of(Side::graph, "130429", "", "send", 400) == ErrorClass::throttled);
  CHECK(class_of(Side::graph, "777777", "", "send", 500) == ErrorClass::down);
  CHECK(class_of(Side::graph, "777777", "", "send", 400) == ErrorClass::unknown);
}

TEST_CASE("listed() knows ranges and single codes, and no status") {
  REQUIRE(listed(Side::graph, "250", "", "") != nullptr);
  CHECK(listed(Side::graph, "250", "", "")->code == "200-299");
  CHECK(listed(Side::graph, "138013", "", "")->code == "138000-138999");
  CHECK(listed(Side::graph, "424242", "", "") == nullptr);
  CHECK(listed(Side::graph, "unknown", "", "") == nullptr);
  CHECK(listed(Side::graph, "", "", "") == nullptr);
}

TEST_CASE("a person who asks about a code finds it on either side, as a subcode and within a range") {
  CHECK(entries_about("1005").size() >= 4);
  REQUIRE(entries_about("463").size() == 1);
  CHECK(entries_about("463").front()->code == "190/463");
  REQUIRE(entries_about("2027").size() == 1);
  CHECK(entries_about("2027").front()->side == Side::onprem);
  CHECK(entries_about("424242").empty());
  CHECK(entries_about("http 5xx").size() == 2);
}

}  // namespace wamigrate::api
