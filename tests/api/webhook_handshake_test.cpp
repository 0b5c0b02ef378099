// The handshake that Meta makes with a webhook, made from here: what is sent, what passes, and what never leaves.
#include "api/webhook_handshake.hpp"

#include "support/catch.hpp"
#include "support/fake_transport.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view challenge = "1158201444";

api::Handshake shake(FakeTransport& transport, const std::string& webhook) {
  return api::webhook_handshake(transport, webhook, Secret("my token&more"), std::string(challenge), 5s);
}

}  // namespace

TEST_CASE("the handshake asks as Meta does, with the token where no log sees it") {
  FakeTransport transport;
  transport.reply(200, std::string(challenge));
  CHECK(shake(transport, "https://hooks.example.com/wa?tenant=7").problem.empty());
  REQUIRE(transport.requests.size() == 1);
  const HttpRequest& request = transport.requests[0];
  CHECK(request.method == "GET");
  CHECK(request.url == "https://hooks.example.com/wa?tenant=7");
  CHECK(request.secret_query.reveal() ==
        "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=my%20token%26more");
  CHECK(request.authorization.empty());
  CHECK_FALSE(request.changing);
}

TEST_CASE("only 200 with the challenge alone passes; what came instead is not repeated") {
  for (const auto& [status, body] : std::vector<std::pair<int, std::string>>{
           {200, "secret words"}, {200, ""}, {200, "\"1158201444\""}, {403, "1158201444"}, {301, "1158201444"}}) {
    CAPTURE(status, body);
    FakeTransport transport;
    transport.reply(status, body);
    const api::Handshake answer = shake(transport, "https://hooks.example.com/wa");
    CHECK(answer.reached);
    CHECK_FALSE(answer.problem.empty());
    CHECK(answer.problem.find("secret words") == std::string::npos);
  }
}

TEST_CASE("a webhook that can't be reached from here is not said to be wrong; a certificate that is refused is") {
  FakeTransport transport;
  transport.fail(TransportFailure::Kind::timeout, true, "5 s have passed")
      .fail(TransportFailure::Kind::tls, false, "self-signed");
  const api::Handshake silent = shake(transport, "https://hooks.example.com/wa");
  CHECK_FALSE(silent.reached);
  CHECK(silent.problem == "timeout: 5 s have passed");
  CHECK(shake(transport, "https://hooks.example.com/wa").reached);
}

TEST_CASE("the token goes over https, or to this machine, and nowhere else") {
  for (const std::string webhook : {"http://hooks.example.com/wa", "http://127.0.0.1.example.com/",
                                    "http://localhost@x/", "http://10.0.0.1/", "ftp://hooks.example.com", "hooks"}) {
    CAPTURE(webhook);
    FakeTransport transport;
    CHECK_FALSE(shake(transport, webhook).problem.empty());
    CHECK(transport.requests.empty());
  }
  for (const std::string webhook : {"http://127.0.0.1:8080/wa", "http://localhost/wa", "http://[::1]:80/wa"}) {
    CAPTURE(webhook);
    FakeTransport transport;
    transport.reply(200, std::string(challenge));
    CHECK(shake(transport, webhook).problem.empty());
  }
}
