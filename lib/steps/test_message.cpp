// The message that proves what no state of a number proves: that messages flow. One is sent when everything else of the
// road is done, tagged where the API has tags, and webhooks tell what became of it; nothing here takes the number back.
#include <fmt/format.h>

#include "api/onprem.hpp"
#include "steps/kinds.hpp"

namespace wamigrate {
namespace {

using namespace std::chrono_literals;

// Last of all, so that nothing else of a number waits for a telephone.
constexpr Facts sent_to_cloud_after = {Fact::cloud_is_home, Fact::healthy_on_cloud, Fact::old_client_silent,
                                       Fact::webhook_effective, Fact::promises_compared};
constexpr Facts sent_onprem_after = {Fact::onprem_is_home, Fact::onprem_healthy, Fact::shards_restored,
                                     Fact::onprem_settings_restored, Fact::promises_compared};

std::string id_of(const Json& reply) {
  const auto message = api::accepted_message(reply);
  return message ? message->id : std::string();
}

Step sending() {
  Step step;
  step.kind = {
      .name = "send_test_message",
      .title = "send the test message",
      .effect = {.needs = Facts{Fact::test_message_asked} | sent_to_cloud_after, .gives = {Fact::test_message_sent}},
      .cost = 2,
      .duration = 2s,
      .changes = true,
      .after_arrival = true,
      .doing =
          "Sends the inventory's test message through the new home, tagged so that its statuses are known by "
          "it. If the answer is lost it is looked for, and never sent again unless a person asks for another.",
      .by_hand = "POST /<PHONE_NUMBER_ID>/messages to a telephone of yours."};
  step.on = "message";
  step.call = [](const Material& m) {
    const TestMessage& message = *m.number.test_message;
    const std::string& id = m.number.phone_number_id;
    if (message.template_name.empty()) {
      return api::graph_calls::send_text(id, message.recipient(), message.text, m.tag);
    }
    return api::graph_calls::send_template(id, message.recipient(),
                                           {message.template_name, message.template_language, {}}, m.tag);
  };
  step.vouches = [](int) { return Facts{Fact::test_message_sent}; };
  step.names = id_of;
  return step;
}

}  // namespace

Step send_test_message() { return sending(); }

Step send_test_message_onprem() {
  Step step = sending();
  step.kind.name = "send_test_message_onprem";
  step.kind.title = "send the test message on-premises";
  step.kind.effect.needs = Facts{Fact::test_message_asked} | sent_onprem_after;
  step.kind.doing =
      "Sends the inventory's test message through the client. On-premises knows no tags: if the answer is lost nothing "
      "can show whether it was sent, and it is never sent again unless a person asks for another.";
  step.kind.by_hand = "POST /v1/messages to a telephone of yours.";
  step.side = api::Side::onprem;
  step.call = [](const Material& m) {
    const TestMessage& message = *m.number.test_message;
    if (message.template_name.empty()) return api::onprem_calls::send_text(message.recipient(), message.text);
    return api::onprem_calls::send_template(message.recipient(),
                                            {message.template_name, message.template_language, {}});
  };
  return step;
}

Step confirm_test_message() {
  Step step;
  step.kind = {.name = "confirm_test_message",
               .title = "see the test message delivered",
               .effect = {.needs = {Fact::test_message_sent}, .gives = {Fact::test_message_delivered}},
               .cost = 1,
               .duration = 10s,
               .after_arrival = true,
               .doing =
                   "Asks the inventory's evidence for the message's webhooks. Delivered or read on any device settles "
                   "it; sent alone, failed or nothing at all is inconclusive: the number stays where it is and a "
                   "person decides.",
               .by_hand = "Look at the telephone, or for a status webhook `delivered`."};
  return step;
}

Step await_inbound_message() {
  Step step;
  step.kind = {
      .name = "await_inbound_message",
      .title = "see a message come in",
      .effect = {.needs = {Fact::inbound_asked, Fact::test_message_delivered}, .gives = {Fact::inbound_message_seen}},
      .cost = 30,
      .duration = 1min,
      .actor = Actor::person_during,
      .after_arrival = true,
      .doing =
          "People's step: the recipient of the test message answers it, and the answer's webhook is waited "
          "for. Without it a person decides; the number stays where it is.",
      .by_hand = "Write to the number from that telephone, and look for the webhook."};
  return step;
}

std::string told_by_webhooks(const Step& step, const Observation& seen) {
  if (!seen.test) return {};
  if (step.kind.effect.gives.has(Fact::inbound_message_seen)) return seen.test->incoming ? "came in" : "";
  const bool delivery = step.kind.effect.gives.has(Fact::test_message_delivered) && seen.test->delivered();
  return delivery ? seen.test->status : "";
}

std::string inconclusive_test(const Step& step, const TestMessage& message, const Observation& seen) {
  static const TestMessageView nothing;
  const TestMessageView& view = seen.test ? *seen.test : nothing;
  if (!view.asked.answered()) {
    return fmt::format("what became of the test message can't be told: {}",
                       view.asked.detail->empty() ? "nobody was asked" : *view.asked.detail);
  }
  if (step.kind.effect.gives.has(Fact::inbound_message_seen)) {
    return fmt::format("no message of the test recipient has come in within {}",
                       for_people(message.inbound.value_or(Millis(0))));
  }
  if (view.status == "failed") {
    std::string why = "a status webhook says that the test message has failed";
    if (view.code.empty()) return why;
    const auto side = step.kind.name.ends_with("onprem") ? api::Side::onprem : api::Side::graph;
    const api::CatalogueEntry& entry = api::look_up(side, view.code, "", "message", 0);
    return why + fmt::format(" ({}, {}). {}", view.code, entry.title, entry.advice);
  }
  const std::string_view heard = view.status == "sent" ? "it is sent, and not delivered" : "no webhook tells of it";
  return fmt::format("the test message is inconclusive: {} within {}", heard, for_people(message.wait));
}

}  // namespace wamigrate
