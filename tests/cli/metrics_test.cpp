// A run's figures, in a file and on a port of loopback.
#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <fmt/format.h>

#include <csignal>
#include <sstream>

#include "cli/stage.hpp"
#include "support/catch.hpp"
#include "support/openmetrics.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;

namespace {

struct Answered {
  int status = 0;
  std::string type;
  std::string body;
};

Answered ask(int port, const std::string& target, const std::string& method = HTTPRequest::HTTP_GET,
             const std::string& host = "127.0.0.1") {
  Poco::Net::HTTPClientSession session(host, static_cast<Poco::UInt16>(port));
  HTTPRequest request(method, target, HTTPRequest::HTTP_1_1);
  request.setContentLength(0);
  session.sendRequest(request);
  HTTPResponse response;
  Answered answered;
  Poco::StreamCopier::copyToString(session.receiveResponse(response), answered.body);
  answered.status = response.getStatus();
  answered.type = response.getContentType();
  return answered;
}

/// The port that the program has told, or 0.
int port_in(const std::string& text) {
  const std::string before = "http://127.0.0.1:";
  const std::size_t at = text.find(before);
  const std::size_t end = text.find("/metrics", at);
  if (at == std::string::npos || end == std::string::npos) return 0;
  return std::stoi(text.substr(at + before.size(), end - at - before.size()));
}

/// Addresses on which somebody listens on this port, as the kernel writes them.
std::vector<std::string> listening_on(int port) {
  std::vector<std::string> addresses;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::istringstream lines(content_of(table));
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string slot, local, remote, state;
      words >> slot >> local >> remote >> state;
      if (state == "0A" && local.ends_with(fmt::format(":{:04X}", port))) {
        addresses.push_back(local.substr(0, local.find(':')));
      }
    }
  }
  return addresses;
}

const std::string loopback_v4 = "0100007F";
const std::string loopback_v6 = "00000000000000000000000001000000";

}  // namespace

TEST_CASE("a run under way serves its figures on loopback alone, and its file holds the last of them") {
  Stage stage({.policy = {{"soak", "10m"}}});
  stage.plan();
  const auto run = stage.start(
      {"apply", "plan.json", "--run", "run", "--yes", "--metrics-port", "0", "--metrics-file", "figures.prom"});
  int port = 0;
  REQUIRE(eventually([&] { return (port = port_in(run->err())) != 0; }));
  // The number migrates, then the wave soaks: the run stays where it is for as long as is looked.
  REQUIRE(eventually([&] {
    const Answered answered = ask(port, "/metrics");
    return answered.body != "# EOF\n" &&
           OpenMetrics(answered.body).value("wamigrate_numbers", "state", "migrated") == 1;
  }));
  const Answered answered = ask(port, "/metrics");
  CHECK(answered.status == 200);
  CHECK(answered.type == "application/openmetrics-text; version=1.0.0; charset=utf-8");
  const OpenMetrics metrics(answered.body);
  CHECK(metrics.value("wamigrate_run", "wamigrate_run", "paused") == 0);
  CHECK(metrics.value("wamigrate_downtime_seconds_count") == 1);
  CHECK(metrics.value("wamigrate_requests_total", "step", "register_on_cloud") == 1);
  CHECK_FALSE(has(answered.body, stage.phone().substr(1)));

  CHECK(ask(port, "/metrics?name[]=wamigrate_wave").status == 200);
  CHECK(ask(port, "/").status == 404);
  CHECK(ask(port, "/metrics/more").status == 404);
  CHECK(ask(port, "/metrics", HTTPRequest::HTTP_POST).status == 404);
  const std::vector<std::string> addresses = listening_on(port);
  CHECK(addresses.size() >= 1);
  for (const std::string& address : addresses) CHECK((address == loopback_v4 || address == loopback_v6));
  if (std::find(addresses.begin(), addresses.end(), loopback_v6) != addresses.end()) {
    CHECK(ask(port, "/metrics", HTTPRequest::HTTP_GET, "::1").status == 200);
  }

  run->send(SIGINT);
  const Ended ended = run->wait();
  INFO(ended.text());
  CHECK(ended.signal == 0);
  CHECK(listening_on(port).empty());
  const std::filesystem::path file = stage.work() / "figures.prom";
  const OpenMetrics last(content_of(file));
  CHECK(last.value("wamigrate_numbers", "state", "migrated") == 1);
  CHECK(last.value("wamigrate_run", "wamigrate_run", "paused") == 1);
  CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms(0777)) == std::filesystem::perms(0644));
}

TEST_CASE("a rollback tells its figures like any run") {
  Stage stage;
  stage.plan();
  REQUIRE(stage.apply().code == 0);
  const Ended back =
      stage.run({"rollback", "--run", "run", "--allow-after-sunset", "--yes", "--metrics-file", "figures.prom"});
  INFO(back.text());
  CHECK(back.code == 0);
  const OpenMetrics metrics(content_of(stage.work() / "figures.prom"));
  CHECK(metrics.value("wamigrate_plan_info", "to", "onprem") == 1);
  CHECK(metrics.value("wamigrate_homes", "home", "onprem") == 1);
  CHECK(metrics.value("wamigrate_run", "wamigrate_run", "done") == 1);
}

TEST_CASE("a port that is taken ends apply before anything is sent") {
  Stage stage;
  stage.plan();
  const std::size_t before = stage.requests();
  const Ended ended = stage.apply({"--metrics-port", std::to_string(stage.server->port())});
  INFO(ended.text());
  CHECK(ended.code == 1);
  CHECK(has(ended.err, std::to_string(stage.server->port())));
  CHECK(has(ended.err, "--metrics-port"));
  CHECK(stage.requests() == before);
}

TEST_CASE("a file that can't be written is told once, and the run goes on") {
  Stage stage;
  stage.plan();
  const Ended ended = stage.apply({"--metrics-file", "no/such/directory/figures.prom"});
  INFO(ended.text());
  CHECK(ended.code == 0);
  CHECK(stage.world->home(stage.phone()) == sim::ServedBy::cloud);
  const std::string said = "The run's figures can't be kept";
  CHECK(has(ended.err, said));
  CHECK(ended.err.find(said) == ended.err.rfind(said));
}

TEST_CASE("a port or file that makes no sense is refused before anything is sent") {
  Stage stage;
  stage.plan();
  const std::size_t before = stage.requests();
  for (const Args& wrong : {Args{"--metrics-port", "65536"}, Args{"--metrics-port", "-1"}, Args{"--metrics-port", "x"},
                            Args{"--metrics-file", ""}}) {
    const Ended ended = stage.apply(wrong);
    INFO(ended.text());
    CHECK(ended.code == 1);
    CHECK(has(ended.err, wrong.front()));
  }
  CHECK(stage.requests() == before);
}
