// The receiver behind its server, over sockets: who is let in, who is refused and how, and that 200 means stored.
#include "webhooks/receiver.hpp"

#include <openssl/ssl.h>

#include <thread>

#include "ports/certificates.hpp"
#include "ports/http_server.hpp"
#include "ports/places.hpp"
#include "ports/transport.hpp"
#include "webhooks/hooks.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using namespace std::chrono_literals;
using webhooks::Met;

namespace {

const std::string app_secret = "app-secret";
const std::string onprem_secret = "onprem-secret-0123456789";

class FullStore : public PostStore {
 public:
  Result<Kept> keep(const Post&) override { return fail("keeping posts failed: the disk is full"); }
  Result<void> forwarded(std::int64_t, Time) override { return {}; }
  Result<int> drop_bodies(Time) override { return 0; }
  Result<std::vector<Awaiting>> awaiting(std::int64_t, int) override { return {}; }
  Result<std::optional<Post>> post(std::int64_t) override { return {}; }
  Result<std::optional<Outgoing>> outgoing(const std::string&) override { return {}; }
  Result<std::vector<Outgoing>> outgoing_tagged(const std::string&) override { return {}; }
  Result<std::vector<Outgoing>> outgoing_between(Time, Time) override { return {}; }
  Result<std::optional<Incoming>> incoming(const std::string&) override { return {}; }
  Result<std::vector<Incoming>> incoming_between(Time, Time) override { return {}; }
  Result<PostTotals> totals() override { return PostTotals(); }
};

/// A receiver of both APIs on a port of loopback.
struct Stand {
  explicit Stand(HttpServerOptions options = {}, std::unique_ptr<PostStore> other = nullptr) {
    auto opened = open_sealer(dir / "keys" / "seal.key", true);
    REQUIRE(opened.has_value());
    sealer = std::make_unique<Sealer>(std::move(*opened));
    store = other ? std::move(other) : std::move(*PostStore::open(dir / "posts.db", true, "key"));
    webhooks::ReceiverOptions wanted;
    wanted.app_secret = Secret(app_secret);
    wanted.verify_token = Secret(std::string("token+&="));
    wanted.onprem_secret = Secret(onprem_secret);
    receiver = std::make_unique<webhooks::Receiver>(wanted, *store, *sealer, clock, [](const webhooks::PostEvent&) {});
    auto started = HttpServer::start(*receiver, options);
    INFO((started ? "" : to_text(started.error())));
    REQUIRE(started.has_value());
    server = std::move(*started);
  }

  int post(const std::string& body, const std::string& headers, const std::string& target = "/webhook") {
    return sent(server->port(), request_of("POST", target, headers, body));
  }
  int signed_post(const std::string& body) { return post(body, signature_header(app_secret, body)); }
  std::uint64_t met(Met what) const { return receiver->counts().of(what); }

  TempDir dir;
  SystemClock clock;
  std::unique_ptr<Sealer> sealer;
  std::unique_ptr<PostStore> store;
  std::unique_ptr<webhooks::Receiver> receiver;
  std::unique_ptr<HttpServer> server;
};

/// As many bytes as wanted, and still a webhook.
std::string padded(std::size_t size) {
  std::string body = cloud_post(change_of(status_of("wamid.big", "sent")));
  body.insert(body.size() - 1, size - body.size(), ' ');
  return body;
}

}  // namespace

TEST_CASE("Graph's handshake is answered with the challenge alone, for the right token alone") {
  Stand stand;
  const auto ask = [&](const std::string& query) {
    Wire wire(stand.server->port());
    wire.send("GET /webhook?" + query + " HTTP/1.1\r\nHost: x\r\n\r\n");
    const int status = wire.answer();
    return std::to_string(status) + " " + wire.body();
  };
  CHECK(ask("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=token%2B%26%3D") == "200 1158201444");
  for (const char* wrong : {"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=token", "",
                            "hub.mode=subscribe&hub.challenge=1", "hub.mode=subscribe&hub.verify_token=token%2B%26%3D",
                            "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=token%2B%26%3D"}) {
    INFO(wrong);
    CHECK(ask(wrong) == "403 ");
  }
  CHECK(stand.met(Met::handshake) == 1);
  CHECK(stand.met(Met::wrong_token) == 5);
}

TEST_CASE("a signed post is stored byte for byte, and 200 means that it is") {
  Stand stand;
  const std::string body = cloud_post(change_of(status_of("wamid.1", "sent"), message_of("wamid.2")));
  CHECK(stand.signed_post(body) == 200);
  const auto kept = stand.store->post(1);
  REQUIRE(kept->has_value());
  CHECK((*kept)->source == "cloud 102290129340398");
  CHECK((*kept)->signature == webhooks::signature_of(Secret(app_secret), body));
  CHECK((*kept)->content_type == "application/json");
  CHECK((*kept)->sealed.find("hello") == std::string::npos);
  const auto opened = stand.sealer->open((*kept)->sealed, webhooks::sealing_purpose((*kept)->digest));
  REQUIRE(opened.has_value());
  CHECK(opened->reveal() == body);
  CHECK(stand.store->outgoing("wamid.1")->has_value());
  CHECK(stand.store->incoming("wamid.2")->has_value());
  CHECK(stand.met(Met::stored_cloud) == 1);
}

TEST_CASE("unsigned and wrongly signed posts are refused, counted and not stored") {
  Stand stand;
  const std::string body = cloud_post(change_of(status_of("wamid.1", "sent")));
  CHECK(stand.post(body, "") == 401);
  CHECK(stand.post(body, signature_header("another secret", body)) == 403);
  CHECK(stand.post(body + " ", signature_header(app_secret, body)) == 403);
  CHECK(stand.post(body, "X-Hub-Signature-256: sha256=00\r\n") == 403);
  CHECK(stand.post(body, "X-Hub-Signature: sha1=00\r\n") == 401);
  CHECK(stand.met(Met::unsigned_post) == 2);
  CHECK(stand.met(Met::wrong_signature) == 3);
  CHECK(stand.store->totals()->posts == 0);
}

TEST_CASE("a replay is answered 200 and stored once, also after a restart and beside other posts") {
  Stand stand;
  const std::string first = cloud_post(change_of(status_of("wamid.1", "sent")));
  const std::string second = cloud_post(change_of(status_of("wamid.1", "delivered")));
  for (const std::string& body : {first, second, second, first, first}) CHECK(stand.signed_post(body) == 200);
  CHECK(stand.store->totals()->posts == 2);
  CHECK(stand.met(Met::duplicate) == 3);
  CHECK(stand.met(Met::stored_cloud) == 2);
}

TEST_CASE("the same bytes from two deployments are two posts") {
  Stand stand;
  const std::string body = onprem_post(status_of("gBEG1", "sent"));
  for (const char* name : {"de-1", "de-2", "de-1"}) {
    CHECK(stand.post(body, "", "/onprem/" + onprem_secret + "/" + name) == 200);
  }
  CHECK(stand.store->totals()->posts == 2);
}

TEST_CASE("on-premises posts come in by the secret in the path or by Basic authorization, and else find nothing") {
  Stand stand;
  const std::string body = onprem_post(status_of("gBEG1", "sent"));
  CHECK(stand.post(body, "", "/onprem/" + onprem_secret + "/de-1") == 200);
  CHECK(stand.store->outgoing("gBEG1")->value().number == "de-1");
  CHECK(stand.post(onprem_post(status_of("gBEG2", "sent")), "", "/onprem/" + onprem_secret) == 200);
  // user:onprem-secret-0123456789
  const std::string basic = "Authorization: Basic dXNlcjpvbnByZW0tc2VjcmV0LTAxMjM0NTY3ODk=\r\n";
  CHECK(stand.post(onprem_post(status_of("gBEG3", "sent")), basic, "/onprem/de-9") == 200);
  CHECK(stand.store->outgoing("gBEG3")->value().number == "de-9");
  CHECK(stand.met(Met::stored_onprem) == 3);

  CHECK(stand.post(body, "", "/onprem/de-1") == 404);
  CHECK(stand.post(body, "", "/onprem") == 404);
  CHECK(stand.post(body, "", "/onprem/") == 404);
  CHECK(stand.post(body, "Authorization: Basic dXNlcjp3cm9uZw==\r\n", "/onprem/de-1") == 404);
  CHECK(stand.post(body, "Authorization: Basic dXNlcjp3cm9uZw==\r\n", "/onprem/" + onprem_secret + "/de-1") == 404);
  CHECK(stand.post(body, "", "/onprem/" + onprem_secret + "/de%201") == 404);
  CHECK(stand.post(body, signature_header(app_secret, body), "/onprem/x/de-1") == 404);
  CHECK(stand.met(Met::wrong_secret) == 7);
  CHECK(stand.store->totals()->posts == 3);
}

TEST_CASE("garbage under a right signature or secret is refused as unreadable") {
  Stand stand;
  for (const char* body : {"x", "[]", "{\"entry\":", "\xff\xfe{}"}) {
    INFO(body);
    CHECK(stand.signed_post(body) == 400);
    CHECK(stand.post(body, "", "/onprem/" + onprem_secret + "/de-1") == 400);
  }
  CHECK(stand.met(Met::unreadable) == 8);
  CHECK(stand.store->totals()->posts == 0);
}

TEST_CASE("wrong paths and methods are told apart") {
  Stand stand;
  CHECK(stand.post("{}", "", "/") == 404);
  CHECK(stand.post("{}", "", "/webhook/") == 404);
  CHECK(stand.post("{}", "", "/onpremise") == 404);
  CHECK(sent(stand.server->port(), request_of("DELETE", "/webhook", "", "{}")) == 405);
  CHECK(sent(stand.server->port(), request_of("PUT", "/onprem/" + onprem_secret + "/x", "", "{}")) == 405);
  CHECK(stand.met(Met::wrong_path) == 3);
  CHECK(stand.met(Met::wrong_method) == 2);
}

TEST_CASE("3 MB are taken, and one byte more is refused without being read") {
  constexpr std::size_t limit = std::size_t{3} << 20U;
  Stand stand;
  const std::string largest = padded(limit);
  CHECK(stand.signed_post(largest) == 200);
  const std::string larger = padded(limit + 1);
  // Who sends it all the same may find the connection closed before it has read the answer.
  const int refused = stand.signed_post(larger);
  CHECK((refused == 413 || refused == 0));
  // Announced only: the answer comes although nothing of it was sent.
  Wire wire(stand.server->port());
  wire.send(
      "POST /webhook HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: sha256=1\r\nContent-Length: 99999999999\r\n\r\n");
  CHECK(wire.answer() == 413);
  CHECK(stand.met(Met::too_large) == 2);
  CHECK(stand.store->totals()->posts == 1);
}

TEST_CASE("posts in chunks are taken whole, within the same limit") {
  Stand stand({.max_body = 2000});
  const std::string body = cloud_post(change_of(status_of("wamid.1", "sent")));
  const auto chunked = [&](const std::string& text, const std::string& end) {
    return "POST /webhook HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" + signature_header(app_secret, text) +
           "\r\n" +
           fmt::format("{:x}\r\n{}\r\n{:x}\r\n{}\r\n", 10, text.substr(0, 10), text.size() - 10, text.substr(10)) + end;
  };
  CHECK(sent(stand.server->port(), chunked(body, "0\r\n\r\n")) == 200);
  CHECK(sent(stand.server->port(), chunked(padded(2001), "0\r\n\r\n")) == 413);
  CHECK(stand.store->totals()->posts == 1);
}

TEST_CASE("a sender that asks first whether it may send is told") {
  Stand stand;
  const std::string body = onprem_post(status_of("gBEG1", "sent"));
  Wire wire(stand.server->port());
  const auto head = [&](std::size_t length) {
    return fmt::format("POST /onprem/{}/x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
                       onprem_secret, length);
  };
  wire.send(head(body.size()));
  REQUIRE(wire.answer() == 100);
  wire.send(body);
  CHECK(wire.answer() == 200);
  wire.send(head(std::size_t{4} << 20U));
  CHECK(wire.answer() == 413);
}

TEST_CASE("a post that ends before its length is not taken") {
  Stand stand;
  const std::string body = onprem_post(status_of("gBEG1", "sent"));
  {
    Wire wire(stand.server->port());
    wire.send("POST /onprem/" + onprem_secret +
              "/x HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size() + 1) + "\r\n\r\n" + body);
    wire.end_of_sending();
    CHECK(wire.answer() == 0);
  }
  CHECK(stand.met(Met::truncated) == 1);
  CHECK(stand.store->totals()->posts == 0);
}

TEST_CASE("slow senders are cut off, in their headers as in their body, and others are served meanwhile") {
  Stand stand({.request_time = 300ms});
  Wire in_head(stand.server->port());
  in_head.send("POST /webhook HT");
  Wire in_body(stand.server->port());
  in_body.send("POST /webhook HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: sha256=1\r\nContent-Length: 100\r\n\r\nabc");
  std::thread dripping([&] {
    while (in_head.send("x") && in_body.send("y")) std::this_thread::sleep_for(20ms);
  });
  CHECK(stand.signed_post(cloud_post(change_of(status_of("wamid.1", "sent")))) == 200);
  CHECK(in_head.answer() == 0);
  CHECK(in_body.answer() == 0);
  dripping.join();
  CHECK(stand.met(Met::slow) == 2);
}

TEST_CASE("what is no HTTP, or can be read in two ways, is refused") {
  Stand stand;
  const int port = stand.server->port();
  CHECK(sent(port, "\x16\x03\x01 this is TLS, or so\r\n\r\n") == 400);
  CHECK(sent(port, "POST /webhook HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: s\r\n\r\n") == 411);
  for (const char* lengths : {"Content-Length: 2\r\nContent-Length: 3\r\n", "Content-Length: -1\r\n",
                              "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "Content-Length: x\r\n",
                              "Transfer-Encoding: gzip\r\n"}) {
    INFO(lengths);
    CHECK(sent(port, std::string("POST /webhook HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: s\r\n") + lengths +
                         "\r\n{}") == 400);
  }
  CHECK(stand.met(Met::malformed_request) == 6);
  CHECK(stand.met(Met::no_length) == 1);
}

TEST_CASE("a store that is full answers 503, and says why once") {
  Stand stand({}, std::make_unique<FullStore>());
  CHECK(stand.signed_post(cloud_post(change_of(status_of("wamid.1", "sent")))) == 503);
  CHECK(stand.met(Met::not_stored) == 1);
  CHECK(stand.met(Met::stored_cloud) == 0);
  const auto why = stand.receiver->trouble();
  REQUIRE(why.has_value());
  CHECK(why->message.find("full") != std::string::npos);
  CHECK_FALSE(stand.receiver->trouble().has_value());
}

TEST_CASE("many senders at once, on connections that are kept, lose nothing") {
  Stand stand;
  constexpr int senders = 8, each = 25;
  std::vector<std::thread> threads;
  std::atomic<int> answered = 0;
  for (int s = 0; s < senders; ++s) {
    threads.emplace_back([&, s] {
      Wire wire(stand.server->port());
      for (int i = 0; i < each; ++i) {
        const std::string body = cloud_post(change_of(status_of(fmt::format("wamid.{}.{}", s, i), "sent")));
        wire.send(request_of("POST", "/webhook", signature_header(app_secret, body), body));
        if (wire.answer() == 200) ++answered;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(answered == senders * each);
  CHECK(stand.store->totals()->outgoing == senders * each);
}

TEST_CASE("connections that are kept leave room for those who come anew") {
  Stand stand({.connections = 4});
  std::vector<std::unique_ptr<Wire>> kept;
  for (int i = 0; i < 4; ++i) {
    kept.push_back(std::make_unique<Wire>(stand.server->port()));
    kept.back()->send(request_of("GET", "/webhook", "", ""));
    REQUIRE(kept.back()->answer() == 403);
  }
  // The fourth was closed after its answer; a fifth is served at once.
  CHECK(kept.back()->answer() == 0);
  CHECK(stand.signed_post(cloud_post(change_of(status_of("wamid.1", "sent")))) == 200);
}

TEST_CASE("stopping hangs up on who has begun nothing, and answers who has") {
  Stand stand;
  const std::string body = cloud_post(change_of(status_of("wamid.1", "sent")));
  const std::string request = request_of("POST", "/webhook", signature_header(app_secret, body), body);
  Wire idle(stand.server->port());
  Wire begun(stand.server->port());
  // Both are being served: one has had an answer, the other has sent a half.
  REQUIRE(idle.send(request_of("GET", "/webhook", "", "")));
  REQUIRE(idle.answer() == 403);
  REQUIRE(begun.send(request_of("GET", "/webhook", "", "")));
  REQUIRE(begun.answer() == 403);
  begun.send(request.substr(0, request.size() / 2));
  std::this_thread::sleep_for(50ms);
  std::thread stopping([&] { stand.server->stop(); });
  CHECK(idle.answer() == 0);
  begun.send(request.substr(request.size() / 2));
  CHECK(begun.answer() == 200);
  stopping.join();
  CHECK_FALSE(Wire(stand.server->port()).open());
  CHECK(stand.store->totals()->posts == 1);
}

TEST_CASE("over TLS the transport's own client is served, and a key that others may read is refused") {
  TempDir dir;
  const Certificate certificate = make_certificate();
  put(dir / "cert.pem", certificate.pem(), 0644);
  const std::unique_ptr<BIO, Released<BIO_free_all>> out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(out.get(), certificate.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  put(dir / "key.pem", std::string(text, static_cast<std::size_t>(size)), 0600);
  HttpServerOptions options;
  options.certificate_file = (dir / "cert.pem").string();
  options.key_file = (dir / "key.pem").string();
  Stand stand(options);
  const auto transport = make_http_transport("test");
  HttpRequest request;
  request.method = "POST";
  request.url = fmt::format("https://localhost:{}/webhook", stand.server->port());
  request.ca_file = options.certificate_file;
  const std::string body = padded(200000);
  request.body = Secret(body);
  request.content_type = "application/json";
  request.headers = {{"X-Hub-Signature-256", webhooks::signature_of(Secret(app_secret), body)}};
  for (int i = 0; i < 2; ++i) {
    const auto reply = transport->send(request);
    INFO((reply ? "" : reply.error().reason));
    REQUIRE(reply.has_value());
    CHECK(reply->status == 200);
  }
  CHECK(sent(stand.server->port(), "GET /webhook HTTP/1.1\r\n\r\n") == 0);

  std::filesystem::permissions(dir / "key.pem", std::filesystem::perms(0644));
  const auto refused = HttpServer::start(*stand.receiver, options);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("key.pem") != std::string::npos);
}

TEST_CASE("a port that is taken is an error, not a share of it") {
  Stand stand;
  HttpServerOptions same;
  same.port = stand.server->port();
  const auto second = HttpServer::start(*stand.receiver, same);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().message.find(std::to_string(same.port)) != std::string::npos);
}
