// Claims about TLS: whom it trusts, what it says when it does not, and that nothing is sent before it does.
#include <openssl/ssl.h>

#include "ports/transport_helpers.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using namespace std::chrono_literals;

namespace {

void check_tls_failure(const HostileServer& server, const HttpRequest& request, const std::string& reason) {
  const auto result = transport()->send(request);
  check_failure(result, Kind::tls, false);
  CAPTURE(text_of(result));
  CHECK(result.error().reason.find(reason) != std::string::npos);
  CHECK(server.request_count() == 0);
}

}  // namespace

TEST_CASE("a self-signed certificate is refused, and accepted once its PEM is given as ca_file") {
  const TempDir dir;
  const Certificate certificate = make_certificate();
  HostileServer server(always(ok("x")), ServerTls{&certificate});
  check_tls_failure(server, post(server.url()), "self-signed and not trusted; give its PEM as ca_file");
  for (const char* host : {"127.0.0.1", "localhost"}) {
    CHECK(body_of(transport()->send(trusting(dir, certificate.pem(), post(server.url("/", host))))) == "x");
  }
}

TEST_CASE("trust given to one request is not given to another to the same place") {
  const TempDir dir;
  const Certificate certificate = make_certificate();
  HostileServer server(always(ok("x")), ServerTls{&certificate});
  const auto sender = transport();
  const HttpRequest trusted = trusting(dir, certificate.pem(), get(server.url()));
  CHECK(body_of(sender->send(trusted)) == "x");
  check_failure(sender->send(get(server.url())), Kind::tls, false);
  check_failure(sender->send(trusting(dir, make_certificate().pem(), get(server.url()))), Kind::tls, false);
  CHECK(body_of(sender->send(trusted)) == "x");
}

TEST_CASE("names are checked, on loopback too") {
  const TempDir dir;
  const Certificate other_name = make_certificate({.names = "DNS:onprem.example.com"});
  HostileServer server(always(ok("x")), ServerTls{&other_name});
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    check_tls_failure(server, trusting(dir, other_name.pem(), post(server.url("/", host))),
                      "its certificate is not for " + host);
  }
  const Certificate name_only = make_certificate({.names = "DNS:localhost"});
  HostileServer by_name(always(ok("x")), ServerTls{&name_only});
  CHECK(body_of(transport()->send(trusting(dir, name_only.pem(), get(by_name.url("/", "localhost"))))) == "x");
  check_failure(transport()->send(trusting(dir, name_only.pem(), get(by_name.url()))), Kind::tls, false);
}

TEST_CASE("an expired certificate and one that is not valid yet are refused as such") {
  const TempDir dir;
  const Certificate expired = make_certificate({.valid_from_s = -7200, .valid_to_s = -3600});
  HostileServer server(always(ok("x")), ServerTls{&expired});
  check_tls_failure(server, trusting(dir, expired.pem(), post(server.url())), "has expired; renew it");
  const Certificate early = make_certificate({.valid_from_s = 3600, .valid_to_s = 7200});
  HostileServer early_server(always(ok("x")), ServerTls{&early});
  check_tls_failure(early_server, trusting(dir, early.pem(), post(early_server.url())), "not valid yet");
}

TEST_CASE("a certificate is accepted through its authority, and on its own when that is what was given") {
  const TempDir dir;
  const Certificate authority = make_certificate({.names = "DNS:authority", .authority = true});
  const Certificate certificate = make_certificate({.issuer = &authority});
  HostileServer server(always(ok("x")), ServerTls{&certificate});
  check_tls_failure(server, post(server.url()), "an authority that is not trusted; give that authority's PEM");
  CHECK(body_of(transport()->send(trusting(dir, authority.pem(), post(server.url())))) == "x");
  CHECK(body_of(transport()->send(trusting(dir, certificate.pem(), post(server.url())))) == "x");
}

TEST_CASE("child: asks a server that only the system's authorities vouch for", "[.child-system-ca]") {
  const char* url = std::getenv("WAMIGRATE_TEST_URL");
  if (url == nullptr) return;
  const TempDir dir;
  Child::tell(body_of(transport()->send(get(url))));
  Child::tell(body_of(transport()->send(trusting(dir, make_certificate().pem(), get(url)))));
}

TEST_CASE("the system's authorities are trusted, and still are when a ca_file adds another") {
  const TempDir dir;
  const Certificate authority = make_certificate({.names = "DNS:authority", .authority = true});
  const Certificate certificate = make_certificate({.issuer = &authority});
  HostileServer server(always(ok("x")), ServerTls{&certificate});
  put(dir / "system.pem", authority.pem(), 0644);
  Child child("[child-system-ca]",
              {{"WAMIGRATE_TEST_URL", server.url()}, {"SSL_CERT_FILE", (dir / "system.pem").string()}});
  CHECK(child.next_line() == "x");
  CHECK(child.next_line() == "x");
}

TEST_CASE("a ca_file that is missing or no certificate is refused before anything is connected") {
  const TempDir dir;
  const Certificate certificate = make_certificate();
  HostileServer server(always(ok("x")), ServerTls{&certificate});
  HttpRequest request = post(server.url());
  request.ca_file = (dir / "missing.pem").string();
  check_failure(transport()->send(request), Kind::refused, false);
  const auto garbage = transport()->send(trusting(dir, "not a certificate", post(server.url())));
  check_failure(garbage, Kind::refused, false);
  CHECK(garbage.error().reason.find("PEM") != std::string::npos);
  CHECK(server.connections() == 0);
}

TEST_CASE("TLS below 1.2 is refused, 1.2 is not") {
  const TempDir dir;
  const Certificate certificate = make_certificate();
  HostileServer old(always(ok("x")), ServerTls{&certificate, TLS1_1_VERSION});
  check_tls_failure(old, trusting(dir, certificate.pem(), post(old.url())), "no TLS of version 1.2 or later");
  HostileServer enough(always(ok("x")), ServerTls{&certificate, TLS1_2_VERSION});
  CHECK(body_of(transport()->send(trusting(dir, certificate.pem(), post(enough.url())))) == "x");
}

TEST_CASE("a server that speaks plain HTTP on an https URL is told apart, and nothing was sent") {
  HostileServer server([](Peer& peer) {
    peer.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.wait_for_close();
  });
  check_tls_failure(server, post("https://127.0.0.1:" + std::to_string(server.port())), "does not speak TLS");
}

TEST_CASE("a connection that ends during the handshake is a TLS failure, and nothing was sent") {
  for (const bool with_reset : {false, true}) {
    HostileServer server([&](Peer& peer) {
      peer.pause(10ms);
      if (with_reset) peer.reset();
    });
    check_failure(transport()->send(post("https://127.0.0.1:" + std::to_string(server.port()))), Kind::tls, false);
  }
}

TEST_CASE("the connections of changing requests resume the session of earlier ones") {
  const TempDir dir;
  const Certificate certificate = make_certificate();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    HostileServer server(always(ok("x")), ServerTls{&certificate, version});
    const auto sender = transport();
    const HttpRequest request = trusting(dir, certificate.pem(), post(server.url()));
    for (int i = 0; i < 4; ++i) CHECK(body_of(sender->send(request)) == "x");
    CHECK(server.connections() == 4);
    CHECK(server.resumed_handshakes() == 3);
  }
}

TEST_CASE("a server that has forgotten its sessions gets a full handshake") {
  const TempDir dir;
  const Certificate certificate = make_certificate();
  const auto sender = transport();
  for (int i = 0; i < 2; ++i) {
    HostileServer server(always(ok("x")), ServerTls{&certificate});
    CHECK(body_of(sender->send(trusting(dir, certificate.pem(), post(server.url())))) == "x");
  }
}

TEST_CASE("reads over TLS share a connection, and idle ones that were closed are not used") {
  const TempDir dir;
  const Certificate certificate = make_certificate();
  HostileServer server(always(ok("x")), ServerTls{&certificate});
  const auto sender = transport();
  const HttpRequest request = trusting(dir, certificate.pem(), get(server.url()));
  for (int i = 0; i < 5; ++i) CHECK(body_of(sender->send(request)) == "x");
  CHECK(server.connections() == 1);

  HostileServer closing(
      [](Peer& peer) {
        peer.read_request();
        peer.reply("x");
      },
      ServerTls{&certificate});
  const HttpRequest to_closing = trusting(dir, certificate.pem(), get(closing.url()));
  CHECK(body_of(sender->send(to_closing)) == "x");
  std::this_thread::sleep_for(20ms);
  CHECK(body_of(sender->send(to_closing)) == "x");
  CHECK(closing.request_count() == 2);
}

TEST_CASE("over TLS, a body without a length counts only when the end was said in TLS") {
  const TempDir dir;
  const Certificate certificate = make_certificate();
  const auto result_for = [&](bool goodbye) {
    HostileServer server(
        [&](Peer& peer) {
          peer.read_request();
          peer.write("HTTP/1.1 200 OK\r\n\r\nhalf of a body");
          if (!goodbye) peer.close_without_goodbye();
        },
        ServerTls{&certificate});
    return transport()->send(trusting(dir, certificate.pem(), get(server.url())));
  };
  CHECK(body_of(result_for(true)) == "half of a body");
  check_failure(result_for(false), Kind::dropped, true);
}

TEST_CASE("over TLS, faults are told apart as they are in the clear") {
  const TempDir dir;
  const Certificate certificate = make_certificate();
  const auto result_for = [&](HostileServer::Script script, const std::string& body = "{}") {
    HostileServer server(std::move(script), ServerTls{&certificate});
    return transport()->send(trusting(dir, certificate.pem(), post(server.url(), body, 500ms)));
  };
  check_failure(result_for([](Peer& peer) { peer.read_request(); }), Kind::dropped, true);
  check_failure(result_for([](Peer& peer) {
                  peer.read_request();
                  peer.reset();
                }),
                Kind::dropped, true);
  check_failure(result_for([](Peer& peer) {
                  peer.read_request();
                  peer.wait_for_close();
                }),
                Kind::timeout, true);
  check_failure(result_for([](Peer& peer) {
                  peer.read_request();
                  peer.drip(ok(std::string(1000, 'x')), 15ms);
                }),
                Kind::timeout, true);
  check_failure(result_for([](Peer& peer) { peer.wait_for_close(); }, std::string(8'000'000, 'x')), Kind::timeout,
                true);
  check_failure(result_for([](Peer& peer) {
                  peer.read_request();
                  peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
                }),
                Kind::garbled, true);
}
