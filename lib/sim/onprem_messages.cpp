// On-premises: contacts, and messages as Meta's collection and reference have them; reactions and some interactive ones
// are not simulated.
#include <fmt/format.h>

#include <array>

#include "sim/contents.hpp"
#include "sim/messages.hpp"
#include "sim/onprem_call.hpp"

namespace wamigrate::sim {
namespace {

constexpr std::array text_fields{Field{"body", Shape::text, true}};
constexpr std::array template_fields{Field{"namespace"}, Field{"name", Shape::text, true},
                                     Field{"language", Shape::object, true}, Field{"components", Shape::list}};
constexpr std::array language_fields{Field{"policy", Shape::text, true}, Field{"code", Shape::text, true}};

std::optional<Refusal> check_text(const Json& content) {
  if (auto bad = body_refusal(content, text_fields)) return bad;
  const std::size_t length = text_at(content, "body").size();
  if (length == 0) return Refusal{1009, "Parameter body is not valid"};
  if (length > longest_text) return Refusal{1001, fmt::format("Message is longer than {} characters", longest_text)};
  return std::nullopt;
}

std::optional<Refusal> check_template(const OnpremCall& call, const Json& content) {
  if (auto bad = body_refusal(content, template_fields)) return bad;
  if (auto bad = body_refusal(content["language"], language_fields)) return bad;
  if (text_at(content["language"], "policy") != "deterministic") {
    return Refusal{1009, "Parameter policy is not valid"};
  }
  return template_refusal(call.state, *call.number, Side::onprem, content);
}

std::optional<Refusal> check_content(const OnpremCall& call, const std::string& type) {
  const Json& content = call.body[type];
  if (type == "text") return check_text(content);
  if (type == "template") return check_template(call, content);
  return refusal_of(content_problem(Side::onprem, type, content));
}

}  // namespace

OnpremAnswer post_contacts(OnpremCall& call) {
  constexpr std::array fields{Field{"blocking"}, Field{"contacts", Shape::list, true},
                              Field{"force_check", Shape::flag}};
  if (auto bad = body_refusal(call.body, fields)) return tl::make_unexpected(*bad);
  if (auto bad = connected_refusal(call)) return tl::make_unexpected(*bad);
  Json contacts = Json::array();
  for (const Json& each : call.body["contacts"]) {
    if (!each.is_string()) return refuse_onprem(1009, "contacts must be text");
    const auto input = each.get<std::string>();
    contacts.push_back({{"input", input}, {"status", "valid"}, {"wa_id", wa_id_of(input)}});
  }
  return OnpremReply{.body = {{"contacts", contacts}}};
}

OnpremAnswer post_onprem_messages(OnpremCall& call) {
  // That preview_url stands beside the text is remembered, and on no page at hand.
  constexpr std::array around{Field{"to", Shape::text, true}, Field{"recipient_type"}, Field{"type"},
                              Field{"preview_url", Shape::flag}};
  if (auto bad = body_refusal(call.body, message_fields(around))) return tl::make_unexpected(*bad);
  const std::string type = type_of(call.body);
  if (!is_simulated(type)) {
    return refuse_onprem(1009, fmt::format("type must be one of {} here", simulated_types()));
  }
  if (!call.body.contains(type)) return refuse_onprem(1008, fmt::format("{} is required", type));
  const std::string to = text_at(call.body, "to");
  if (!is_recipient(to)) return refuse_onprem(1009, "Parameter to is not valid");
  if (auto bad = connected_refusal(call)) return tl::make_unexpected(*bad);
  if (call.number == nullptr) return refuse_onprem(1011, "The client has no number");
  auto bad = check_content(call, type);
  if (!bad) bad = limit_refusal(call.state, *call.number, Side::onprem, to, call.at);
  if (bad) return tl::make_unexpected(*bad);
  const std::string id = admit(call.state, *call.number, Side::onprem, {to, ""}, call.at);
  call.change = "a message was accepted";
  return OnpremReply{.status = 201, .body = {{"messages", Json::array({Json{{"id", id}}})}}};
}

}  // namespace wamigrate::sim
