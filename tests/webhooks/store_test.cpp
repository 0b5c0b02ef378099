// What the store of posts promises: once, in order, folded whatever the order, and asked by another process.
#include <thread>

#include "ports/group_commit.hpp"
#include "ports/places.hpp"
#include "ports/post_store.hpp"
#include "support/catch.hpp"
#include "webhooks/evidence.hpp"
#include "webhooks/reading.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using webhooks::Verdict;
using webhooks::verdict_of;

namespace {

constexpr Time noon = Time(Millis(1748865600000));

Post post_of(const std::string& digest, std::vector<StatusNews> statuses = {}, std::vector<InboundNews> messages = {}) {
  Post post;
  post.source = "cloud 1";
  post.digest = digest;
  post.sealed = "sealed " + digest;
  post.bytes = 3;
  post.arrived = noon;
  post.statuses = std::move(statuses);
  post.messages = std::move(messages);
  return post;
}

std::unique_ptr<PostStore> open(const TempDir& dir, const std::string& key_mark = "key") {
  auto store = PostStore::open(dir / "posts.db", true, key_mark);
  INFO((store ? "" : store.error().message));
  REQUIRE(store.has_value());
  return std::move(*store);
}

StatusNews news(const std::string& status, int second) {
  return {.message = "wamid.1",
          .status = status,
          .number = "7",
          .recipient = "165…34",
          .at = noon + std::chrono::seconds(second)};
}

}  // namespace

TEST_CASE("a post is stored once, and what was read of it can be asked for by another opener") {
  const TempDir dir;
  const auto store = open(dir);
  Post post = post_of("a", {news("sent", 1)},
                      {{.message = "wamid.in", .type = "text", .number = "7", .sender = "1…2", .at = noon}});
  post.statuses[0].callback = "tag 1";
  CHECK(store->keep(post) == PostStore::Kept::stored);
  CHECK(store->keep(post) == PostStore::Kept::duplicate);
  const auto other = PostStore::open(dir / "posts.db", false, "");
  REQUIRE(other.has_value());
  CHECK((*other)->totals()->posts == 1);
  const auto one = (*other)->outgoing("wamid.1");
  REQUIRE(one->has_value());
  CHECK((*one)->sent == noon + std::chrono::seconds(1));
  CHECK((*one)->first_heard == noon);
  CHECK((*other)->outgoing_tagged("tag 1")->size() == 1);
  CHECK((*other)->outgoing_tagged("")->empty());
  CHECK((*other)->outgoing_between(noon, noon + Millis(1))->size() == 1);
  CHECK((*other)->outgoing_between(noon + Millis(1), latest)->empty());
  CHECK((*other)->incoming("wamid.in")->value().type == "text");
  CHECK((*other)->incoming_between(noon, latest)->size() == 1);
  CHECK_FALSE((*other)->incoming("wamid.1")->has_value());
  CHECK((*other)->post(1)->value().sealed == "sealed a");
  CHECK_FALSE((*other)->post(2)->has_value());
}

TEST_CASE("statuses come to the same in every order and however often they come") {
  std::vector<StatusNews> told = {news("sent", 1), news("failed", 2), news("delivered", 3), news("delivered", 9)};
  std::sort(told.begin(), told.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  std::vector<std::size_t> order = {0, 1, 2, 3};
  do {
    const TempDir dir;
    const auto store = open(dir);
    int count = 0;
    for (const std::size_t i : order) {
      REQUIRE(store->keep(post_of(std::to_string(++count), {told[i]})).has_value());
      REQUIRE(store->keep(post_of(std::to_string(++count), {told[i]})).has_value());
    }
    const auto one = store->outgoing("wamid.1");
    REQUIRE(one->has_value());
    CHECK(verdict_of(**one) == Verdict::delivered);
    CHECK((*one)->delivered == noon + std::chrono::seconds(3));
    CHECK((*one)->failed == noon + std::chrono::seconds(2));
    CHECK((*one)->sent == noon + std::chrono::seconds(1));
    CHECK_FALSE((*one)->read.has_value());
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("a voice message that was played was read") {
  const TempDir dir;
  const auto store = open(dir);
  REQUIRE(store->keep(post_of("1", {news("played", 4)})).has_value());
  CHECK((*store->outgoing("wamid.1"))->read == noon + std::chrono::seconds(4));
}

TEST_CASE("what is to be forwarded is known in the order in which it was stored, until it was") {
  const TempDir dir;
  {
    const auto store = open(dir);
    for (const char* digest : {"a", "b", "c"}) {
      Post post = post_of(digest);
      post.to_forward = std::string(digest) != "b";
      REQUIRE(store->keep(post).has_value());
    }
    CHECK(store->awaiting(0, 10)->size() == 2);
    REQUIRE(store->forwarded(1, noon).has_value());
  }
  const auto again = open(dir);
  const auto left = again->awaiting(0, 10);
  REQUIRE(left->size() == 1);
  CHECK(left->front().id == 3);
  CHECK(left->front().source == "cloud 1");
  CHECK(again->awaiting(3, 10)->empty());
}

TEST_CASE("old posts are forgotten and what was read of them is not; what waits to be forwarded is kept") {
  const TempDir dir;
  const auto store = open(dir);
  Post waiting = post_of("b");
  waiting.to_forward = true;
  REQUIRE(store->keep(post_of("a", {news("sent", 1)})).has_value());
  REQUIRE(store->keep(waiting).has_value());
  CHECK(store->drop_bodies(noon) == 0);
  CHECK(store->drop_bodies(noon + Millis(1)) == 1);
  CHECK(store->drop_bodies(noon + Millis(1)) == 0);
  CHECK(store->post(1)->value().sealed.empty());
  CHECK_FALSE(store->post(2)->value().sealed.empty());
  CHECK(store->outgoing("wamid.1")->has_value());
  CHECK(store->keep(post_of("a")) == PostStore::Kept::duplicate);
}

TEST_CASE("a store is not gone on with under another key") {
  const TempDir dir;
  open(dir, "one");
  const auto refused = PostStore::open(dir / "posts.db", true, "two");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("another key") != std::string::npos);
  CHECK(PostStore::open(dir / "posts.db", false, "").has_value());
}

TEST_CASE("others than its owner see nothing of the store") {
  const TempDir dir;
  const auto store = PostStore::open(dir / "new" / "posts.db", true, "key");
  REQUIRE(store.has_value());
  CHECK(mode_of(dir / "new") == 0700);
  CHECK(mode_of(dir / "new" / "posts.db") == 0600);
}

TEST_CASE("posts that wait at the same time share a commit, and each learns what became of it") {
  std::mutex gate;
  std::condition_variable opened;
  bool open_now = false;
  std::vector<std::size_t> groups;
  struct Item {
    int value = 0;
    int doubled = 0;
  };
  GroupCommit<Item> commits(4, [&](const std::vector<Item*>& items) {
    std::unique_lock lock(gate);
    opened.wait(lock, [&] { return open_now; });
    groups.push_back(items.size());
    for (Item* item : items) item->doubled = 2 * item->value;
  });
  std::vector<Item> items(9);
  std::vector<std::thread> callers;
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].value = static_cast<int>(i);
    callers.emplace_back([&, i] { commits.run(items[i]); });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  {
    const std::lock_guard lock(gate);
    open_now = true;
  }
  opened.notify_all();
  for (std::thread& caller : callers) caller.join();
  std::size_t all = 0;
  for (const std::size_t size : groups) {
    CHECK(size <= 4);
    all += size;
  }
  CHECK(all == items.size());
  CHECK(groups.size() < items.size());
  for (const Item& item : items) CHECK(item.doubled == 2 * item.value);
}

TEST_CASE("a store is asked by tag and by id, and for what came in since then at the number's home") {
  const TempDir dir;
  const auto store = open(dir);
  Post tagged = post_of("a", {news("failed", 1)});
  tagged.statuses[0].callback = "tag 1";
  tagged.statuses[0].code = "131026";
  REQUIRE(store->keep(tagged).has_value());
  EvidenceQuestion question{.place = {},
                            .phone = {},
                            .phone_number_id = "7",
                            .deployment = "de-1",
                            .tags = {"tag 1"},
                            .messages = {},
                            .sender = "16505551234",
                            .since = noon};
  auto evidence = webhooks::evidence_in(*store, question);
  REQUIRE(evidence.has_value());
  REQUIRE(evidence->messages.size() == 1);
  CHECK(evidence->messages[0].status == "failed");
  CHECK(evidence->messages[0].code == "131026");
  CHECK_FALSE(evidence->incoming);
  REQUIRE(store->keep(post_of("b", {news("delivered", 2)})).has_value());
  REQUIRE(store->keep(post_of("c", {}, {{"wamid.in", "text", "7", "165…34", noon}})).has_value());
  question.tags = {"no such tag"};
  question.messages = {"wamid.1", "wamid.unheard"};
  evidence = webhooks::evidence_in(*store, question);
  REQUIRE(evidence->messages.size() == 1);
  CHECK(evidence->messages[0].status == "delivered");
  CHECK(evidence->incoming);
  question.since = noon + std::chrono::hours(1);
  CHECK_FALSE(webhooks::evidence_in(*store, question)->incoming);
}
