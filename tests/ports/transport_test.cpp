// Claims about exchanges that go well, and about what is refused before anything is sent.
#include "ports/transport.hpp"

#include <set>

#include "ports/places.hpp"
#include "ports/transport_helpers.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using namespace std::chrono_literals;

TEST_CASE("a request arrives as it was given, and the reply comes back whole") {
  HostileServer server(always("HTTP/1.1 404 Not Found\r\nX-Usage: 12\r\nContent-Length: 5\r\n\r\nhello"));
  HttpRequest request = get(server.url("/v23.0/123?fields=a%2Cb&x=%20"));
  request.headers = {{"X-One", "two words"}, {"X-Empty", ""}};
  request.authorization = Secret("Bearer abc");
  const auto reply = transport()->send(request);
  REQUIRE(reply.has_value());
  CHECK(reply->status == 404);
  CHECK(reply->body.reveal() == "hello");
  CHECK(reply->header("x-usage") == "12");
  CHECK(reply->header("missing").empty());
  REQUIRE(server.request_count() == 1);
  CHECK(server.requests()[0] ==
        "GET /v23.0/123?fields=a%2Cb&x=%20 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
            "\r\nUser-Agent: wamigrate/0.1.0\r\nAuthorization: Bearer abc\r\nX-One: two words\r\n"
            "X-Empty: \r\n\r\n");
}

TEST_CASE("a status that no standard names comes as it is") {
  for (const int status : {299, 499, 512, 520, 599}) {
    HostileServer server(always("HTTP/1.1 " + std::to_string(status) + " So\r\nContent-Length: 0\r\n\r\n"));
    const auto reply = transport()->send(get(server.url()));
    INFO(text_of(reply));
    CHECK((reply && reply->status == status));
  }
}

TEST_CASE("every body, and every changing method without one, announces its length") {
  HostileServer server(always(ok("")));
  const auto sender = transport();
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    HttpRequest request = get(server.url());
    request.method = method;
    CHECK(sender->send(request).has_value());
    CHECK(server.requests().back().find("Content-Length: 0\r\n") != std::string::npos);
  }
  const std::string body(100'000, 'x');
  CHECK(sender->send(post(server.url(), body)).has_value());
  CHECK(server.requests().back().find("Content-Length: 100000\r\n") != std::string::npos);
  CHECK(server.requests().back().find("Content-Type: application/json\r\n") != std::string::npos);
  CHECK(server.requests().back().ends_with("\r\n\r\n" + body));
  CHECK(sender->send(get(server.url())).has_value());
  CHECK(server.requests().back().find("Content-Length") == std::string::npos);
}

TEST_CASE("a secret query is appended to the URL") {
  HostileServer server(always(ok("")));
  const auto sender = transport();
  HttpRequest request = get(server.url("/debug_token?a=b"));
  request.secret_query = Secret("input_token=abc%20");
  CHECK(sender->send(request).has_value());
  CHECK(server.requests().back().starts_with("GET /debug_token?a=b&input_token=abc%20 HTTP/1.1\r\n"));
  request.url = server.url("/debug_token");
  CHECK(sender->send(request).has_value());
  CHECK(server.requests().back().starts_with("GET /debug_token?input_token=abc%20 HTTP/1.1\r\n"));
}

TEST_CASE("URLs are taken with any scheme case, without a path, by name and by IPv6 address") {
  HostileServer server(always(ok("x")));
  const auto sender = transport();
  const std::string port = std::to_string(server.port());
  for (const std::string& url : {"HTTP://127.0.0.1:" + port, "http://127.0.0.1:" + port + "?a=b",
                                 "http://localhost:" + port + "/", "http://LOCALHOST:" + port + "/"}) {
    CAPTURE(url);
    CHECK(body_of(sender->send(get(url))) == "x");
  }
  CHECK(server.requests()[0].starts_with("GET / HTTP/1.1"));
  CHECK(server.requests()[1].starts_with("GET /?a=b HTTP/1.1"));

  HostileServer six(always(ok("six")), {}, /*ipv6=*/true);
  CHECK(body_of(sender->send(get(six.url("/", "[::1]")))) == "six");
  CHECK(six.requests()[0].find("Host: [::1]:" + std::to_string(six.port()) + "\r\n") != std::string::npos);
}

TEST_CASE("a redirect is given back as it is and not followed") {
  HostileServer elsewhere(always(ok("")));
  HostileServer server(
      always("HTTP/1.1 307 Temporary Redirect\r\nLocation: " + elsewhere.url() + "\r\nContent-Length: 0\r\n\r\n"));
  const auto reply = transport()->send(post(server.url()));
  REQUIRE(reply.has_value());
  CHECK(reply->status == 307);
  CHECK(reply->header("Location") == elsewhere.url());
  CHECK(elsewhere.connections() == 0);
}

TEST_CASE("proxy variables in the environment are ignored") {
  const Environment lower("http_proxy", "http://127.0.0.1:1");
  const Environment upper("HTTP_PROXY", "http://127.0.0.1:1");
  const Environment all("ALL_PROXY", "http://127.0.0.1:1");
  HostileServer server(always(ok("direct")));
  CHECK(body_of(transport()->send(get(server.url()))) == "direct");
}

TEST_CASE("every way to frame a whole body gives the whole body") {
  const auto sender = transport();
  const auto body_for = [&](const std::string& bytes, const std::string& method = "GET") {
    HostileServer server([&](Peer& peer) {
      peer.read_request();
      peer.drip(bytes, 0ms);
    });
    HttpRequest request = get(server.url());
    request.method = method;
    return body_of(sender->send(request));
  };
  CHECK(body_for(ok("with a length")) == "with a length");
  CHECK(body_for("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nT: "
                 "x\r\n\r\n") == "abc0123456789");
  CHECK(body_for("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n").empty());
  CHECK(body_for("HTTP/1.1 200 OK\r\n\r\nuntil the close") == "until the close");
  CHECK(body_for("HTTP/1.0 200 OK\n\nbare line feeds") == "bare line feeds");
  CHECK(body_for("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok("after interim")) ==
        "after interim");
  CHECK(body_for("HTTP/1.1 204 No Content\r\n\r\n").empty());
  CHECK(body_for("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n").empty());
  CHECK(body_for("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", "HEAD").empty());
  CHECK(body_for("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok") == "ok");
  CHECK(body_for("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok") == "ok");
  std::string large;
  for (int i = 0; i < 300'000; ++i) large += static_cast<char>('a' + i % 26);
  HostileServer server(always(ok(large)));
  CHECK(body_of(sender->send(get(server.url()))) == large);
}

TEST_CASE("what could smuggle something onto the wire is refused and nothing is sent") {
  HostileServer server(always(ok("")));
  const auto sender = transport();
  const auto check_refused = [&](const HttpRequest& request) {
    const auto result = sender->send(request);
    check_failure(result, Kind::refused, false);
    CHECK(result.error().reason.find("271828") == std::string::npos);
  };
  for (const std::string& url :
       {server.url("/271828\r\nX: y"), server.url("/271828 HTTP/1.1"), server.url("/271828\n"),
        server.url(std::string("/271828\0", 8)), server.url("/271828#x"),
        server.url("/\xC3\xBC"
                   "271828"),
        "http://user:271828@127.0.0.1:" + std::to_string(server.port()) + "/", std::string("ftp://127.0.0.1/271828"),
        std::string("271828"), std::string("http:///271828"), std::string("http://127.0.0.1:99999/"),
        std::string("http://127.0.0.1:0/"), std::string("http://[::1/"), std::string()}) {
    CAPTURE(url);
    check_refused(get(url));
  }
  for (const Header& header :
       {Header{"X", "271828\r\nY: z"}, Header{"X", "271828\n"}, Header{"X", std::string("271828\0", 7)},
        Header{"X\r\nY", "271828"}, Header{"X Y", "271828"}, Header{"X:", "271828"}, Header{"", "271828"},
        Header{"Content-length", "3"}, Header{"HOST", "x"}, Header{"Transfer-Encoding", "chunked"},
        Header{"Connection", "close"}, Header{"Authorization", "271828"}, Header{"User-Agent", "x"}}) {
    CAPTURE(header.name, header.value);
    HttpRequest request = get(server.url());
    request.headers = {header};
    check_refused(request);
  }
  HttpRequest request = get(server.url());
  request.method = "GET / HTTP/1.1\r\n";
  check_refused(request);
  request = get(server.url());
  request.method = "";
  check_refused(request);
  request = get(server.url());
  request.authorization = Secret("Bearer 271828\r\nX: y");
  check_refused(request);
  request = get(server.url());
  request.secret_query = Secret("t=271828 x");
  check_refused(request);
  request = post(server.url());
  request.content_type = "a\r\nb: c";
  check_refused(request);
  CHECK(server.connections() == 0);
}

TEST_CASE("every kind of failure has a name of its own") {
  std::set<std::string_view> names;
  for (const Kind kind :
       {Kind::refused, Kind::unreachable, Kind::tls, Kind::timeout, Kind::dropped, Kind::garbled, Kind::too_large}) {
    names.insert(name(kind));
  }
  CHECK(names.size() == 7);
}
