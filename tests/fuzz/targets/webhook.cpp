// What strangers post where webhooks are received, and how they sign it.
#include "fuzz/targets/target.hpp"
#include "webhooks/evidence.hpp"
#include "webhooks/reading.hpp"
#include "webhooks/signature.hpp"

namespace wamigrate::fuzz {
namespace {

void check(const webhooks::Reading& reading) {
  for (const StatusNews& status : reading.statuses) {
    holds(!status.message.empty() && !status.status.empty(), "a status has its message and its word");
    for (const std::string& text : {status.message, status.status, status.number, status.recipient, status.code}) {
      holds(is_plain(text), "what is read of a status is plain");
    }
    holds(status.callback.find('\0') == std::string::npos, "a tag can be stored");
    holds(status.recipient.size() <= 16, "a recipient is masked");
    holds(status.at >= Time{} && status.at <= latest, "a status has a time that can be written");
  }
  for (const InboundNews& message : reading.messages) {
    holds(!message.message.empty(), "a message has an id");
    for (const std::string& text : {message.message, message.type, message.number, message.sender}) {
      holds(is_plain(text), "what is read of a message is plain");
    }
    holds(message.sender.size() <= 16, "a sender is masked");
  }
}

void run_webhook(std::string_view input) {
  Fields fields(input);
  const std::string signature = fields.next();
  const std::string_view body = fields.rest();
  const Secret secret(std::string("app secret"));
  if (webhooks::signed_by(secret, body, signature)) {
    holds(webhooks::signature_of(secret, body).size() == signature.size(), "only the signature of these bytes passes");
  }
  if (const auto cloud = webhooks::read_cloud(body)) check(*cloud);
  if (const auto onprem = webhooks::read_onprem(body, "de-1")) check(*onprem);
  // The same as a line of evidence.
  const EvidenceQuestion question{.phone_number_id = "2", .deployment = "de-1", .tags = {"tag"}, .messages = {"gBEG"}};
  for (const MessageFate& fate : webhooks::evidence_in(body, question).messages) {
    holds(fate.tag == "tag" || fate.message == "gBEG", "nothing is told of a message that was not asked about");
    holds(is_plain(fate.message) && is_plain(fate.code), "what is told of a message is plain");
  }
}

std::vector<std::string> webhook_seeds() {
  const std::string value =
      R"("contacts":[{"profile":{"name":"A"},"wa_id":"16505551234"}],"messages":[{"from":"16505551234","id":"wamid.1",)"
      R"("timestamp":"1748811473","type":"text","text":{"body":"hello"}}],"statuses":[{"id":"wamid.2","status":"failed",)"
      R"("timestamp":"1748811473","recipient_id":"16505551234","biz_opaque_callback_data":"tag","errors":[{"code":131026,)"
      R"("title":"x"}]},{"id":"gBEG","status":"sent","timestamp":1,"message":{"recipient_id":"16505551234"}}])";
  const std::string cloud =
      R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":)"
      R"({"display_phone_number":"15550783881","phone_number_id":"2"},)" +
      value + "}}]}]}";
  return {joined({webhooks::signature_of(Secret(std::string("app secret")), cloud)}) + cloud,
          joined({"sha256=00"}) + "{" + value + "}"};
}

}  // namespace

const Target webhook{"webhook", run_webhook, webhook_seeds};

}  // namespace wamigrate::fuzz
