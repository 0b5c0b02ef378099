// Graph's messages: what Meta documents of them, strictly; reactions and some interactive ones are not simulated.
#include <fmt/format.h>

#include <array>

#include "sim/contents.hpp"
#include "sim/graph_call.hpp"
#include "sim/messages.hpp"

namespace wamigrate::sim {
namespace {

constexpr std::array text_fields{Field{"body", Shape::text, true}, Field{"preview_url", Shape::flag}};
constexpr std::array template_fields{Field{"name", Shape::text, true}, Field{"language", Shape::object, true},
                                     Field{"components", Shape::list}};
constexpr std::array language_fields{Field{"code", Shape::text, true}, Field{"policy"}};

Refusal misfit(std::string_view what, const BodyProblem& problem) {
  return {100, fmt::format("(#100) Invalid parameter {}: {}", what, to_text(problem))};
}

std::optional<Refusal> check_content(const GraphCall& call, const std::string& type) {
  const Json& content = call.body[type];
  if (type == "text") {
    if (const auto problem = check_fields(content, text_fields)) return misfit("text", *problem);
    const std::size_t length = text_at(content, "body").size();
    if (length == 0 || length > longest_text) {
      return Refusal{100, fmt::format("(#100) Param text['body'] must be 1 to {} characters long", longest_text)};
    }
    return std::nullopt;
  }
  if (type != "template") {
    const auto problem = content_problem(Side::graph, type, content);
    return problem ? std::optional(misfit(type, *problem)) : std::nullopt;
  }
  if (const auto problem = check_fields(content, template_fields)) return misfit("template", *problem);
  if (const auto problem = check_fields(content["language"], language_fields)) return misfit("language", *problem);
  return template_refusal(call.state, *call.number, Side::graph, content);
}

std::optional<Refusal> check_message(const GraphCall& call) {
  constexpr std::array around{Field{"messaging_product", Shape::text, true},
                              Field{"recipient_type"},
                              Field{"to"},
                              Field{"type"},
                              Field{"biz_opaque_callback_data"},
                              Field{"context", Shape::object},
                              Field{"status"},
                              Field{"message_id"}};
  if (auto bad = body_refusal(call, message_fields(around))) return bad;
  if (auto bad = product_refusal(call)) return bad;
  if (text_at(call.body, "status") == "read") return std::nullopt;
  const std::string to = text_at(call.body, "to");
  if (to.empty()) return Refusal{131008, "to is required"};
  const std::string type = type_of(call.body);
  if (!is_simulated(type)) return Refusal{131009, fmt::format("type must be one of {} here", simulated_types())};
  if (!call.body.contains(type)) return Refusal{131008, fmt::format("{} is required", type)};
  if (holds_another(call.body, type)) return Refusal{100, "(#100) One type per message"};
  if (!is_recipient(to)) return Refusal{131009, "to is not a phone number"};
  return check_content(call, type);
}

}  // namespace

GraphAnswer post_messages(GraphCall& call) {
  if (auto bad = check_message(call)) return tl::make_unexpected(*bad);
  if (call.number->timeline.at(call.at).served_by != ServedBy::cloud) {
    return refuse(133010, "The phone number is not registered");
  }
  if (text_at(call.body, "status") == "read") return success(call);
  const Submission message{text_at(call.body, "to"), text_at(call.body, "biz_opaque_callback_data")};
  if (auto over = limit_refusal(call.state, *call.number, Side::graph, message.to, call.at)) {
    return tl::make_unexpected(*over);
  }
  const std::string id = admit(call.state, *call.number, Side::graph, message, call.at);
  call.change = "a message was accepted";
  return Json{{"messaging_product", "whatsapp"},
              {"contacts", Json::array({Json{{"input", message.to}, {"wa_id", wa_id_of(message.to)}}})},
              {"messages", Json::array({Json{{"id", id}}})}};
}

}  // namespace wamigrate::sim
