// The forwarder: the same bytes and signature, in order, until the consumer has taken them, and not a second time.
#include "webhooks/forwarder.hpp"

#include <atomic>

#include "ports/places.hpp"
#include "webhooks/hooks.hpp"
#include "webhooks/receiver.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using namespace std::chrono_literals;

namespace {

/// A consumer that answers as a test wants it.
class Consumer : public Transport {
 public:
  using Answer = std::function<HttpResult(const HttpRequest&)>;
  explicit Consumer(Answer answer) : answer_(std::move(answer)) {}
  HttpResult send(const HttpRequest& request) override {
    {
      const std::lock_guard lock(mutex_);
      tried_.push_back(std::string(request.body.reveal()));
    }
    auto result = answer_(request);
    if (result && result->status < 300) {
      const std::lock_guard lock(mutex_);
      taken_.push_back(std::string(request.body.reveal()));
    }
    return result;
  }
  std::vector<std::string> taken() {
    const std::lock_guard lock(mutex_);
    return taken_;
  }
  std::vector<std::string> tried() {
    const std::lock_guard lock(mutex_);
    return tried_;
  }

 private:
  const Answer answer_;
  std::mutex mutex_;
  std::vector<std::string> taken_, tried_;
};

HttpResult answers(int status) {
  HttpReply reply;
  reply.status = status;
  return reply;
}
HttpResult is_down() {
  return tl::make_unexpected(TransportFailure{TransportFailure::Kind::unreachable, false, "nobody listens there"});
}

struct Shelf {
  Shelf()
      : sealer(*open_sealer(dir / "keys" / "seal.key", true)), store(*PostStore::open(dir / "posts.db", true, "")) {}

  void put(const std::string& body, const std::string& source = "cloud 1") {
    Post post;
    post.source = source;
    post.digest = sealer.mark(Secret(body), source);
    post.content_type = "application/json";
    post.signature = "sha256=of " + body;
    post.sealed = sealer.seal(Secret(body), webhooks::sealing_purpose(post.digest));
    post.arrived = clock.now();
    post.to_forward = true;
    REQUIRE(store->keep(post).has_value());
  }

  TempDir dir;
  SystemClock clock;
  Sealer sealer;
  std::unique_ptr<PostStore> store;
};

webhooks::ForwarderOptions quick() {
  webhooks::ForwarderOptions options;
  options.cloud_url = "http://127.0.0.1:1/hook";
  options.threads = 4;
  options.first_wait = 2ms;
  options.longest_wait = 5ms;
  return options;
}

template <class Holds>
bool soon(Holds holds) {
  for (int looks = 0; looks < 15000; ++looks) {
    if (holds()) return true;
    std::this_thread::sleep_for(2ms);
  }
  return false;
}

}  // namespace

TEST_CASE("a consumer gets the same bytes under the same signature, each once") {
  Shelf shelf;
  std::string seen;
  Consumer consumer([&](const HttpRequest& request) {
    seen = request.method + " " + request.url + " " + request.content_type + " " + request.headers.at(0).name + " " +
           request.headers.at(0).value;
    return answers(200);
  });
  shelf.put("{\"a\": 1}");
  webhooks::Forwarder forwarder(quick(), *shelf.store, shelf.sealer, consumer, shelf.clock);
  CHECK(soon([&] { return forwarder.counts().forwarded == 1; }));
  forwarder.stop();
  CHECK(consumer.taken() == std::vector<std::string>{"{\"a\": 1}"});
  CHECK(seen == "POST http://127.0.0.1:1/hook application/json X-Hub-Signature-256 sha256=of {\"a\": 1}");
  CHECK(shelf.store->awaiting(0, 10)->empty());
}

TEST_CASE("while the consumer is down nothing is lost, and the order of a source is kept") {
  Shelf shelf;
  std::atomic<int> asked = 0;
  Consumer consumer([&](const HttpRequest&) {
    const int nth = ++asked;
    if (nth <= 5) return is_down();
    return nth % 3 == 0 ? answers(500) : answers(204);
  });
  std::vector<std::string> bodies;
  for (int i = 0; i < 12; ++i) bodies.push_back(fmt::format("{{\"n\":{}}}", i));
  for (int i = 0; i < 6; ++i) shelf.put(bodies[static_cast<std::size_t>(i)]);
  webhooks::Forwarder forwarder(quick(), *shelf.store, shelf.sealer, consumer, shelf.clock);
  for (std::size_t i = 6; i < 12; ++i) {
    shelf.put(bodies[i]);
    forwarder.wake();
  }
  CHECK(soon([&] { return forwarder.counts().forwarded == 12; }));
  CHECK(forwarder.counts().failures > 5);
  CHECK(forwarder.counts().awaiting == 0);
  CHECK(consumer.taken() == bodies);
}

TEST_CASE("what was not forwarded before the end is forwarded by the next process, and nothing else is") {
  Shelf shelf;
  for (const char* body : {"{\"n\":1}", "{\"n\":2}", "{\"n\":3}"}) shelf.put(body);
  Consumer takes_one(
      [&](const HttpRequest& request) { return request.body.reveal() == "{\"n\":1}" ? answers(200) : is_down(); });
  {
    webhooks::Forwarder forwarder(quick(), *shelf.store, shelf.sealer, takes_one, shelf.clock);
    CHECK(soon([&] { return forwarder.counts().forwarded == 1 && forwarder.counts().failures > 0; }));
    CHECK(forwarder.counts().last_failure == "nobody listens there");
  }
  Consumer takes_all([](const HttpRequest&) { return answers(200); });
  webhooks::Forwarder forwarder(quick(), *shelf.store, shelf.sealer, takes_all, shelf.clock);
  CHECK(soon([&] { return forwarder.counts().forwarded == 2; }));
  CHECK(takes_all.taken() == std::vector<std::string>{"{\"n\":2}", "{\"n\":3}"});
}

TEST_CASE(
    "a post that the consumer always refuses steps aside and is tried on, and a source does not hold up another") {
  Shelf shelf;
  std::atomic<bool> mended = false;
  Consumer consumer([&](const HttpRequest& request) {
    return request.body.reveal() == "{\"bad\":1}" && !mended ? answers(400) : answers(200);
  });
  shelf.put("{\"bad\":1}");
  shelf.put("{\"good\":2}");
  shelf.put("{\"other\":3}", "cloud 2");
  auto options = quick();
  options.refusals_before_aside = 3;
  webhooks::Forwarder forwarder(options, *shelf.store, shelf.sealer, consumer, shelf.clock);
  CHECK(soon([&] { return forwarder.counts().forwarded == 2; }));
  CHECK(forwarder.counts().aside == 1);
  CHECK(shelf.store->awaiting(0, 10)->size() == 1);
  mended = true;
  CHECK(soon([&] { return forwarder.counts().forwarded == 3; }));
  CHECK(shelf.store->awaiting(0, 10)->empty());
}

TEST_CASE("a consumer that is down is not a refusal: nothing steps aside for it") {
  Shelf shelf;
  std::atomic<int> asked = 0;
  Consumer consumer([&](const HttpRequest&) { return ++asked <= 30 ? is_down() : answers(200); });
  shelf.put("{\"n\":1}");
  shelf.put("{\"n\":2}");
  auto options = quick();
  options.refusals_before_aside = 3;
  webhooks::Forwarder forwarder(options, *shelf.store, shelf.sealer, consumer, shelf.clock);
  CHECK(soon([&] { return forwarder.counts().forwarded == 2; }));
  CHECK(forwarder.counts().aside == 0);
  CHECK(consumer.taken() == std::vector<std::string>{"{\"n\":1}", "{\"n\":2}"});
}
