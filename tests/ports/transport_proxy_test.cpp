// Claims about proxies: one is used only where it was named, sees nothing of what goes through it, and whatever it says
// instead of opening a tunnel, nothing of the request has left.
#include <fmt/format.h>

#include "ports/transport_helpers.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using namespace std::chrono_literals;

namespace {

HttpRequest through(const HostileServer& proxy, HttpRequest request, const std::string& login = {}) {
  request.proxy = {fmt::format("http://127.0.0.1:{}", proxy.port()), Secret(login)};
  return request;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A server over TLS, and requests that trust it.
struct Target {
  explicit Target(const CertificateOrder& order = {}) : certificate(make_certificate(order)) {}

  HttpRequest trusted(HttpRequest request) const { return trusting(dir, certificate.pem(), std::move(request)); }

  const TempDir dir;
  const Certificate certificate;
  HostileServer server{always(ok("x")), ServerTls{&certificate}};
};

}  // namespace

TEST_CASE("a proxy is asked for a tunnel, with the login if there is one, and sees nothing of what goes through it") {
  const Target target;
  HostileServer proxy(forward_proxy());
  const auto sender = transport();
  HttpRequest request = target.trusted(post(target.server.url("/v23.0/secret-path")));
  request.authorization = Secret("Bearer EAAtoken");
  CHECK(body_of(sender->send(through(proxy, request))) == "x");
  CHECK(body_of(sender->send(through(proxy, request, "user:pass:word"))) == "x");
  const std::string to = fmt::format("127.0.0.1:{}", target.server.port());
  const std::string asked = "CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\nUser-Agent: wamigrate/0.1.0\r\n";
  CHECK(proxy.requests() ==
        std::vector<std::string>{asked + "\r\n", asked + "Proxy-Authorization: Basic dXNlcjpwYXNzOndvcmQ=\r\n\r\n"});
  CHECK(proxy.carried().size() > 100);
  CHECK_FALSE(has(proxy.carried(), "EAAtoken"));
  CHECK_FALSE(has(proxy.carried(), "secret-path"));
  REQUIRE(target.server.request_count() == 2);
  CHECK(has(target.server.requests().back(), "Authorization: Bearer EAAtoken\r\n"));
  CHECK_FALSE(has(target.server.requests().back(), "Proxy-"));
}

TEST_CASE("only the proxy's name is looked up here: what it connects to need not be known") {
  const Target target({.names = "DNS:graph.invalid"});
  HostileServer proxy(forward_proxy());
  const HttpRequest request = target.trusted(get(target.server.url("/", "graph.invalid")));
  check_failure(transport()->send(request), Kind::unreachable, false);
  HttpRequest by_name = through(proxy, request);
  by_name.proxy.url = fmt::format("http://localhost:{}", proxy.port());
  CHECK(body_of(transport()->send(by_name)) == "x");
  CHECK(proxy.requests().front().starts_with(fmt::format("CONNECT graph.invalid:{} ", target.server.port())));
}

TEST_CASE("through a proxy, certificates and their names are checked as without one") {
  const Target target;
  HostileServer proxy(forward_proxy());
  check_failure(transport()->send(through(proxy, post(target.server.url()))), Kind::tls, false);
  const auto other = transport()->send(through(proxy, target.trusted(post(target.server.url("/", "other.invalid")))));
  check_failure(other, Kind::tls, false);
  CHECK(has(text_of(other), "its certificate is not for other.invalid"));
  CHECK(target.server.request_count() == 0);
}

TEST_CASE("every 2xx opens the tunnel, whatever else its head says") {
  const Target target;
  for (const std::string yes :
       {"HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 299\nVia: x\n\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    CAPTURE(yes);
    HostileServer proxy(forward_proxy(yes));
    CHECK(body_of(transport()->send(through(proxy, target.trusted(post(target.server.url()))))) == "x");
  }
}

TEST_CASE("a proxy that opens no tunnel is told by name and reason, in time, and nothing has left") {
  const Target target;
  struct Answer {
    HostileServer::Script script;
    std::string reason;
  };
  const auto saying = [](const std::string& bytes) {
    return [bytes](Peer& peer) {
      peer.read_request();
      peer.write(bytes);
      peer.wait_for_close();
    };
  };
  const std::string yes = "HTTP/1.1 200 Connection established\r\n\r\n";
  const std::vector<Answer> answers = {
      {saying("HTTP/1.1 403 canary of the proxy\r\nContent-Length: 6\r\n\r\ncanary"), "it answers HTTP 403; see that"},
      {saying("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"canary\"\r\n\r\n"),
       "it wants a login (HTTP 407); name one as proxy_login"},
      {saying("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n"), "HTTP 302"},
      {saying("HTTP/1.1 502 Bad Gateway\r\n\r\n"), "HTTP 502"},
      {saying("HTTP/1.1 101 Switching Protocols\r\n\r\n"), "it switches to another protocol"},
      {saying("HTTP/1.1 999 canary\r\n\r\n"), "cannot be read"},
      {saying("SSH-2.0-canary\r\n"), "what came is not HTTP"},
      {saying("HTTP/1.1 200 OK\r\n\r"), "did not answer in time"},
      {saying("HTTP/1.1 200 OK\r\n" + std::string(200'000, 'x')), "its headers do not end"},
      {saying(yes + "\x16"), "something follows it before TLS has begun"},
      {[](Peer& peer) {
         peer.read_request();
         while (peer.write("HTTP/1.1 103 Early Hints\r\n\r\n")) continue;
       },
       "interim replies and no end of them"},
      {[](Peer& peer) {
         peer.read_request();
         peer.drip("HTTP/1.1 200 OK\r\n" + std::string(1000, 'x'), 15ms);
       },
       "did not answer in time"},
      {[](Peer& peer) {
         peer.read_request();
         peer.wait_for_close();
       },
       "did not answer in time"},
      {[](Peer& peer) { peer.read_request(); }, "it ended the connection"},
      {[](Peer& peer) {
         peer.read_request();
         peer.reset();
       },
       "it ended the connection"},
  };
  for (const Answer& answer : answers) {
    CAPTURE(answer.reason);
    HostileServer proxy(answer.script);
    const auto began = std::chrono::steady_clock::now();
    const auto result =
        transport()->send(through(proxy, target.trusted(post(target.server.url(), "{}", 500ms)), "user:canary"));
    CHECK(std::chrono::steady_clock::now() - began < 3s);
    check_failure(result, Kind::unreachable, false);
    CHECK(has(text_of(result), fmt::format("the proxy 127.0.0.1:{} does not connect to 127.0.0.1:{}", proxy.port(),
                                           target.server.port())));
    CHECK(has(text_of(result), answer.reason));
    CHECK_FALSE(has(text_of(result), "canary"));
    CHECK(proxy.connections() == 1);
  }
  CHECK(target.server.connections() == 0);
}

TEST_CASE("a proxy that resets each connection is told as what does not connect") {
  // The reset may come while connecting or after it; either way it is the proxy that is named.
  const Target target;
  HostileServer proxy([](Peer& peer) { peer.reset(); });
  const auto result = transport()->send(through(proxy, target.trusted(post(target.server.url())), "user:canary"));
  check_failure(result, Kind::unreachable, false);
  const std::string while_connecting =
      fmt::format("the proxy can't be reached: no connection to 127.0.0.1:{}", proxy.port());
  const std::string later = fmt::format("the proxy 127.0.0.1:{} does not connect to", proxy.port());
  CAPTURE(text_of(result));
  CHECK((has(text_of(result), while_connecting) || has(text_of(result), later)));
  CHECK_FALSE(has(text_of(result), "canary"));
  CHECK(target.server.connections() == 0);
}

TEST_CASE("a proxy that can't be reached is told apart from what is behind it") {
  HostileServer proxy(forward_proxy());
  proxy.stop_listening();
  const auto closed = transport()->send(through(proxy, post("https://graph.invalid/")));
  check_failure(closed, Kind::unreachable, false);
  CHECK(has(text_of(closed), fmt::format("the proxy can't be reached: 127.0.0.1:{} refused", proxy.port())));
  HttpRequest unknown = post("https://graph.invalid/");
  unknown.proxy.url = "http://proxy.invalid:3128";
  const auto nowhere = transport()->send(unknown);
  check_failure(nowhere, Kind::unreachable, false);
  CHECK(has(text_of(nowhere), "the proxy can't be reached: the name proxy.invalid is not known"));
}

TEST_CASE("reads share a tunnel, changing requests have one each, and the direct way has connections of its own") {
  const Target target;
  HostileServer proxy(forward_proxy());
  HostileServer other(forward_proxy());
  const auto sender = transport();
  const HttpRequest read = target.trusted(get(target.server.url()));
  HttpRequest change = read;
  change.method = "POST";
  change.changing = true;
  for (int i = 0; i < 3; ++i) CHECK(body_of(sender->send(through(proxy, read))) == "x");
  CHECK(proxy.connections() == 1);
  for (int i = 0; i < 2; ++i) CHECK(body_of(sender->send(through(proxy, change))) == "x");
  CHECK(proxy.connections() == 3);
  CHECK(target.server.resumed_handshakes() == 2);
  CHECK(body_of(sender->send(read)) == "x");
  CHECK(body_of(sender->send(through(other, read))) == "x");
  CHECK(target.server.connections() == 5);
  CHECK(target.server.resumed_handshakes() == 2);
  CHECK(body_of(sender->send(through(proxy, read))) == "x");
  CHECK(body_of(sender->send(read)) == "x");
  CHECK(target.server.connections() == 5);
  CHECK(proxy.connections() == 3);
  CHECK(other.connections() == 1);
}

TEST_CASE("a read whose tunnel ended under it gets another one, and may have left if that is refused") {
  const Target target;
  std::atomic<bool> open = true;
  HostileServer server(
      [](Peer& peer) {
        if (peer.read_request().empty()) return;
        peer.reply("first");
        peer.read_request();
      },
      ServerTls{&target.certificate});
  HostileServer proxy([&](Peer& peer) {
    if (open) return forward_proxy()(peer);
    peer.read_request();
    peer.write("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  const auto sender = transport();
  const HttpRequest read = through(proxy, target.trusted(get(server.url())));
  CHECK(body_of(sender->send(read)) == "first");
  CHECK(body_of(sender->send(read)) == "first");
  CHECK(proxy.connections() == 2);
  open = false;
  check_failure(sender->send(read), Kind::unreachable, true);
}

TEST_CASE("plain http goes straight to where it is for: a proxy could read it") {
  HostileServer server(always(ok("direct")));
  HostileServer proxy(forward_proxy());
  CHECK(body_of(transport()->send(through(proxy, get(server.url()), "user:password"))) == "direct");
  CHECK(proxy.connections() == 0);
  CHECK_FALSE(has(server.requests().front(), "Proxy-"));
}

TEST_CASE("no variable of the environment names a proxy for https, or keeps the named one from being used") {
  const Target target;
  const std::string nowhere = "http://127.0.0.1:1";
  const Environment lower("https_proxy", nowhere), upper("HTTPS_PROXY", nowhere), plain("http_proxy", nowhere),
      all("all_proxy", nowhere), all_upper("ALL_PROXY", nowhere), none("no_proxy", "*"), none_upper("NO_PROXY", "*");
  HostileServer proxy(forward_proxy());
  const HttpRequest request = target.trusted(get(target.server.url()));
  CHECK(body_of(transport()->send(request)) == "x");
  CHECK(proxy.connections() == 0);
  CHECK(body_of(transport()->send(through(proxy, request))) == "x");
  CHECK(proxy.connections() == 1);
}

TEST_CASE("a host that could smuggle something into what the proxy is asked goes there as it stands, or not at all") {
  HostileServer proxy([](Peer& peer) { peer.read_request(); });
  check_failure(transport()->send(through(proxy, post("https://a%0d%0ax-b/"))), Kind::unreachable, false);
  check_failure(transport()->send(through(proxy, post("https://a\r\nX-B: c/"))), Kind::refused, false);
  check_failure(transport()->send(through(proxy, post("https://a b/"))), Kind::refused, false);
  CHECK(proxy.requests() == std::vector<std::string>{"CONNECT a%0d%0ax-b:443 HTTP/1.1\r\nHost: a%0d%0ax-b:443\r\n"
                                                     "User-Agent: wamigrate/0.1.0\r\n\r\n"});
}

TEST_CASE("what is no proxy, and a login that is none, are refused and nothing is connected") {
  const Target target;
  HostileServer proxy(forward_proxy());
  HttpRequest request = target.trusted(post(target.server.url()));
  const std::string port = std::to_string(proxy.port());
  for (const std::string& url : {"127.0.0.1:" + port, "https://127.0.0.1:" + port, "http://127.0.0.1:" + port + "/path",
                                 "http://canary@127.0.0.1:" + port, "http://127.0.0.1:" + port + "?canary"}) {
    CAPTURE(url);
    request.proxy = {url, Secret()};
    const auto result = transport()->send(request);
    check_failure(result, Kind::refused, false);
    CHECK_FALSE(has(text_of(result), "canary"));
  }
  const auto result = transport()->send(through(proxy, request, "canary"));
  check_failure(result, Kind::refused, false);
  CHECK(has(text_of(result), "is not USER:PASSWORD; correct what proxy_login refers to"));
  CHECK_FALSE(has(text_of(result), "canary"));
  CHECK(proxy.connections() == 0);
  CHECK(target.server.connections() == 0);
}
