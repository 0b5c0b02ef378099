// What the handlers of Graph's endpoints share: one request being answered, the reply's forms, and the table that
// says which handler answers what. Private to the Graph door.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/doors.hpp"

namespace wamigrate::sim {

struct GraphRoute;

struct GraphCall {
  State& state;
  const DoorRequest& request;
  Time at{};
  const GraphRoute* route = nullptr;
  int version = 0;                ///< 23 of v23.0.
  WorldNumber* number = nullptr;  ///< Of the phone number ID in the path.
  Waba* waba = nullptr;           ///< Of the WABA ID in the path.
  App* app = nullptr;             ///< Whose token was sent.
  Json body = Json::object();     ///< Empty where the body is a file's bytes.
  std::string change{};           ///< For the log.
  Millis takes{0};
};

using GraphAnswer = tl::expected<Json, Refusal>;

enum class NodeOf { none, phone, waba, app, upload };

struct GraphRoute {
  std::string_view kind{};
  std::string_view method{};
  NodeOf node;
  std::string_view edge{};  ///< After the node's id; empty: the node itself.
  bool changing;
  bool management;                             ///< Counts against the WABA's hourly limit.
  std::vector<std::string_view> scopes{};      ///< All of them are needed.
  std::vector<std::string_view> parameters{};  ///< The query may hold no others.
  GraphAnswer (*handle)(GraphCall&);
};

/// All of them.
const std::vector<GraphRoute>& graph_routes();

/// `return refuse(100, "…");` from any handler.
inline tl::unexpected<Refusal> refuse(int code, std::string details, int subcode = 0, int http = 0) {
  return tl::make_unexpected(Refusal{code, std::move(details), subcode, http});
}

/// From the header, or the parameter access_token; empty for none.
std::string token_of(const DoorRequest& request);
/// {"success": true}, in the dialect's spelling.
Json success(const GraphCall& call);
/// The reply to a refusal in Graph's envelope.
DoorReply graph_refusal(State& state, const Refusal& refusal);
/// The same for a limit that is reached, with the usage headers that say how long it lasts, in whole minutes.
DoorReply graph_throttled(State& state, const DoorRequest& request, const Refusal& refusal, Millis wait);
/// Refused with 100 where the body is not as documented.
std::optional<Refusal> body_refusal(const GraphCall& call, std::span<const Field> fields);
/// `messaging_product` must say whatsapp.
std::optional<Refusal> product_refusal(const GraphCall& call);

using FieldReader = std::function<Json(std::string_view)>;  ///< Null: nothing to say, left out.
/// The object with the asked fields, or the usual ones; 100 for a field that is not in `known`.
GraphAnswer pick_fields(const GraphCall& call, std::span<const std::string_view> known,
                        std::span<const std::string_view> usual, const FieldReader& read);

/// One page of the items of these ids as `limit` and `after` ask for, in {"data", "paging"}; `read` makes an item of
/// its place in the list.
GraphAnswer page_of(const GraphCall& call, const std::vector<std::string>& ids,
                    const std::function<GraphAnswer(std::size_t)>& read);

/// {"can_send_message", "entities"} of a number or, with null, of the call's WABA.
Json health_status(GraphCall& call, const WorldNumber* number);
/// `2026-05-29T20:11:58+0000`.
std::string graph_time(Time time);

// graph_errors.cpp, graph_replies.cpp and graph_door.cpp hold the above.
// Handlers, by file: graph_numbers.cpp, graph_moves.cpp, graph_waba.cpp, graph_business.cpp,
// graph_uploads.cpp, graph_messages.cpp.
GraphAnswer get_node(GraphCall& call);
GraphAnswer get_phone_numbers(GraphCall& call);
GraphAnswer post_node(GraphCall& call);
GraphAnswer post_register(GraphCall& call);
GraphAnswer post_deregister(GraphCall& call);
GraphAnswer post_request_code(GraphCall& call);
GraphAnswer post_verify_code(GraphCall& call);
GraphAnswer get_waba(GraphCall& call);
GraphAnswer get_subscribed_apps(GraphCall& call);
GraphAnswer post_subscribed_apps(GraphCall& call);
GraphAnswer delete_subscribed_apps(GraphCall& call);
GraphAnswer get_templates(GraphCall& call);
GraphAnswer get_debug_token(GraphCall& call);
GraphAnswer get_profile(GraphCall& call);
GraphAnswer get_compliance(GraphCall& call);
GraphAnswer post_compliance(GraphCall& call);
GraphAnswer post_uploads(GraphCall& call);
GraphAnswer post_upload(GraphCall& call);
GraphAnswer post_profile(GraphCall& call);
GraphAnswer get_settings(GraphCall& call);
GraphAnswer post_settings(GraphCall& call);
GraphAnswer post_messages(GraphCall& call);

}  // namespace wamigrate::sim
