// The Graph door: finds the route, checks version, token, permissions and limits, and lets the route's handler answer.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/graph_call.hpp"
#include "sim/pictures.hpp"

namespace wamigrate::sim {
namespace {

constexpr std::string_view management = "whatsapp_business_management";
constexpr std::string_view messaging = "whatsapp_business_messaging";

std::vector<GraphRoute> make_routes() {
  using enum NodeOf;
  return {
      {"node", "GET", phone, "", false, true, {management}, {"fields"}, get_node},
      {"set_number", "POST", phone, "", true, false, {management}, {}, post_node},
      {"register", "POST", phone, "register", true, false, {management, messaging}, {}, post_register},
      {"deregister", "POST", phone, "deregister", true, false, {management, messaging}, {}, post_deregister},
      {"request_code",
       "POST",
       phone,
       "request_code",
       true,
       false,
       {management},
       {"code_method", "language"},
       post_request_code},
      {"verify_code", "POST", phone, "verify_code", true, false, {management}, {"code"}, post_verify_code},
      {"profile", "GET", phone, "whatsapp_business_profile", false, false, {management}, {"fields"}, get_profile},
      {"set_profile", "POST", phone, "whatsapp_business_profile", true, false, {management}, {}, post_profile},
      {"compliance", "GET", phone, "business_compliance_info", false, false, {management}, {}, get_compliance},
      {"set_compliance", "POST", phone, "business_compliance_info", true, false, {management}, {}, post_compliance},
      {"open_upload", "POST", app, "uploads", true, false, {}, {"file_name", "file_length", "file_type"}, post_uploads},
      {"upload", "POST", upload, "", true, false, {}, {"sig"}, post_upload},
      {"settings", "GET", phone, "settings", false, false, {management}, {"include_sip_credentials"}, get_settings},
      {"set_settings", "POST", phone, "settings", true, false, {management}, {}, post_settings},
      {"messages", "POST", phone, "messages", true, false, {messaging}, {}, post_messages},
      {"waba", "GET", waba, "", false, true, {management}, {"fields"}, get_waba},
      {"phone_numbers",
       "GET",
       waba,
       "phone_numbers",
       false,
       true,
       {management},
       {"fields", "limit", "after", "before", "filtering", "sort"},
       get_phone_numbers},
      {"subscribed_apps",
       "GET",
       waba,
       "subscribed_apps",
       false,
       true,
       {management},
       {"limit", "after", "before"},
       get_subscribed_apps},
      {"subscribe", "POST", waba, "subscribed_apps", true, true, {management}, {}, post_subscribed_apps},
      {"unsubscribe", "DELETE", waba, "subscribed_apps", true, true, {management}, {}, delete_subscribed_apps},
      {"templates",
       "GET",
       waba,
       "message_templates",
       false,
       true,
       {management},
       {"fields", "limit", "after", "before", "status", "name"},
       get_templates},
      {"debug_token", "GET", none, "debug_token", false, false, {}, {"input_token"}, get_debug_token},
  };
}

/// "v23.0" is 23; nothing when it is no version.
std::optional<int> version_of(const std::string& text) {
  const auto dot = text.find('.');
  if (!text.starts_with('v') || dot == std::string::npos) return std::nullopt;
  const std::string major = text.substr(1, dot - 1);
  const std::string minor = text.substr(dot + 1);
  const auto digits = [](const std::string& part) {
    return !part.empty() && part.size() <= 3 && part.find_first_not_of("0123456789") == std::string::npos;
  };
  if (!digits(major) || !digits(minor)) return std::nullopt;
  return std::stoi(major);
}

struct Target {
  int version = 0;
  std::string id;  ///< Empty for what is under no node.
  std::string edge;
  NodeOf node = NodeOf::none;
};

std::optional<Target> target_of(State& state, const DoorRequest& request) {
  const auto parts = split(request.path, '/');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  const auto version = version_of(parts[0]);
  if (!version) return std::nullopt;
  if (parts.size() == 2 && parts[1] == "debug_token") return Target{*version, "", parts[1], NodeOf::none};
  Target target{*version, parts[1], parts.size() == 3 ? parts[2] : "", NodeOf::none};
  if (state.number_by_id(target.id) != nullptr) target.node = NodeOf::phone;
  if (state.wabas.contains(target.id)) target.node = NodeOf::waba;
  if (state.apps.contains(target.id)) target.node = NodeOf::app;
  if (target.id.starts_with("upload:")) target.node = NodeOf::upload;
  return target;
}

const GraphRoute* route_of(const Target& target, const std::string& method) {
  for (const GraphRoute& route : graph_routes()) {
    if (route.node == target.node && route.edge == target.edge && route.method == method) return &route;
  }
  return nullptr;
}

bool edge_exists(const Target& target) {
  return std::any_of(graph_routes().begin(), graph_routes().end(), [&](const GraphRoute& route) {
    return route.edge == target.edge && (route.node == target.node || target.node == NodeOf::none);
  });
}

/// The body as an object, whether it came as JSON or as a form; nothing when it is neither.
std::optional<Json> body_of(const DoorRequest& request) {
  if (request.method == "GET" || request.method == "DELETE") return Json::object();
  const bool form = request.content_type.starts_with("application/x-www-form-urlencoded");
  if (request.body.empty() || form) {
    Json body = Json::object();
    for (const auto& [key, value] : request.body.empty() ? request.query : parse_form(request.body)) {
      if (key != "access_token" && key != "appsecret_proof") body[key] = value;
    }
    return body;
  }
  if (!request.content_type.starts_with("application/json")) return std::nullopt;
  auto json = parse_json(request.body);
  return json && json->is_object() ? json : std::nullopt;
}

std::string kind_of(const GraphRoute& route, const DoorRequest& request) {
  if (route.kind != "set_number") return std::string(route.kind);
  const auto body = body_of(request);
  if (body && body->contains("pin")) return "set_pin";
  if (body && body->contains("webhook_configuration")) return "set_webhook";
  return "set_number";
}

std::optional<Refusal> check_proof(const GraphCall& call, const std::string& token) {
  const auto proof = call.request.parameter("appsecret_proof");
  if (!proof && !call.app->proof_required) return std::nullopt;
  if (proof && *proof == hmac_hex(call.app->secret, token)) return std::nullopt;
  return Refusal{100, proof ? "Invalid appsecret_proof provided in the API argument"
                            : "API calls from the server require an appsecret_proof argument"};
}

/// Who is asking, and may they. Sets the call's app.
std::optional<Refusal> authenticate(GraphCall& call) {
  // Bytes are taken from who shows the token as OAuth, and from nobody else.
  const bool fits = call.request.authorization.starts_with("OAuth ") == (call.route->node == NodeOf::upload);
  const std::string token = fits ? token_of(call.request) : "";
  if (token.empty()) {
    if (call.route->kind == "profile") return Refusal{200, "Provide valid app ID", 0, 400};
    return Refusal{104, "An access token is required to request this resource."};
  }
  const auto found = call.state.tokens.find(token);
  if (found == call.state.tokens.end()) return Refusal{190, "Invalid OAuth access token", 467};
  const GraphToken& known = found->second;
  if (!known.valid) return Refusal{190, "Error validating access token: The session has been invalidated", 460};
  if (known.expires && *known.expires <= call.at) {
    return Refusal{190, "Error validating access token: Session has expired", 463};
  }
  call.app = &call.state.apps[known.app_id];
  if (auto bad = check_proof(call, token)) return bad;
  for (const std::string_view scope : call.route->scopes) {
    if (!known.scopes.contains(std::string(scope))) {
      return Refusal{200, fmt::format("(#200) Requires {} permission", scope)};
    }
  }
  const std::string waba = call.waba != nullptr ? call.waba->id : call.number != nullptr ? call.number->waba_id : "";
  const auto& targets = known.wabas;
  if (!waba.empty() && !targets.empty() && std::find(targets.begin(), targets.end(), waba) == targets.end()) {
    return Refusal{200, "(#200) You do not have the necessary permissions to access this account", 1349174};
  }
  return std::nullopt;
}

std::optional<Refusal> check_parameters(const GraphCall& call) {
  constexpr std::array common{std::string_view("access_token"), std::string_view("appsecret_proof")};
  for (const auto& [key, value] : call.request.query) {
    const auto& own = call.route->parameters;
    if (std::find(own.begin(), own.end(), key) != own.end()) continue;
    if (std::find(common.begin(), common.end(), key) != common.end()) continue;
    return Refusal{100, fmt::format("(#100) Tried accessing nonexisting parameter ({})", key)};
  }
  return std::nullopt;
}

Waba* waba_of(GraphCall& call) {
  if (call.waba != nullptr) return call.waba;
  if (call.number == nullptr) return nullptr;
  const auto found = call.state.wabas.find(call.number->waba_id);
  return found == call.state.wabas.end() ? nullptr : &found->second;
}

/// Counts the call, or refuses with 80007.
std::optional<Refusal> check_limit(GraphCall& call) {
  Waba* waba = waba_of(call);
  if (waba == nullptr || !call.route->management) return std::nullopt;
  while (!waba->calls.empty() && waba->calls.front() <= call.at - std::chrono::hours(1)) waba->calls.pop_front();
  if (static_cast<long long>(waba->calls.size()) >= call.state.waba_calls_per_hour) {
    return Refusal{80007, "The WhatsApp Business Account has reached its rate limit"};
  }
  waba->calls.push_back(call.at);
  return std::nullopt;
}

Refusal unknown_object(const State& state, const Target& target) {
  if (state.dialect.unknown_object_is_404) {
    return {803, fmt::format("(#803) Some of the aliases you requested do not exist: {}", target.id)};
  }
  return {100,
          fmt::format("Unsupported request. Object with ID '{}' does not exist, cannot be loaded due to missing "
                      "permissions, or does not support this operation",
                      target.id),
          33};
}

GraphAnswer answer_call(GraphCall& call, const std::optional<Target>& target) {
  if (!target) return refuse(100, fmt::format("Unknown path components: {}", call.request.path));
  call.version = target->version;
  call.number = call.state.number_by_id(target->id);
  if (target->node == NodeOf::waba) call.waba = &call.state.wabas.at(target->id);
  call.route = route_of(*target, call.request.method);
  if (call.route == nullptr) {
    if (!edge_exists(*target)) return refuse(100, fmt::format("Unknown path components: /{}", target->edge));
    if (target->node == NodeOf::none) return tl::make_unexpected(unknown_object(call.state, *target));
    return refuse(100, fmt::format("Unsupported {} request", call.request.method), 33);
  }
  if (auto bad = authenticate(call)) return tl::make_unexpected(*bad);
  if (auto bad = check_parameters(call)) return tl::make_unexpected(*bad);
  auto body = call.route->node == NodeOf::upload ? Json::object() : body_of(call.request);
  if (!body) return refuse(100, "(#100) The body is not a JSON object of content type application/json");
  call.body = std::move(*body);
  if (auto over = check_limit(call)) return tl::make_unexpected(*over);
  return call.route->handle(call);
}

/// A usage header's minutes until there is room again; 0 while there is.
long long minutes_to_room(const State& state, const Waba& waba, Time at) {
  if (static_cast<long long>(waba.calls.size()) < state.waba_calls_per_hour) return 0;
  return std::chrono::ceil<std::chrono::minutes>(waba.calls.front() + std::chrono::hours(1) - at).count();
}

void set_usage_headers(const State& state, const std::string& waba_id, long long percent, long long minutes,
                       DoorReply& reply) {
  if (state.dialect.usage_headers_left_out) return;
  Json usage;
  usage[waba_id] = Json::array({Json{{"type", "whatsapp_business_management"},
                                     {"call_count", percent},
                                     {"total_cputime", 1},
                                     {"total_time", 1},
                                     {"estimated_time_to_regain_access", minutes}}});
  reply.headers.push_back({"x-app-usage", R"({"call_count":0,"total_cputime":0,"total_time":0})"});
  reply.headers.push_back({"x-business-use-case-usage", to_compact(usage)});
}

void add_usage_headers(const State& state, const Waba* waba, Time at, DoorReply& reply) {
  if (waba == nullptr) return;
  const auto percent = static_cast<long long>(waba->calls.size()) * 100 / std::max(1LL, state.waba_calls_per_hour);
  set_usage_headers(state, waba->id, percent, minutes_to_room(state, *waba, at), reply);
}

}  // namespace

DoorReply graph_throttled(State& state, const DoorRequest& request, const Refusal& refusal, Millis wait) {
  DoorReply reply = graph_refusal(state, refusal);
  const auto target = target_of(state, request);
  const WorldNumber* number = target ? state.number_by_id(target->id) : nullptr;
  const std::string waba = number != nullptr ? number->waba_id : target ? target->id : "";
  set_usage_headers(state, waba, 100, std::chrono::floor<std::chrono::minutes>(wait).count(), reply);
  return reply;
}

const std::vector<GraphRoute>& graph_routes() {
  static const std::vector<GraphRoute> routes = make_routes();
  return routes;
}

Subject graph_subject(State& state, const DoorRequest& request) {
  Subject subject;
  subject.side = Side::graph;
  if (is_picture_path(request.path)) subject.kind = "picture_data";
  const auto target = target_of(state, request);
  if (!target) return subject;
  if (const WorldNumber* number = state.number_by_id(target->id)) subject.phone = number->phone;
  if (const GraphRoute* route = route_of(*target, request.method)) subject.kind = kind_of(*route, request);
  return subject;
}

DoorReply answer_graph(State& state, const DoorRequest& request, Time at, bool late) {
  if (is_picture_path(request.path)) {
    DoorReply reply = picture_reply(state, request);
    state.log.push_back({.at = at,
                         .side = Side::graph,
                         .kind = "picture_data",
                         .landed = reply.status == 200,
                         .late = late,
                         .status = reply.status,
                         .result = reply.status == 200 ? "ok" : "refused"});
    return reply;
  }
  const Subject subject = graph_subject(state, request);
  GraphCall call{.state = state, .request = request, .at = at};
  const GraphAnswer answered = answer_call(call, target_of(state, request));
  DoorReply reply;
  if (answered) {
    reply.headers = {{"Content-Type", "application/json; charset=UTF-8"}};
    reply.body = to_compact(*answered);
  } else {
    reply = graph_refusal(state, answered.error());
  }
  add_usage_headers(state, waba_of(call), at, reply);
  reply.takes = call.takes;
  state.log.push_back({.at = at,
                       .side = Side::graph,
                       .phone = subject.phone,
                       .kind = subject.kind,
                       .landed = answered.has_value(),
                       .late = late,
                       .status = reply.status,
                       .result = answered ? "ok" : std::to_string(answered.error().code),
                       .change = call.change});
  return reply;
}

}  // namespace wamigrate::sim
