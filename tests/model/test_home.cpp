// The home table of the contract, row by row, and what stands between its rows.
#include "model/home.hpp"
#include "support/catch.hpp"
#include "support/sightings.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;

namespace {

using Nodes = std::vector<OnpremNode>;

/// A row: what both sides say, and what that amounts to.
struct Row {
  std::string what;
  std::string platform;
  std::string status;
  std::string client;  // a word: see client_of
  Home home;
  bool settled;
  Home after_patience;
  bool degraded = false;
};

/// What the words for an on-premises side stand for.
Observation client_of(const Number& number, const Row& row) {
  if (row.client == "unreachable") return seen(number, row.platform, row.status, was_unreachable);
  if (row.client == "not running") return seen(number, row.platform, row.status, was_refused("1014"));
  if (row.client == "not ready") return seen(number, row.platform, row.status, was_refused("1011"));
  if (row.client == "login refused") return seen(number, row.platform, row.status, was_refused("http 401"));
  if (row.client == "not asked") return seen(number, row.platform, row.status, Asked{});
  if (row.client == "no nodes") return seen(number, row.platform, row.status, Nodes{});
  return seen(number, row.platform, row.status, one_node(row.client));
}

void check_row(const Row& row, const Number& number, const Observation& observation) {
  CAPTURE(row.what, row.platform, row.status, row.client, number.deployment.gone);
  const HomeFinding finding = find_home(number, observation);
  CHECK(name(finding.home) == name(row.home));
  CHECK(finding.settled == row.settled);
  CHECK(name(finding.after_patience) == name(row.after_patience));
  CHECK(finding.degraded == row.degraded);
  CHECK_FALSE(finding.why.empty());
}

void check_rows(const std::vector<Row>& rows, bool gone = false) {
  for (const Row& row : rows) {
    Number number = some_number();
    number.deployment.gone = gone;
    check_row(row, number, client_of(number, row));
  }
}

// The nodes of a client of several containers: so many Coreapps connected, so many not, and a master.
Nodes several(int connected, int off, const std::string& master, const std::string& off_status = "disconnected") {
  Nodes nodes = {{"host1:master", master, "primary_master", ""},
                 {"host2:master", "disconnected", "secondary_master", ""}};
  for (int i = 0; i < connected + off; ++i) {
    nodes.push_back({"host" + std::to_string(i) + ":core", i < connected ? "connected" : off_status, "coreapp", ""});
  }
  return nodes;
}

HomeFinding home_of_nodes(int shards, Nodes nodes, const std::string& platform = "ON_PREMISE") {
  Number number = some_number();
  number.deployment.shards = shards;
  return find_home(number, seen(number, platform, "CONNECTED", std::move(nodes)));
}

}  // namespace

TEST_CASE("the home table holds row by row") {
  using enum Home;
  check_rows({
      {"cloud, the old client disconnected", "CLOUD_API", "CONNECTED", "disconnected", cloud, true, cloud},
      {"cloud, the old client unregistered", "CLOUD_API", "CONNECTED", "unregistered", cloud, true, cloud},
      {"cloud, the old client unreachable", "CLOUD_API", "CONNECTED", "unreachable", cloud, true, cloud},
      {"cloud, the old Coreapp not running", "CLOUD_API", "CONNECTED", "not running", cloud, true, cloud},
      {"cloud, or only linked to its account", "CLOUD_API", "LINKED", "disconnected", unknown, false, unknown},
      {"cloud in maintenance", "CLOUD_API", "PENDING", "disconnected", unknown, false, nowhere},
      {"cloud has let go", "CLOUD_API", "DISCONNECTED", "unregistered", unknown, false, nowhere},
      {"cloud without a status", "CLOUD_API", "", "unreachable", unknown, false, nowhere},
      {"on-premises as it should be", "ON_PREMISE", "CONNECTED", "connected", onprem, true, onprem},
      {"on-premises connecting", "ON_PREMISE", "CONNECTED", "connecting", onprem, true, onprem, true},
      {"on-premises has let go", "ON_PREMISE", "CONNECTED", "disconnected", unknown, false, nowhere},
      {"on-premises unregistered", "ON_PREMISE", "DISCONNECTED", "unregistered", unknown, false, nowhere},
      {"on-premises unreachable", "ON_PREMISE", "CONNECTED", "unreachable", unknown, false, unknown},
      {"on-premises not ready", "ON_PREMISE", "CONNECTED", "not ready", unknown, false, unknown},
      {"neither side", "NOT_APPLICABLE", "DISCONNECTED", "unregistered", nowhere, true, nowhere},
      {"neither side, client unreachable", "NOT_APPLICABLE", "DISCONNECTED", "unreachable", unknown, false, nowhere},
      {"cloud claims it, on-premises serves it", "CLOUD_API", "CONNECTED", "connected", unknown, false, unknown},
      {"nobody claims it, on-premises serves it", "NOT_APPLICABLE", "", "connected", unknown, false, unknown},
      {"cloud claims it, on-premises tries", "CLOUD_API", "CONNECTED", "connecting", unknown, false, unknown},
      {"nobody claims it, on-premises tries", "NOT_APPLICABLE", "", "connecting", unknown, false, unknown},
  });
}

TEST_CASE("a side that was not asked, or refuses to say, settles nothing") {
  using enum Home;
  for (const std::string client : {"login refused", "not asked", "no nodes"}) {
    check_rows({
        {"cloud", "CLOUD_API", "CONNECTED", client, unknown, false, unknown},
        {"cloud, not connected", "CLOUD_API", "PENDING", client, unknown, false, unknown},
        {"on-premises", "ON_PREMISE", "CONNECTED", client, unknown, false, unknown},
        {"neither", "NOT_APPLICABLE", "", client, unknown, false, unknown},
    });
  }
}

TEST_CASE("a platform that Graph does not name, or names in a new word, is unknown however the client stands") {
  for (const std::string platform : {"", "SOMETHING_NEW"}) {
    for (const std::string client : {"connected", "disconnected", "unreachable"}) {
      check_rows({{"no known platform", platform, "CONNECTED", client, Home::unknown, false, Home::unknown}});
    }
  }
}

TEST_CASE("a number on the WhatsApp Business app is the app's, whatever else is said") {
  for (const std::string platform : {"CLOUD_API", "ON_PREMISE", "NOT_APPLICABLE", ""}) {
    for (const std::string client : {"connected", "disconnected", "unreachable", "login refused", "not asked"}) {
      const Row row{"app", platform, "CONNECTED", client, Home::app, true, Home::app};
      const Number number = some_number();
      Observation observation = client_of(number, row);
      observation.graph.is_on_biz_app = true;
      check_row(row, number, observation);
    }
  }
}

TEST_CASE("Graph that says the number is not on the app changes nothing") {
  const Number number = some_number();
  Observation observation = seen(number, "ON_PREMISE", "CONNECTED", one_node("connected"));
  observation.graph.is_on_biz_app = false;
  CHECK(find_home(number, observation).home == Home::onprem);
}

TEST_CASE("without Graph's word the home is unknown, patience or not") {
  for (const Asked& graph : {Asked{}, was_unreachable, was_refused("190"), was_refused("100")}) {
    for (const std::string status : {"connected", "disconnected"}) {
      const Number number = some_number();
      Observation observation = seen(number, "CLOUD_API", "CONNECTED", one_node(status));
      observation.graph.asked = graph;
      const HomeFinding finding = find_home(number, observation);
      CHECK(finding.home == Home::unknown);
      CHECK_FALSE(finding.settled);
      CHECK(finding.after_patience == Home::unknown);
      CHECK(finding.why.find("Graph can't be asked") != std::string::npos);
    }
  }
}

TEST_CASE("a deployment declared gone settles what its silence means, and only its silence") {
  using enum Home;
  check_rows(
      {
          {"its number is nowhere", "ON_PREMISE", "CONNECTED", "unreachable", nowhere, true, nowhere},
          {"so too if its Coreapp is off", "ON_PREMISE", "CONNECTED", "not running", nowhere, true, nowhere},
          {"not if it refuses to say", "ON_PREMISE", "CONNECTED", "login refused", unknown, false, unknown},
          {"so too if nobody asked", "ON_PREMISE", "CONNECTED", "not asked", nowhere, true, nowhere},
          {"cloud without asking it", "CLOUD_API", "CONNECTED", "not asked", cloud, true, cloud},
          {"neither", "NOT_APPLICABLE", "", "unreachable", nowhere, true, nowhere},
          {"yet it serves", "ON_PREMISE", "CONNECTED", "connected", onprem, true, onprem},
          {"yet it contradicts", "CLOUD_API", "CONNECTED", "connected", unknown, false, unknown},
          {"yet it tries", "CLOUD_API", "CONNECTED", "connecting", unknown, false, unknown},
      },
      true);
}

TEST_CASE("a highly available client is whole with one Coreapp connected and its spares not") {
  const HomeFinding finding = home_of_nodes(1, several(1, 2, "disconnected"));
  CHECK(finding.home == Home::onprem);
  CHECK_FALSE(finding.degraded);
}

TEST_CASE("a client of several shards is whole with as many Coreapps as shards, and a spare may rest") {
  const HomeFinding whole = home_of_nodes(4, several(4, 1, "connected"));
  CHECK(whole.home == Home::onprem);
  CHECK_FALSE(whole.degraded);
  const HomeFinding partly = home_of_nodes(4, several(3, 2, "connected"));
  CHECK(partly.home == Home::onprem);
  CHECK(partly.degraded);
}

TEST_CASE("more Coreapps connected than the declared shards is not as the mode asks") {
  const HomeFinding finding = home_of_nodes(1, several(2, 0, "connected"));
  CHECK(finding.home == Home::onprem);
  CHECK(finding.degraded);
  CHECK(finding.why.find("2 of 1") != std::string::npos);
}

TEST_CASE("a master that is still connected means that the client serves, even without a Coreapp") {
  const HomeFinding onprem = home_of_nodes(2, several(0, 3, "connected"));
  CHECK(onprem.home == Home::onprem);
  CHECK(onprem.degraded);
  const HomeFinding cloud = home_of_nodes(2, several(0, 3, "connected"), "CLOUD_API");
  CHECK(cloud.home == Home::unknown);
  CHECK_FALSE(cloud.settled);
  const Number number = some_number();
  CHECK_FALSE(onprem_is_silent(number.deployment, seen(number, "CLOUD_API", "CONNECTED", several(0, 3, "connected"))));
}

TEST_CASE("a spare Coreapp that is not running degrades; with no other up, nothing is up") {
  Nodes nodes = several(1, 0, "disconnected");
  nodes.push_back({"host9:core", "error", "coreapp", "1014"});
  const HomeFinding finding = home_of_nodes(1, nodes);
  CHECK(finding.home == Home::onprem);
  CHECK(finding.degraded);

  for (const std::string code : {"1011", "1014"}) {
    Nodes silent = several(0, 1, "disconnected");
    silent.push_back({"host9:core", "error", "coreapp", code});
    const HomeFinding quiet = home_of_nodes(1, silent, "CLOUD_API");
    CHECK(quiet.home == Home::cloud);
    CHECK(home_of_nodes(1, silent).home == Home::unknown);
    CHECK(home_of_nodes(1, silent).after_patience == Home::unknown);
  }
}

TEST_CASE("a node that says it is not the primary tries to serve: degraded here, a contradiction there") {
  for (const std::string code : {"1017", "1018"}) {
    const Nodes nodes = {{"", "error", "", code}};
    CHECK(home_of_nodes(1, nodes).home == Home::onprem);
    CHECK(home_of_nodes(1, nodes).degraded);
    CHECK(home_of_nodes(1, nodes, "CLOUD_API").home == Home::unknown);
    CHECK(home_of_nodes(1, nodes, "NOT_APPLICABLE").home == Home::unknown);
  }
}

TEST_CASE("a client that serves another number, or none, is not this number's home") {
  const Number number = some_number();
  Observation observation = seen(number, "ON_PREMISE", "CONNECTED", one_node("connected"));
  observation.onprem.wa_id = "491713920002";
  CHECK(find_home(number, observation).home == Home::unknown);
  CHECK(find_home(number, observation).why.find("+491713920002") != std::string::npos);
  observation.onprem.wa_id.clear();
  CHECK(find_home(number, observation).home == Home::unknown);
  CHECK_FALSE(find_home(number, observation).settled);
  observation.onprem.settings = was_refused("http 403");
  CHECK(find_home(number, observation).home == Home::unknown);
}

TEST_CASE("evidence counts the nodes by what they say") {
  const HomeFinding finding = home_of_nodes(2, several(2, 1, "connected"));
  CHECK(finding.why == "Graph says ON_PREMISE, CONNECTED; on-premises: 3 nodes connected, 2 nodes disconnected");
}

TEST_CASE("silence is every node off or no answer at all, and never a refusal to say") {
  Number number = some_number();
  auto silent = [&number](const Observation& observation) { return onprem_is_silent(number.deployment, observation); };
  CHECK(silent(seen(number, "CLOUD_API", "CONNECTED", one_node("disconnected"))));
  CHECK(silent(seen(number, "CLOUD_API", "CONNECTED", one_node("unregistered"))));
  CHECK(silent(seen(number, "CLOUD_API", "CONNECTED", was_unreachable)));
  CHECK(silent(seen(number, "CLOUD_API", "CONNECTED", was_refused("1014"))));
  CHECK_FALSE(silent(seen(number, "CLOUD_API", "CONNECTED", one_node("connecting"))));
  CHECK_FALSE(silent(seen(number, "CLOUD_API", "CONNECTED", was_refused("http 401"))));
  CHECK_FALSE(silent(seen(number, "CLOUD_API", "CONNECTED", Asked{})));
  number.deployment.gone = true;
  CHECK(silent(seen(number, "CLOUD_API", "CONNECTED", Asked{})));
  CHECK_FALSE(silent(seen(number, "CLOUD_API", "CONNECTED", one_node("connected"))));
}

TEST_CASE("homes are read back from their names") {
  for (Home home : {Home::onprem, Home::cloud, Home::nowhere, Home::app, Home::unknown}) {
    CHECK(home_from(name(home)) == home);
  }
  CHECK_FALSE(home_from("elsewhere"));
}

// ---- identity ----

TEST_CASE("identity holds when phone, Graph, WABA and client name one number") {
  const Number number = some_number();
  Observation observation = seen(number, "ON_PREMISE", "CONNECTED", one_node("connected"));
  observation.graph.display_phone_number = "+49 171 3920001";
  CHECK(identity_conflict(number, observation).empty());
  CHECK(identity_known(observation));
}

TEST_CASE("each of the names that disagrees is a conflict of its own, and all are said at once") {
  const Number number = some_number();
  Observation observation = seen(number, "ON_PREMISE", "CONNECTED", one_node("connected"));
  observation.graph.display_phone_number = "+49 171 3920009";
  CHECK(identity_conflict(number, observation).find("phone_number_id 106540352240001 is +49 171 3920009") == 0);
  observation.in_waba = false;
  observation.onprem.wa_id = "491713920008";
  const std::string all = identity_conflict(number, observation);
  CHECK(all.find("+49 171 3920009") != std::string::npos);
  CHECK(all.find("WABA 102290129340398 has no phone number with id 106540352240001") != std::string::npos);
  CHECK(all.find("de-1 serves +491713920008") != std::string::npos);
}

TEST_CASE("two swapped phone_number_ids are a conflict for both numbers") {
  const Number first = some_number("+491713920001");
  const Number second = some_number("+491713920002");
  Observation of_first = seen(first, "ON_PREMISE", "CONNECTED", one_node("connected"));
  Observation of_second = seen(second, "ON_PREMISE", "CONNECTED", one_node("connected"));
  std::swap(of_first.graph.display_phone_number, of_second.graph.display_phone_number);
  CHECK_FALSE(identity_conflict(first, of_first).empty());
  CHECK_FALSE(identity_conflict(second, of_second).empty());
}

TEST_CASE("what an unregistered client remembers is no conflict") {
  const Number number = some_number();
  Observation observation = seen(number, "CLOUD_API", "CONNECTED", one_node("unregistered"));
  observation.onprem.wa_id = "491713920008";
  CHECK(identity_conflict(number, observation).empty());
  CHECK(identity_known(observation));
}

TEST_CASE("identity is not known while one of its names is missing") {
  const Number number = some_number();
  const Observation whole = seen(number, "ON_PREMISE", "CONNECTED", one_node("connected"));
  CHECK(identity_known(whole));
  Observation lacking = whole;
  lacking.graph.asked = was_unreachable;
  CHECK_FALSE(identity_known(lacking));
  lacking = whole;
  lacking.graph.display_phone_number.clear();
  CHECK_FALSE(identity_known(lacking));
  lacking = whole;
  lacking.waba_asked = was_refused("200");
  lacking.in_waba = false;
  CHECK_FALSE(identity_known(lacking));
  CHECK(identity_conflict(number, lacking).empty());
  lacking = whole;
  lacking.onprem.settings = was_unreachable;
  CHECK_FALSE(identity_known(lacking));
  lacking = whole;
  lacking.onprem.wa_id.clear();
  CHECK_FALSE(identity_known(lacking));
  CHECK(identity_known(seen(number, "CLOUD_API", "CONNECTED", was_unreachable)));
}

namespace {

bool agree(const std::string& declared, const std::string& shown) {
  Number number = some_number();
  number.phone.e164 = declared;  // not parsed: an inventory may not spell a number the old way, an old plan might
  Observation observation = seen(number, "ON_PREMISE", "CONNECTED", one_node("connected"));
  observation.graph.display_phone_number = shown;
  return identity_conflict(number, observation).empty();
}

}  // namespace

TEST_CASE("Brazil's ninth digit is forgiven both ways, and only that") {
  CHECK(agree("+5531991234567", "+55 31 9123-4567"));
  CHECK(agree("+553191234567", "+55 31 99123-4567"));
  CHECK(agree("+5531991234567", "+55 31 99123-4567"));
  CHECK_FALSE(agree("+5531991234567", "+55 31 9123-4568"));
  CHECK_FALSE(agree("+5531991234567", "+55 32 9123-4567"));
  // Eight digits that begin with 2 to 5 are a landline, which never had a ninth.
  CHECK_FALSE(agree("+551131234567", "+55 11 93123-4567"));
  CHECK_FALSE(agree("+5511931234567", "+55 11 3123-4567"));
}

TEST_CASE("the 1 that Mexico dialled before ten digits is forgiven both ways, and only that") {
  CHECK(agree("+525512345678", "+52 1 55 1234 5678"));
  CHECK(agree("+5215512345678", "+52 55 1234 5678"));
  CHECK_FALSE(agree("+525512345678", "+52 1 55 1234 5679"));
  CHECK_FALSE(agree("+525512345678", "+52 1 56 1234 5678"));
  // No area code begins with 1: this is no old spelling of anything.
  CHECK_FALSE(agree("+521512345678", "+52 1 1512 345678"));
}

TEST_CASE("one number in two spellings is told apart from one spelling and from two numbers") {
  Number number = some_number("+5531991234567");
  Observation observation = seen(number, "ON_PREMISE", "CONNECTED", one_node("connected"));
  CHECK_FALSE(spelled_differently(number, observation));
  observation.onprem.wa_id = "553191234567";
  const auto spellings = spelled_differently(number, observation);
  REQUIRE(spellings);
  CHECK(spellings->onprem == "553191234567");
  observation.onprem.wa_id = "553191234568";
  CHECK_FALSE(spelled_differently(number, observation));
  observation.onprem.wa_id = "553191234567";
  observation.graph.asked = was_unreachable;
  CHECK_FALSE(spelled_differently(number, observation));
}

TEST_CASE("Côte d'Ivoire's ten digits are forgiven both ways, but two ten-digit numbers are two numbers") {
  CHECK(agree("+2250701234567", "+225 01 23 45 67"));
  CHECK(agree("+22501234567", "+225 07 01 23 45 67"));
  CHECK(agree("+2250701234567", "+225 07 01 23 45 67"));
  CHECK_FALSE(agree("+2250701234567", "+225 05 01 23 45 67"));
  CHECK_FALSE(agree("+2250701234567", "+225 01 23 45 68"));
}
