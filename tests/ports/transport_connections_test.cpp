// Claims about which connection a request uses and how often it leaves: what the safety of phone numbers hangs on.
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/NullStream.h>
#include <Poco/StreamCopier.h>

#include <atomic>
#include <thread>

#include "ports/connection_pool.hpp"
#include "ports/transport_helpers.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using namespace std::chrono_literals;

namespace {

/// Answers the first request of each connection, and ends the connection on the second without an answer.
HostileServer::Script end_on_second_request(bool with_reset) {
  return [with_reset](Peer& peer) {
    if (peer.read_request().empty()) return;
    peer.reply("first");
    if (peer.read_request().empty()) return;
    if (with_reset) peer.reset();
  };
}

}  // namespace

TEST_CASE(
    "why Poco's own session is not used: on a kept-alive connection that was reset, it sends a POST again by itself") {
  std::atomic<bool> was_reset = false;
  HostileServer server([&](Peer& peer) {
    if (peer.read_request().empty()) return;
    peer.reply("");
    if (was_reset) return;
    peer.reset();
    was_reset = true;
  });
  Poco::Net::HTTPClientSession session("127.0.0.1", static_cast<Poco::UInt16>(server.port()));
  session.setKeepAlive(true);
  const auto talk = [&] {
    Poco::Net::HTTPRequest request("POST", "/", "HTTP/1.1");
    request.setContentLength(2);
    session.sendRequest(request) << "{}";
    Poco::Net::HTTPResponse response;
    Poco::NullOutputStream nowhere;
    Poco::StreamCopier::copyStream(session.receiveResponse(response), nowhere);
  };
  talk();
  REQUIRE(soon([&] { return was_reset.load(); }));
  talk();  // its first attempt went into the connection that was reset
  CHECK(server.connections() == 2);
}

TEST_CASE("a changing request leaves once, on a connection of its own, whatever happens to that") {
  for (const bool with_reset : {false, true}) {
    CAPTURE(with_reset);
    HostileServer server([&](Peer& peer) {
      if (peer.read_request().starts_with("GET")) {
        peer.reply("");
        peer.wait_for_close();
      } else if (with_reset) {
        peer.reset();
      }
    });
    const auto sender = transport();
    REQUIRE(sender->send(get(server.url())).has_value());  // leaves a kept-alive connection behind
    check_failure(sender->send(post(server.url())), Kind::dropped, true);
    CHECK(server.connections() == 2);
    CHECK(server.request_count() == 2);
  }
}

TEST_CASE("a changing request is sent once even when every connection is reset before it is read") {
  HostileServer server([](Peer& peer) { peer.reset(); });
  const auto result = transport()->send(post(server.url()));
  REQUIRE_FALSE(result.has_value());
  std::this_thread::sleep_for(20ms);
  CHECK(server.connections() == 1);
}

TEST_CASE("reads share a kept-alive connection, changing requests do not") {
  HostileServer server(always(ok("x")));
  const auto sender = transport();
  for (int i = 0; i < 3; ++i) CHECK(sender->send(get(server.url())).has_value());
  CHECK(server.connections() == 1);
  for (int i = 0; i < 2; ++i) CHECK(sender->send(post(server.url())).has_value());
  CHECK(server.connections() == 3);
  for (int i = 0; i < 3; ++i) CHECK(sender->send(get(server.url())).has_value());
  CHECK(server.connections() == 3);
}

TEST_CASE("a read that is not a GET may share a connection too") {
  HostileServer server(always(ok("x")));
  const auto sender = transport();
  HttpRequest login = post(server.url());
  login.changing = false;
  CHECK(sender->send(login).has_value());
  CHECK(sender->send(login).has_value());
  CHECK(server.connections() == 1);
}

TEST_CASE("a read whose kept-alive connection ends under it is repeated once, on a fresh one") {
  for (const bool with_reset : {false, true}) {
    CAPTURE(with_reset);
    HostileServer server(end_on_second_request(with_reset));
    const auto sender = transport();
    CHECK(body_of(sender->send(get(server.url()))) == "first");
    CHECK(body_of(sender->send(get(server.url()))) == "first");
    CHECK(server.connections() == 2);
    CHECK(server.request_count() == 3);
  }
}

TEST_CASE("a read is not repeated when its connection was fresh, or when a part of a reply came") {
  SECTION("fresh") {
    HostileServer server([](Peer& peer) { peer.read_request(); });
    check_failure(transport()->send(get(server.url())), Kind::dropped, true);
    CHECK(server.request_count() == 1);
  }
  SECTION("the repetition fails too") {
    std::atomic<int> seen = 0;
    HostileServer server([&](Peer& peer) {
      while (!peer.read_request().empty()) {
        if (++seen > 1) return;
        peer.reply("");
      }
    });
    const auto sender = transport();
    REQUIRE(sender->send(get(server.url())).has_value());
    check_failure(sender->send(get(server.url())), Kind::dropped, true);
    CHECK(server.request_count() == 3);
  }
  SECTION("a part came") {
    std::atomic<int> seen = 0;
    HostileServer server([&](Peer& peer) {
      while (!peer.read_request().empty()) {
        if (++seen > 1) return static_cast<void>(peer.write("HTTP/1.1 200 OK\r\nConte"));
        peer.reply("");
      }
    });
    const auto sender = transport();
    REQUIRE(sender->send(get(server.url())).has_value());
    check_failure(sender->send(get(server.url())), Kind::dropped, true);
    CHECK(server.request_count() == 2);
  }
}

TEST_CASE("a repetition that cannot even connect does not make the first attempt unsent") {
  HostileServer* listening = nullptr;
  HostileServer server([&](Peer& peer) {
    peer.read_request();
    peer.reply("");
    peer.read_request();
    listening->stop_listening();
  });
  listening = &server;
  const auto sender = transport();
  REQUIRE(sender->send(get(server.url())).has_value());
  check_failure(sender->send(get(server.url())), Kind::unreachable, true);
}

TEST_CASE("a kept-alive connection that the server closed while it was idle is not used") {
  std::atomic<int> closed = 0;
  HostileServer server([&](Peer& peer) {
    peer.read_request();
    peer.reply("x");
    ++closed;
  });
  const auto sender = transport();
  CHECK(body_of(sender->send(get(server.url()))) == "x");
  REQUIRE(soon([&] { return closed == 1; }));
  std::this_thread::sleep_for(20ms);
  CHECK(body_of(sender->send(get(server.url()))) == "x");
  CHECK(server.request_count() == 2);
}

TEST_CASE("a stray second reply is never taken for the answer to the next request") {
  SECTION("sent together with the first") {
    HostileServer server(always(ok("right") + ok("stray")));
    const auto sender = transport();
    for (int i = 0; i < 3; ++i) CHECK(body_of(sender->send(get(server.url()))) == "right");
    CHECK(server.connections() == 3);
  }
  SECTION("sent a moment later") {
    std::atomic<int> strays = 0;
    HostileServer server([&](Peer& peer) {
      peer.read_request();
      peer.reply("right");
      peer.pause(10ms);
      peer.reply("stray");
      ++strays;
      peer.wait_for_close();
    });
    const auto sender = transport();
    for (int i = 1; i <= 3; ++i) {
      CHECK(body_of(sender->send(get(server.url()))) == "right");
      REQUIRE(soon([&] { return strays == i; }));
      std::this_thread::sleep_for(5ms);
    }
  }
}

TEST_CASE("a connection is not used again after a failure, or when the server says so") {
  const auto connections_for = [](const std::string& bytes) {
    HostileServer server(always(bytes));
    const auto sender = transport();
    static_cast<void>(sender->send(get(server.url(), 300ms)));
    static_cast<void>(sender->send(get(server.url(), 300ms)));
    return server.connections();
  };
  CHECK(connections_for(ok("x")) == 1);
  CHECK(connections_for(ok("x", "Connection: close\r\n")) == 2);
  CHECK(connections_for("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx") == 2);
  CHECK(connections_for("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nx") == 2);
  CHECK(connections_for("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n") == 2);
  CHECK(connections_for("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 2);
  CHECK(connections_for("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n") == 1);
}

TEST_CASE("origins do not share connections") {
  HostileServer first(always(ok("first")));
  HostileServer second(always(ok("second")));
  const auto sender = transport();
  for (int i = 0; i < 3; ++i) {
    CHECK(body_of(sender->send(get(first.url()))) == "first");
    CHECK(body_of(sender->send(get(second.url()))) == "second");
    CHECK(body_of(sender->send(get(first.url("/", "localhost")))) == "first");
  }
  CHECK(first.connections() == 2);
  CHECK(second.connections() == 1);
}

TEST_CASE("an idle connection is closed after its time even if nobody asks for it") {
  std::atomic<int> closed = 0;
  HostileServer server([&](Peer& peer) {
    peer.wait_for_close();
    ++closed;
  });
  DeadlineWatch watch;
  ConnectionPool pool(watch, 30ms);
  const Origin origin{false, {"127.0.0.1", static_cast<std::uint16_t>(server.port())}, {}, {}};
  const auto connect = [&] {
    Poco::Net::StreamSocket socket(Poco::Net::SocketAddress("127.0.0.1", origin.server.port));
    return std::make_unique<HttpConnection>(socket);
  };
  pool.give(origin, connect());
  CHECK(pool.take(origin) != nullptr);
  CHECK(soon([&] { return closed == 1; }));  // taken, and let go of at once
  pool.give(origin, connect());
  CHECK(soon([&] { return closed == 2; }));
  CHECK(pool.take(origin) == nullptr);
}

TEST_CASE("64 threads at once each get the answer to their own request") {
  HostileServer server([](Peer& peer) {
    for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
      peer.reply(request.substr(0, request.find(" HTTP/1.1")));
    }
  });
  const auto sender = transport();
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 10; ++j) {
        const std::string path = "/" + std::to_string(i) + "/" + std::to_string(j);
        const bool changing = j % 5 == 4;
        const auto result = sender->send(changing ? post(server.url(path)) : get(server.url(path)));
        if (body_of(result) == (changing ? "POST " : "GET ") + path) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 640);
  CHECK(server.request_count() == 640);
  CHECK(server.connections() <= 64 + 128);
}
