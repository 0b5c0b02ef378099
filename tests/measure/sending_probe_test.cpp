// What one look at both sides says about sending, and what becomes of it in a record.
#include "measure/sending_probe.hpp"

#include "measure/availability.hpp"
#include "support/catch.hpp"

namespace wamigrate {
namespace {

Asked said(Asked::How how, const std::string& code = {}) {
  Asked asked;
  asked.how = how;
  asked.code = code;
  return asked;
}

Observation on_cloud(const std::string& can_send, std::vector<std::string> codes = {}) {
  Observation seen;
  seen.graph.asked = seen.graph.health_asked = said(Asked::How::answered);
  seen.graph.platform_type = "CLOUD_API";
  seen.graph.status = "CONNECTED";
  seen.graph.can_send_message = can_send;
  seen.graph.health_codes = std::move(codes);
  seen.onprem.health = said(Asked::How::unreachable, "http 0");
  return seen;
}

Observation onprem(const std::string& gateway) {
  Observation seen;
  seen.graph.asked = said(Asked::How::answered);
  seen.graph.platform_type = "ON_PREMISE";
  seen.onprem.health = said(Asked::How::answered);
  seen.onprem.nodes = {{"", gateway, "", ""}};
  return seen;
}

/// `side outcome code-or-http`
std::string told(const Observation& seen, Home last = Home::unknown) {
  const auto probe = sending_probe_of({}, seen, last);
  if (!probe) return "nothing";
  return probe->side + (probe->possible ? " ok" : " refused") + (probe->code.empty() ? "" : " " + probe->code) +
         (probe->http == 0 ? "" : " http " + std::to_string(probe->http));
}

}  // namespace

TEST_CASE("a number on Cloud can send unless health_status blocks it, and then says why") {
  CHECK(told(on_cloud("AVAILABLE")) == "cloud ok");
  CHECK(told(on_cloud("LIMITED")) == "cloud ok");
  CHECK(told(on_cloud("BLOCKED", {"141006"})) == "cloud refused 141006");
  CHECK(told(on_cloud("BLOCKED")) == "cloud refused BLOCKED");
  Observation unasked = on_cloud("");
  unasked.graph.health_asked = said(Asked::How::refused, "2");
  CHECK(told(unasked) == "cloud refused 2");
}

TEST_CASE("what Graph does not say of sending is not recorded, and a record tells where its number was") {
  for (const char* word : {"", "SOMETHING_NEW"}) CHECK(told(on_cloud(word), Home::cloud) == "nothing");
  CHECK(last_home_in(R"({"at":"2026-11-02T10:00:00Z","doing":"send","side":"onprem","outcome":"ok"})") == Home::onprem);
  CHECK(last_home_in(R"({"side":"cloud"})") == Home::cloud);
  for (const char* line : {"", "[]", "{", "{}", R"({"side":7})"}) CHECK(last_home_in(line) == Home::unknown);
}

TEST_CASE("a client can send while a Coreapp is connected; one that is not has no code, a fault has") {
  CHECK(told(onprem("connected")) == "onprem ok");
  CHECK(told(onprem("disconnected")) == "onprem refused");
  Observation faulty = onprem("error");
  faulty.onprem.nodes[0].code = "1014";
  CHECK(told(faulty) == "onprem refused 1014");
  Observation silent = onprem("");
  silent.onprem.nodes.clear();
  silent.onprem.health = said(Asked::How::unreachable, "http 0");
  CHECK(told(silent) == "onprem refused");
  silent.onprem.health = said(Asked::How::unreachable, "http 502");
  CHECK(told(silent) == "onprem refused http 502");
}

TEST_CASE("while Graph can't be asked, the home that was last seen decides; without one nothing is recorded") {
  Observation seen = on_cloud("AVAILABLE");
  seen.graph = GraphView();
  seen.graph.asked = said(Asked::How::unreachable, "http 503");
  CHECK(told(seen, Home::cloud) == "cloud refused http 503");
  CHECK(told(seen, Home::onprem) == "onprem refused");
  CHECK(told(seen) == "nothing");
  seen.onprem = onprem("connected").onprem;
  CHECK(told(seen) == "onprem ok");
}

TEST_CASE("a number that no side serves, or both claim, is nobody's downtime") {
  Observation seen = onprem("unregistered");
  seen.graph.platform_type = "NOT_APPLICABLE";
  CHECK(told(seen, Home::cloud) == "nothing");
  Observation app = onprem("disconnected");
  app.graph.is_on_biz_app = true;
  CHECK(told(app) == "nothing");
  Observation both = on_cloud("AVAILABLE");
  both.onprem = onprem("connected").onprem;
  CHECK(told(both) == "nothing");
  Number gone;
  gone.deployment.gone = true;
  CHECK(!sending_probe_of(gone, onprem("disconnected"), Home::onprem));
}

TEST_CASE("what is recorded is what availability reads") {
  const Time at = *parse_iso("2026-11-23T10:00:00Z");
  std::string record;
  for (const Observation& seen : {on_cloud("AVAILABLE"), on_cloud("BLOCKED", {"141006"}), onprem("disconnected")}) {
    record += attempt_line(at, *sending_probe_of({}, seen, Home::unknown));
  }
  const auto blame = [](const std::string&, const std::string& code, int) {
    return code.empty() ? Fate::refused : Fate::user_error;
  };
  const ReadAttempts read = attempts_from(record, "record.jsonl", blame);
  CHECK(to_text(read.findings).empty());
  REQUIRE(read.attempts.size() == 3);
  CHECK(read.attempts[0].fate == Fate::served);
  CHECK(read.attempts[0].at == at);
  CHECK(read.attempts[1].fate == Fate::user_error);
  CHECK(read.attempts[2].fate == Fate::refused);
  CHECK(read.attempts[2].side == "onprem");
}

}  // namespace wamigrate
