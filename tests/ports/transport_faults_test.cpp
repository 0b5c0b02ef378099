// Claims about exchanges that go wrong: each ends in time, as what it is, and says whether it may have been sent.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ports/deadline_watch.hpp"
#include "ports/places.hpp"
#include "ports/resolver.hpp"
#include "ports/transport_helpers.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using namespace std::chrono_literals;

namespace {

constexpr Millis limit = 200ms;

struct Timed {
  HttpResult result;
  int attempts = 1;
};

/// Sends with the limit, twice as long each time, until it ended then and not much later, and had come as far as it
/// should. A machine that stands still spoils an attempt; a deadline that does not hold spoils all.
Timed send_timed(HttpRequest request, bool maybe_sent) {
  const auto sender = transport();
  for (int attempts = 1;; ++attempts, request.timeout *= 2) {
    const auto before = std::chrono::steady_clock::now();
    auto result = sender->send(request);
    const auto took = std::chrono::steady_clock::now() - before;
    CHECK(took >= request.timeout - 1ms);
    const bool in_time = took < request.timeout + 2s;  // far below what the servers would take
    const bool as_far = result.has_value() || result.error().maybe_sent == maybe_sent;
    if ((in_time && as_far) || attempts == 5) {
      CHECK(in_time);
      return {std::move(result), attempts};
    }
  }
}

HttpResult send_to(HostileServer::Script script) {
  HostileServer server(std::move(script));
  return transport()->send(post(server.url("/v1/account?secret=271828")));
}

/// One whole connection: reads the request, writes the bytes, closes.
HttpResult send_for(const std::string& bytes) {
  return send_to([&](Peer& peer) {
    peer.read_request();
    peer.write(bytes);
  });
}

}  // namespace

TEST_CASE("the deadline holds for the whole exchange, however the server spends the time") {
  const auto after_the_request = [](std::function<void(Peer&)> then) {
    return [then](Peer& peer) {
      peer.read_request();
      then(peer);
    };
  };
  HostileServer::Script script;
  SECTION("silence") {
    script = after_the_request([](Peer& peer) { peer.wait_for_close(); });
  }
  SECTION("a byte of the head now and then") {
    script = after_the_request([](Peer& peer) { peer.drip(ok(std::string(1000, 'x')), 15ms); });
  }
  SECTION("a byte of the body now and then") {
    script = after_the_request([](Peer& peer) {
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
      peer.drip(std::string(1000, 'x'), 15ms);
    });
  }
  SECTION("a chunk now and then") {
    script = after_the_request([](Peer& peer) {
      peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      while (peer.write("1\r\nx\r\n")) peer.pause(15ms);
    });
  }
  SECTION("a body without an end") {
    script = after_the_request([](Peer& peer) {
      peer.write("HTTP/1.1 200 OK\r\n\r\n");
      while (peer.write("x")) peer.pause(15ms);
    });
  }
  SECTION("interim replies now and then") {
    script = after_the_request([](Peer& peer) {
      while (peer.write("HTTP/1.1 100 Continue\r\n\r\n")) peer.pause(30ms);
    });
  }
  HostileServer server(script);
  const Timed sent = send_timed(post(server.url(), "{}", limit), true);
  check_failure(sent.result, Kind::timeout, true);
  CHECK(server.request_count() <= sent.attempts);
}

TEST_CASE("a server that does not read the body is given up at the deadline") {
  HostileServer server([](Peer& peer) { peer.wait_for_close(); });
  check_failure(send_timed(post(server.url(), std::string(8'000'000, 'x'), limit), true).result, Kind::timeout, true);
}

TEST_CASE("a TLS peer that says nothing is given up at the deadline, and nothing was sent") {
  HostileServer server([](Peer& peer) { peer.wait_for_close(); });
  check_failure(send_timed(post("https://127.0.0.1:" + std::to_string(server.port()), "{}", limit), false).result,
                Kind::timeout, false);
}

TEST_CASE("a host that does not answer to connecting is unreachable at the deadline, and nothing was sent") {
  // A listener whose queue is full drops further attempts, as a firewall does.
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(listener, 0) == 0);
  REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  std::vector<int> fillers;
  for (int i = 0; i < 4; ++i) {
    fillers.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    static_cast<void>(::connect(fillers.back(), reinterpret_cast<sockaddr*>(&address), size));
  }
  check_failure(
      send_timed(post("http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)), "{}", limit), false).result,
      Kind::unreachable, false);
  for (const int filler : fillers) ::close(filler);
  ::close(listener);
}

TEST_CASE("a port that refuses is unreachable at once, and nothing was sent") {
  int port = 0;
  {
    port = HostileServer([](Peer&) {}).port();
  }
  const auto result = transport()->send(post("http://127.0.0.1:" + std::to_string(port)));
  check_failure(result, Kind::unreachable, false);
  CHECK(result.error().reason.find("refused the connection") != std::string::npos);
}

TEST_CASE("a name that nobody knows is unreachable, and nothing was sent") {
  const auto result = transport()->send(post("http://no-such-host.invalid/", "{}", 3s));
  check_failure(result, Kind::unreachable, false);
  CHECK(result.error().reason.find("no-such-host.invalid") != std::string::npos);
}

TEST_CASE("the name of this machine's loopback is looked up, again and again and by many at once") {
  Resolver resolver;
  std::atomic<int> found = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto answer = resolver.resolve("localhost", std::chrono::steady_clock::now() + 5s);
      for (const auto& address : answer.addresses) {
        if (address.toString() == "127.0.0.1") ++found;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(found == 8);
  CHECK(resolver.resolve("127.0.0.1", Moment()).addresses.size() == 1);
  CHECK_FALSE(resolver.resolve("not-looked-up-yet.invalid", Moment()).in_time);
}

TEST_CASE("a connection that ends before the reply is complete is dropped, and the request may have been carried out") {
  check_failure(send_to([](Peer& peer) { peer.read_request(); }), Kind::dropped, true);
  check_failure(send_to([](Peer& peer) {
                  peer.read_request();
                  peer.reset();
                }),
                Kind::dropped, true);
  check_failure(send_for("HTTP/1.1 200 OK\r\nContent-Le"), Kind::dropped, true);
  check_failure(send_for("HTTP/1.1 100 Continue\r\n\r\n"), Kind::dropped, true);
  check_failure(send_to([](Peer& peer) {
                  peer.read_request();
                  peer.write("HTTP/1.1 200 OK\r\n\r\nthe first half of a body without a length");
                  peer.pause(20ms);
                  peer.reset();
                }),
                Kind::dropped, true);
}

TEST_CASE("a body that is shorter than announced is garbled, with a length and in chunks") {
  check_failure(send_for("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a\":1}"), Kind::garbled, true);
  for (const std::string chunks : {"", "7", "7\r\n", "7\r\n{\"a\":1}", "7\r\n{\"a\":1}\r\n", "7\r\n{\"a\":1}\r\n0",
                                   "7\r\n{\"a\":1}\r\n0\r\n", "7\r\n{\"a\":1}\r\n0\r\nT: x\r\n"}) {
    CAPTURE(chunks);
    check_failure(send_for("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks), Kind::garbled, true);
  }
}

TEST_CASE("what is not a reply that can be trusted is garbled") {
  std::string many = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
  for (int i = 0; i < 150; ++i) many += "X-" + std::to_string(i) + ": y\r\n";
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
  for (const std::string& bytes : {std::string("\x15\x03\x01\x00\x02\x02\x28"),
                                   std::string("SSH-2.0-OpenSSH_9.2\r\n"),
                                   std::string("<html>"),
                                   std::string("HTTP/2 200\r\n\r\n"),
                                   std::string("HTTP/1.1 abc OK\r\n\r\n"),
                                   std::string("HTTP/1.1 99 X\r\n\r\n"),
                                   std::string("HTTP/1.1 999 X\r\n\r\n"),
                                   std::string("HTTP/1.1 101 Switching Protocols\r\n\r\n"),
                                   many + "\r\n",
                                   head + "X: " + std::string(70'000, 'y') + "\r\n\r\n",
                                   head + std::string(70'000, 'y'),
                                   head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
                                   head + "Content-Length: -1\r\n\r\nx",
                                   head + "Content-Length: 0x1\r\n\r\nx",
                                   head + "Content-Length: 1 1\r\n\r\nx",
                                   head + "Content-Length: 99999999999999999999\r\n\r\nx",
                                   head + "Transfer-Encoding: gzip\r\n\r\nx",
                                   head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                                   head + "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
                                   chunked + "zz\r\nx",
                                   chunked + "\r\n",
                                   chunked + "-1\r\nx",
                                   chunked + "1\r\nxx\r\n0\r\n\r\n",
                                   chunked + std::string(5000, '1')}) {
    CAPTURE(bytes.substr(0, 100));
    check_failure(send_for(bytes), Kind::garbled, true);
  }
  std::string interim;
  for (int i = 0; i < 100; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  check_failure(send_for(interim), Kind::garbled, true);
}

TEST_CASE("a reply that is too large is given up at once, without reading on") {
  const auto endless = [](const std::string& head, const std::string& part) {
    return [=](Peer& peer) {
      peer.read_request();
      peer.write(head);
      while (peer.write(part)) continue;
    };
  };
  const std::string megabyte(1024 * 1024, 'x');
  check_failure(send_for("HTTP/1.1 200 OK\r\nContent-Length: 16777217\r\n\r\n"), Kind::too_large, true);
  check_failure(send_to(endless("HTTP/1.1 200 OK\r\n\r\n", megabyte)), Kind::too_large, true);
  check_failure(
      send_to(endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "100000\r\n" + megabyte + "\r\n")),
      Kind::too_large, true);
  check_failure(send_for("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n"), Kind::too_large,
                true);
  const std::string largest(max_reply_bytes, 'x');
  HostileServer server(always(ok(largest)));
  const auto whole = transport()->send(get(server.url(), 10s));
  REQUIRE(whole.has_value());
  CHECK(whole->body.reveal().size() == max_reply_bytes);
}

TEST_CASE("a deadline that is past already sends nothing") {
  HostileServer server(always(ok("")));
  for (const Millis timeout : {0ms, -5ms}) {
    const auto result = transport()->send(post(server.url(), "{}", timeout));
    REQUIRE_FALSE(result.has_value());
    CHECK_FALSE(result.error().maybe_sent);
  }
  CHECK(server.request_count() == 0);
}

TEST_CASE("no failure tells the query, the secret query, the authorization or the body") {
  const auto reason_for = [](HostileServer::Script script, bool tls_url = false) {
    HostileServer server(std::move(script));
    HttpRequest request = post(server.url("/debug_token?code=271828"), "271828", limit);
    if (tls_url) request.url.replace(0, 7, "https://");
    request.secret_query = Secret("input_token=271828");
    request.authorization = Secret("Bearer 271828");
    const auto result = transport()->send(request);
    REQUIRE_FALSE(result.has_value());
    return result.error().reason;
  };
  const auto garbage = [](Peer& peer) {
    peer.read_request();
    peer.write("271828");
  };
  for (const std::string& reason :
       {reason_for([](Peer& peer) { peer.wait_for_close(); }), reason_for([](Peer& peer) { peer.read_request(); }),
        reason_for(garbage), reason_for(garbage, true),
        reason_for(always("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"))}) {
    CAPTURE(reason);
    CHECK(reason.find("271828") == std::string::npos);
  }
  CHECK(reason_for([](Peer& peer) { peer.read_request(); }).find("/debug_token") != std::string::npos);
}

TEST_CASE("the deadline watch cuts in the order of deadlines, and not what was let go before") {
  DeadlineWatch watch;
  int pair[2];
  int other[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, other) == 0);
  const auto start = std::chrono::steady_clock::now();
  const DeadlineWatch::Cutoff late(watch, other[0], start + 10s);
  { const DeadlineWatch::Cutoff let_go(watch, pair[0], start + 20ms); }
  const DeadlineWatch::Cutoff early(watch, pair[0], start + 50ms);
  char byte = 0;
  CHECK(::recv(pair[0], &byte, 1, 0) == 0);
  CHECK(std::chrono::steady_clock::now() - start >= 50ms);
  CHECK(early.happened());
  CHECK_FALSE(late.happened());
  CHECK(::send(other[0], "x", 1, MSG_NOSIGNAL) == 1);
  for (const int fd : {pair[0], pair[1], other[0], other[1]}) ::close(fd);
}
