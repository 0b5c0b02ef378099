// Members: one page proves that a number belongs to its account, nothing but the whole list that it does not.
#include <fmt/format.h>

#include "steps/waba_members.hpp"
#include "support/catch.hpp"
#include "support/fake_transport.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;
using namespace std::chrono_literals;

namespace {

class SetClock : public Clock {
 public:
  Time now() override { return time; }
  Time time = *parse_iso("2025-06-02");
};

struct Account {
  bool has(const std::string& id) { return members.has(id, asked); }
  /// A page of the list, and the cursor of the one behind it.
  Account& page(std::vector<std::string> ids, const std::string& next = {}) {
    Json answer{{"data", Json::array()}, {"paging", {{"cursors", {{"after", next}}}}}};
    for (const std::string& id : ids) answer["data"].push_back({{"id", id}});
    if (!next.empty()) answer["paging"]["next"] = "https://graph.example/next";
    transport.reply(200, to_compact(answer));
    return *this;
  }
  /// The cursors of all pages asked for since the last time, each with a space after it; "-" is the first page.
  std::string asked_for() {
    std::string cursors;
    for (const HttpRequest& request : std::exchange(transport.requests, {})) {
      const auto after = request.url.find("&after=");
      cursors += (after == std::string::npos ? "-" : request.url.substr(after + 7)) + " ";
    }
    return cursors;
  }

  SetClock clock;
  FakeTransport transport;
  api::GraphClient graph{transport, "https://graph.facebook.com", "v23.0", Secret("TOKEN"), Secret(), {}};
  WabaMembers members{graph, clock, "102290129340398"};
  Asked asked;
};

}  // namespace

TEST_CASE("a number that is in the list is looked up once a minute, on its own page") {
  Account account;
  account.page({"1", "2"}, "A").page({"3", "4"}, "B");
  CHECK(account.has("4"));
  CHECK(account.asked_for() == "- A ");
  account.clock.time += 60s;
  CHECK(account.has("4"));
  CHECK(account.has("1"));
  CHECK(account.asked_for().empty());
  account.clock.time += 1s;
  account.page({"3", "4"}, "B");
  CHECK(account.has("4"));
  CHECK(account.has("3"));
  CHECK(account.asked_for() == "A ");
  CHECK(account.asked.answered());
}

TEST_CASE("a number that has moved within the list is found where it is now") {
  Account account;
  account.page({"1", "2"}, "A").page({"3", "4"}, "B");
  REQUIRE(account.has("4"));
  account.asked_for();
  account.clock.time += 2min;
  account.page({"3", "5"}, "B").page({"4", "1"}, "C");
  CHECK(account.has("4"));
  CHECK(account.asked_for() == "A - ");
}

TEST_CASE("where the list does not go on after an old cursor it is read from its beginning") {
  Account account;
  account.page({"1"}, "A").page({"2"});
  REQUIRE(account.has("2"));
  account.asked_for();
  account.clock.time += 2min;
  account.transport.reply(400, R"({"error":{"code":100,"message":"(#100) Invalid cursor"}})");
  account.page({"1"}, "X").page({"2"});
  CHECK(account.has("2"));
  CHECK(account.asked.answered());
  CHECK(account.asked_for() == "A - X ");
}

TEST_CASE("that a number is not in the list is told by all of it, read from its beginning, and by nothing less") {
  Account account;
  account.page({"1"}, "A");
  REQUIRE(account.has("1"));
  account.asked_for();
  // What is fresh is passed over in search of the number; that it was not on it then is no proof.
  account.page({"2"}).page({"1"}, "A").page({"2"});
  CHECK_FALSE(account.has("3"));
  CHECK(account.asked.answered());
  CHECK(account.asked_for() == "A - A ");
  CHECK_FALSE(account.has("3"));
  CHECK(account.asked.answered());
  CHECK(account.asked_for().empty());
  account.clock.time += 2min;
  account.page({"3"}, "A");
  CHECK(account.has("3"));
  CHECK(account.asked_for() == "- ");
}

TEST_CASE("a number that has left the account is told so, and is not believed to be there for having been there") {
  Account account;
  account.page({"1", "2"});
  REQUIRE(account.has("2"));
  account.asked_for();
  account.clock.time += 2min;
  account.page({"1"}).page({"1"});
  CHECK_FALSE(account.has("2"));
  CHECK(account.asked.answered());
  CHECK(account.asked_for() == "- - ");
}

TEST_CASE("a list that can't be asked says nothing about membership, and is not asked in another way") {
  for (const std::string refused : {R"({"error":{"code":80007,"message":"too many calls"}})",
                                    R"({"error":{"code":190,"message":"the token has expired"}})"}) {
    CAPTURE(refused);
    Account account;
    account.page({"1"});
    REQUIRE(account.has("1"));
    account.asked_for();
    account.clock.time += 2min;
    account.transport.odd(400, refused);
    CHECK_FALSE(account.has("1"));
    CHECK_FALSE(account.asked.answered());
    CHECK(account.asked_for() == "- ");
  }
  Account account;
  account.transport.fail(TransportFailure::Kind::unreachable, false, "no route");
  CHECK_FALSE(account.has("1"));
  CHECK(account.asked.how == Asked::How::unreachable);
}

TEST_CASE("a cursor that repeats ends the list, and one that never ends is no answer") {
  Account account;
  account.page({"1"}, "A").page({"2"}, "A").page({"1"}, "A").page({"2"}, "A");
  CHECK_FALSE(account.has("3"));
  CHECK(account.asked.answered());

  struct Endless : Transport {
    HttpResult send(const HttpRequest&) override {
      const std::string text =
          fmt::format(R"({{"data":[],"paging":{{"cursors":{{"after":"{}"}},"next":"https://x"}}}})", ++pages);
      return HttpReply{200, {}, Secret(text)};
    }
    std::size_t pages = 0;
  } endless;
  api::GraphClient graph(endless, "https://graph.facebook.com", "v23.0", Secret("TOKEN"), Secret(), {});
  WabaMembers members(graph, account.clock, "1");
  CHECK_FALSE(members.has("3", account.asked));
  CHECK_FALSE(account.asked.answered());
  CHECK(endless.pages == api::most_pages);
}
