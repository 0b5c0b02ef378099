// Checks of who a number is, where it is, and what its owner has to bring: PIN and rations.
#include "preflight_case.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;
using namespace std::chrono_literals;

TEST_CASE("names that disagree fail, and so do names that could not be read") {
  CHECK(result(to_cloud(), "identity") == "pass");
  Case swapped = to_cloud();
  swapped.observation.graph.display_phone_number = "+49 171 3920009";
  CHECK(result(swapped, "identity") == "fail");
  Case unread = to_cloud();
  unread.observation.waba_asked = was_refused("200");
  CHECK(result(unread, "identity") == "fail");
}

TEST_CASE("each home passes, warns or fails as it should in each direction") {
  auto home = [](Case c, Home where, bool degraded = false) {
    c.home = home_at(where, degraded);
    return result(c, "home");
  };
  CHECK(home(to_cloud(), Home::onprem) == "pass");
  CHECK(home(to_cloud(), Home::onprem, true) == "fail");
  CHECK(home(to_cloud(), Home::cloud) == "pass");
  CHECK(home(to_cloud(), Home::nowhere) == "warn");
  CHECK(home(to_cloud(), Home::app) == "fail");
  CHECK(home(to_cloud(), Home::unknown) == "fail");
  CHECK(home(to_onprem(), Home::cloud) == "pass");
  CHECK(home(to_onprem(), Home::onprem) == "pass");
  CHECK(home(to_onprem(), Home::onprem, true) == "warn");
  CHECK(home(to_onprem(), Home::nowhere) == "warn");
  CHECK(home(to_onprem(), Home::app) == "fail");
  CHECK(home(to_onprem(), Home::unknown) == "fail");
}

TEST_CASE("the PIN: declared, missing, refused, to be set") {
  CHECK(result(to_cloud(), "pin") == "pass");
  Case missing = to_cloud();
  missing.number.pin = {};
  CHECK(result(missing, "pin") == "fail");
  missing.home = home_at(Home::nowhere);
  CHECK(result(missing, "pin") == "warn");
  Case refused = to_cloud();
  refused.ledger.pin_refused = true;
  CHECK(result(refused, "pin") == "fail");
  CHECK(message(refused, "pin").find("never sent again") != std::string::npos);
  Case set = to_cloud();
  set.number.pin_mode = PinMode::set;
  CHECK(result(set, "pin") == "pass");
  CHECK(message(set, "pin").find("set first, where the number is served") != std::string::npos);
}

TEST_CASE("registrations to Cloud: the last two of ten are for a number that nobody serves") {
  auto ration = [](int registrations, Home home, bool known = true) {
    Case c = to_cloud();
    c.home = home_at(home);
    c.ledger.registrations = registrations;
    c.ledger.known = known;
    return result(c, "ration");
  };
  for (const int used : {0, 1, 5}) CHECK(ration(used, Home::onprem) == "pass");
  for (const int used : {6, 7}) CHECK(ration(used, Home::onprem) == "warn");
  for (const int used : {8, 9, 10, 11}) CHECK(ration(used, Home::onprem) == "fail");
  for (const int used : {8, 9}) CHECK(ration(used, Home::nowhere) == "warn");
  for (const int used : {10, 11}) CHECK(ration(used, Home::nowhere) == "fail");
  CHECK(ration(0, Home::onprem, false) == "warn");
  CHECK(ration(8, Home::onprem, false) == "fail");
}

TEST_CASE("towards on-premises, registrations count for the way back and deregistrations where Cloud is let go first") {
  Case c = to_onprem();
  c.ledger.registrations = 9;
  CHECK(result(c, "ration") == "warn");
  c.ledger.registrations = 0;
  c.ledger.deregistrations = 9;
  CHECK(result(c, "ration") == "pass");
  c.options.deregister_first = true;
  CHECK(result(c, "ration") == "fail");
  CHECK(message(c, "ration").find("deregistrations") != std::string::npos);
}

TEST_CASE("a number that the two sides spell differently is told, with what to store, and stays one number") {
  auto spelled = [](const std::string& phone, const std::string& graph, const std::string& onprem) {
    Case c = to_cloud();
    c.number.phone.e164 = phone;
    c.observation.graph.display_phone_number = graph;
    c.observation.onprem.wa_id = onprem;
    return c;
  };
  const Case mexico = spelled("+525512345678", "+52 55 1234 5678", "5215512345678");
  CHECK(result(mexico, "number_spelling") == "warn");
  CHECK(result(mexico, "identity") == "pass");
  CHECK(message(mexico, "number_spelling").find("+5215512345678 on-premises") != std::string::npos);
  CHECK(fix(mexico.checks(), "number_spelling").find("phone_number_id 106540352240001") != std::string::npos);
  CHECK(result(spelled("+5531991234567", "+55 31 9123-4567", "553191234567"), "number_spelling") == "warn");
  CHECK(result(spelled("+2250701234567", "+225 07 01 23 45 67", "22501234567"), "number_spelling") == "warn");
  CHECK(result(spelled("+491713920001", "+49 171 3920001", "491713920001"), "number_spelling") == "-");
}

TEST_CASE("two different numbers are a conflict of identity and never two spellings") {
  Case c = to_cloud();
  c.observation.onprem.wa_id = "491713920009";
  CHECK(result(c, "identity") == "fail");
  CHECK(result(c, "number_spelling") == "-");
}

TEST_CASE("the ration says what is left, and that the way back is among it") {
  Case c = to_cloud();
  c.ledger.registrations = 2;
  CHECK(message(c, "ration") ==
        "2 of 10 registrations of 72 hours used; 6 are left to runs, the way back among them, and 2 to a number that "
        "nobody serves");
}
