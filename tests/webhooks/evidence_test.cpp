// What webhooks say of the messages that were asked about, from lines and from a receiver's store.
#include "webhooks/evidence.hpp"

#include <algorithm>

#include "support/catch.hpp"
#include "webhooks/hooks.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using namespace wamigrate::webhooks;
using namespace std::chrono_literals;

namespace {

constexpr int at = 1748811473;
const std::string tag = R"(,"biz_opaque_callback_data":"wamigrate-1")";

EvidenceQuestion question() {
  return {.place = {},
          .phone = "+15550783881",
          .phone_number_id = "106540352242922",
          .deployment = "de-1",
          .tags = {"wamigrate-1"},
          .messages = {"gBEG1"},
          .sender = "16505551234",
          .since = {}};
}

std::string line(const std::string& statuses, const std::string& messages = "") {
  return cloud_post(change_of(statuses, messages)) + "\n";
}

std::string status(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& one : lines) text += one;
  const MessageEvidence evidence = evidence_in(text, question());
  return evidence.messages.size() == 1 ? evidence.messages.front().status : "";
}

}  // namespace

TEST_CASE("delivered or read wins over failed, in whatever order and however often statuses come") {
  const std::string sent = line(status_of("wamid.1", "sent", at, tag));
  const std::string delivered = line(status_of("wamid.1", "delivered", at + 1, tag));
  const std::string failed = line(status_of("wamid.1", "failed", at + 1, tag + R"(,"errors":[{"code":131026}])"));
  std::vector<std::string> lines = {delivered, failed, failed, sent};
  std::sort(lines.begin(), lines.end());
  do {
    CHECK(status(lines) == "delivered");
  } while (std::next_permutation(lines.begin(), lines.end()));
  CHECK(status({sent, failed}) == "failed");
  CHECK(status({failed, sent}) == "failed");
  CHECK(status({sent}) == "sent");
  CHECK(status({sent, line(status_of("wamid.1", "played", at, tag)), failed}) == "read");
  CHECK(status({line(status_of("wamid.1", "newer_word", at, tag))}).empty());
}

TEST_CASE("a message is known by its tag or by its id, and others are not asked about") {
  const std::string lines = line(status_of("wamid.1", "sent", at, tag)) + line(status_of("wamid.2", "read")) +
                            onprem_post(status_of("gBEG1", "delivered")) + "\n";
  const MessageEvidence evidence = evidence_in(lines, question());
  REQUIRE(evidence.messages.size() == 2);
  CHECK(evidence.messages[0].message == "gBEG1");
  CHECK(evidence.messages[0].status == "delivered");
  CHECK(evidence.messages[1].tag == "wamigrate-1");
}

TEST_CASE("what is not a webhook is passed over") {
  const std::string lines = "\nnot json\n[1]\n{}\n{\"entry\":7}\n" + line(status_of("wamid.1", "read", at, tag)) + "{";
  CHECK(status({lines}) == "read");
  CHECK(evidence_in("", question()).messages.empty());
}

TEST_CASE("a message came in when its sender wrote to this number, at its home, since the first was sent") {
  EvidenceQuestion asked = question();
  const std::string lines = line("", message_of("wamid.9"));
  CHECK_FALSE(evidence_in(lines, asked).incoming);
  asked.since = Time(std::chrono::seconds(at)) + 900ms;  // platforms tell whole seconds
  CHECK(evidence_in(lines, asked).incoming);
  asked.since = Time(std::chrono::seconds(at + 1));
  CHECK_FALSE(evidence_in(lines, asked).incoming);
  asked.since = Time(std::chrono::seconds(at));
  asked.sender = "16505550000";
  CHECK_FALSE(evidence_in(lines, asked).incoming);
  asked.sender = "16505551234";
  asked.phone_number_id = "1";
  CHECK_FALSE(evidence_in(lines, asked).incoming);
  asked.phone_number_id = "106540352242922";
  asked.side = PostSide::onprem;
  CHECK_FALSE(evidence_in(lines, asked).incoming);
  CHECK(evidence_in(onprem_post("", message_of("ABGG1")), asked).incoming);
}
