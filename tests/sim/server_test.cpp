// The simulator behind real sockets: both APIs on one port, faults done to the connection, many kept-alive clients.
#include "sim/server.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>

#include <chrono>
#include <optional>
#include <thread>

#include "ports/clock.hpp"
#include "stage.hpp"
#include "support/catch.hpp"

namespace wamigrate::sim {
namespace {

using Poco::Net::HTTPClientSession;

/// A world on a real clock, served.
struct Served {
  explicit Served(WorldSpec spec = usual_spec(), ServerOptions options = {})
      : world(make_world(clock, spec)), server(SimServer::start(*world, &faults, options).value()) {}

  SystemClock clock;
  Faults faults;
  std::unique_ptr<World> world;
  std::unique_ptr<SimServer> server;
};

struct Answer {
  int status = 0;
  std::string body;
  std::string problem;  ///< The exception's name where there was no whole answer.
};

Answer ask(HTTPClientSession& session, const std::string& method, const std::string& target,
           const std::string& authorization, const std::string& body = {}) {
  Answer answer;
  try {
    Poco::Net::HTTPRequest request(method, target, Poco::Net::HTTPMessage::HTTP_1_1);
    if (!authorization.empty()) request.set("Authorization", authorization);
    if (!body.empty()) request.setContentType("application/json");
    request.setContentLength(static_cast<std::streamsize>(body.size()));
    request.setKeepAlive(session.getKeepAlive());
    session.sendRequest(request) << body;
    Poco::Net::HTTPResponse response;
    std::istream& stream = session.receiveResponse(response);
    Poco::StreamCopier::copyToString(stream, answer.body);
    answer.status = response.getStatus();
    if (response.hasContentLength() && response.getContentLength64() != static_cast<Poco::Int64>(answer.body.size())) {
      answer.problem = "short";
    }
  } catch (const Poco::Exception& problem) {
    answer.problem = problem.name();
  }
  return answer;
}

Answer ask(const Served& served, const std::string& method, const std::string& target,
           const std::string& authorization = "Bearer TOKEN", const std::string& body = {},
           Millis timeout = Millis{5000}) {
  HTTPClientSession session("127.0.0.1", static_cast<Poco::UInt16>(served.server->port()));
  session.setTimeout(Poco::Timespan(timeout.count() * 1000));
  return ask(session, method, target, authorization, body);
}

const std::string node = "/graph/v23.0/" + phone_id + "?fields=platform_type";
const std::string register_path = "/graph/v23.0/" + phone_id + "/register";
const std::string register_body = R"({"messaging_product":"whatsapp","pin":"123456"})";

std::string onprem_token(const Served& served) {
  const Answer answer = ask(served, "POST", "/onprem/de-1/v1/users/login", "Basic YWRtaW46U2VjcmV0LTEyMw==");
  return text_at(parse_json(answer.body).value()["users"][0], "token");
}

TEST_CASE("both APIs answer behind one port") {
  Served served;
  CHECK(served.server->graph_url() == "http://127.0.0.1:" + std::to_string(served.server->port()) + "/graph");
  CHECK(served.server->deployment_url("de-1").ends_with("/onprem/de-1"));
  CHECK(ask(served, "GET", node).body == R"({"platform_type":"ON_PREMISE","id":"106540352240000"})");
  const Answer health = ask(served, "GET", "/onprem/de-1/v1/health", "Bearer " + onprem_token(served));
  CHECK(health.status == 200);
  CHECK(health.body.find("connected") != std::string::npos);
  CHECK(ask(served, "GET", "/elsewhere").status == 404);
  CHECK(ask(served, "GET", "/onprem/unknown/v1/health").problem != "");
}

TEST_CASE("pages point back at the server") {
  WorldSpec spec = usual_spec();
  spec.numbers.push_back({.phone = "+4915110000001"});
  Served served(spec);
  const Answer page = ask(served, "GET", "/graph/v23.0/" + waba_id + "/phone_numbers?limit=1");
  const std::string next = text_at(parse_json(page.body).value()["paging"], "next");
  CHECK(next.starts_with(served.server->graph_url() + "/v23.0/"));
}

TEST_CASE("a register takes its time on the wire, and on-premises is down meanwhile") {
  WorldSpec spec = usual_spec();
  spec.timing.register_time = Millis{150};
  Served served(spec);
  const auto begin = std::chrono::steady_clock::now();
  std::optional<ServedBy> meanwhile;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    meanwhile = served.world->home(phone);
  });
  CHECK(ask(served, "POST", register_path, "Bearer TOKEN", register_body).status == 200);
  CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(150));
  other.join();
  CHECK((meanwhile == ServedBy::nobody));
  CHECK(served.world->home(phone) == ServedBy::cloud);
}

TEST_CASE("faults are done to the socket") {
  struct Case {
    Action action;
    bool lands;
  };
  const Case each = GENERATE(Case{Action::lost, false}, Case{Action::reset, false}, Case{Action::unreachable, false},
                             Case{Action::silence, false}, Case{Action::reply_lost, true},
                             Case{Action::reply_dropped, true}, Case{Action::half, true});
  CAPTURE(name(each.action));
  Served served;
  served.faults.add({.on = "register", .action = each.action});
  const Answer answer = ask(served, "POST", register_path, "Bearer TOKEN", register_body, Millis{150});
  CHECK(answer.problem != "");
  CHECK(served.world->landed("register") == (each.lands ? 1 : 0));
}

TEST_CASE("garbage and a proxy's page come as such") {
  Served served;
  served.faults.add({.on = "node", .action = Action::garbage});
  const Answer garbage = ask(served, "GET", node);
  CHECK(garbage.status == 200);
  CHECK(!parse_json(garbage.body));
  served.faults.add({.on = "node", .action = Action::html});
  CHECK(ask(served, "GET", node).status == 502);
}

TEST_CASE("a huge body is streamed without being held in memory") {
  Served served(usual_spec(), {.huge_bytes = std::size_t{64} << 20U});
  served.faults.add({.on = "node", .action = Action::huge});
  CHECK(ask(served, "GET", node).body.size() == std::size_t{64} << 20U);
}

TEST_CASE("a late request over a socket takes effect after the client hung up") {
  Served served;
  served.faults.add({.on = "register", .action = Action::late, .delay = Millis{100}});
  CHECK(ask(served, "POST", register_path, "Bearer TOKEN", register_body, Millis{100}).problem != "");
  CHECK(served.world->home(phone) == ServedBy::onprem);
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (served.world->home(phone) != ServedBy::cloud && std::chrono::steady_clock::now() < patience) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(served.world->home(phone) == ServedBy::cloud);
  CHECK(served.world->log().back().late);
}

TEST_CASE("a hundred kept-alive connections are served at once") {
  Served served;
  std::vector<std::unique_ptr<HTTPClientSession>> sessions;
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < 100; ++i) {
      if (round == 0) {
        sessions.push_back(
            std::make_unique<HTTPClientSession>("127.0.0.1", static_cast<Poco::UInt16>(served.server->port())));
        sessions.back()->setKeepAlive(true);
        sessions.back()->setTimeout(Poco::Timespan(5, 0));
      }
      const Answer answer = ask(*sessions[i], "GET", node, "Bearer TOKEN");
      CHECK(answer.problem == "");
      CHECK(answer.status == 200);
    }
  }
  CHECK(served.world->requests("node") == 200);
}

TEST_CASE("the server stops at once, however long a client would have waited") {
  auto served = std::make_unique<Served>();
  served->faults.add({.on = "node", .action = Action::silence});
  Answer answer;
  std::thread client([port = served->server->port(), &answer] {
    HTTPClientSession session("127.0.0.1", static_cast<Poco::UInt16>(port));
    session.setTimeout(Poco::Timespan(30, 0));
    answer = ask(session, "GET", node, "Bearer TOKEN");
  });
  while (served->world->requests("node") == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const auto begin = std::chrono::steady_clock::now();
  served.reset();
  client.join();
  CHECK(answer.problem != "");
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(3));
}

TEST_CASE("a port that is taken is an error, not an end") {
  Served served;
  const auto second = SimServer::start(*served.world, nullptr, {.port = served.server->port()});
  REQUIRE(!second);
  CHECK(second.error().message.find(std::to_string(served.server->port())) != std::string::npos);
}

}  // namespace
}  // namespace wamigrate::sim
