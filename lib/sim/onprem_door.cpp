// The on-premises door: finds the route, checks the token and the body's form, and lets the route's handler answer
// in the envelope of that API.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/onprem_call.hpp"

namespace wamigrate::sim {
namespace {

std::vector<OnpremRoute> make_routes() {
  using enum Access;
  return {
      {"login", "POST", "/users/login", false, open, post_login},
      {"logout", "POST", "/users/logout", false, user, post_logout},
      {"account", "POST", "/account", true, admin, post_account},
      {"account_verify", "POST", "/account/verify", true, admin, post_account_verify},
      {"shards", "GET", "/account/shards", false, admin, get_shards},
      {"set_shards", "POST", "/account/shards", true, admin, post_shards},
      {"application", "GET", "/settings/application", false, user, get_application},
      {"set_application", "PATCH", "/settings/application", true, user, patch_application},
      {"reset_application", "DELETE", "/settings/application", true, user, delete_application},
      {"two_step", "POST", "/settings/account/two-step", true, admin, post_two_step},
      {"two_step_off", "DELETE", "/settings/account/two-step", true, admin, delete_two_step},
      {"backup", "POST", "/settings/backup", true, admin, post_backup},
      {"restore", "POST", "/settings/restore", true, admin, post_restore},
      {"business_profile", "GET", "/settings/business/profile", false, user, get_business_profile},
      {"set_business_profile", "POST", "/settings/business/profile", true, user, post_business_profile},
      {"about", "GET", "/settings/profile/about", false, user, get_about},
      {"picture", "GET", "/settings/profile/photo", false, user, get_picture},
      {"set_picture", "POST", "/settings/profile/photo", true, admin, post_picture},
      {"onprem_compliance", "GET", "/settings/business/compliance_info", false, admin, get_onprem_compliance},
      {"set_onprem_compliance", "POST", "/settings/business/compliance_info", true, admin, post_onprem_compliance},
      {"set_about", "PATCH", "/settings/profile/about", true, user, patch_about},
      {"health", "GET", "/health", false, user, get_health},
      {"support", "GET", "/support", false, user, get_support},
      {"stats", "GET", "/stats/app", false, user, get_stats},
      {"contacts", "POST", "/contacts", false, user, post_contacts},
      {"onprem_messages", "POST", "/messages", true, user, post_onprem_messages},
  };
}

struct Code {
  int code;
  int http;
  std::string_view title;
};

// On-premises error reference; the statuses are those the pages name, 400 where none is named.
constexpr std::array codes{
    Code{1000, 500, "Generic error"},
    Code{1004, 400, "Resource already exists"},
    Code{1005, 400, "Access denied"},
    Code{1006, 404, "Resource not found"},
    Code{1008, 400, "Required parameter is missing"},
    Code{1009, 400, "Parameter value is not valid"},
    Code{1010, 400, "Parameter is not required"},
    Code{1011, 503, "Service not ready"},
    Code{1014, 500, "Internal error"},
    Code{1015, 429, "Too many requests"},
    Code{1016, 503, "System overloaded"},
    Code{1017, 403, "Not Primary Master"},
    Code{1018, 403, "Not Primary Coreapp"},
    Code{1021, 400, "Bad user"},
    Code{1022, 400, "Webhooks URL is not configured"},
    Code{1023, 500, "Database error"},
    Code{1024, 400, "Password Change Required"},
    Code{1025, 400, "Invalid Request"},
    Code{1031, 403, "Sender account locked"},
    Code{2000, 400, "Template parameter count mismatch"},
    Code{2001, 400, "Template missing"},
};

Json meta_of(const State& state, const Deployment& deployment) {
  const char* v = state.dialect.version_with_v ? "v" : "";
  return {{"version", v + deployment.version}, {"api_status", "stable"}};
}

int denied_status(const Dialect& dialect) {
  switch (dialect.denied_as) {
    case DeniedAs::bad_request:
      break;
    case DeniedAs::unauthorized:
      return 401;
    case DeniedAs::forbidden:
      return 403;
  }
  return 400;
}

DoorReply refusal_reply(const State& state, const Deployment& deployment, const Refusal& refusal) {
  const auto* known =
      std::find_if(codes.begin(), codes.end(), [&](const Code& each) { return each.code == refusal.code; });
  const bool found = known != codes.end();
  Json error;
  if (state.dialect.error_code_as_string) {
    error["code"] = std::to_string(refusal.code);
  } else {
    error["code"] = refusal.code;
  }
  error["title"] = found ? known->title : std::string_view("Error");
  if (!refusal.details.empty()) error["details"] = refusal.details;
  error["href"] = "https://developers.facebook.com/docs/whatsapp/api/errors/";
  DoorReply reply;
  reply.headers = {{"Content-Type", "application/json"}};
  reply.status = refusal.http != 0 ? refusal.http : found ? known->http : 400;
  if (refusal.code == 1005 && refusal.http == 0) reply.status = denied_status(state.dialect);
  if (refusal.http == 401 && state.dialect.refused_token_without_body) return reply;
  reply.body = to_compact({{"meta", meta_of(state, deployment)}, {"errors", Json::array({error})}});
  return reply;
}

DoorReply answer_reply(const OnpremCall& call, const OnpremReply& answered) {
  DoorReply reply;
  reply.headers = {{"Content-Type", "application/json"}};
  reply.status = answered.status;
  Json body = answered.body;
  if (answered.with_meta) body["meta"] = meta_of(call.state, call.deployment);
  if (!answered.without_body) reply.body = to_compact(body);
  if (!answered.bytes.empty()) {
    reply.headers = {{"Content-Type", "image/jpeg"}};
    reply.body = answered.bytes;
  }
  return reply;
}

bool path_exists(const std::string& path) {
  return std::any_of(onprem_routes().begin(), onprem_routes().end(),
                     [&](const OnpremRoute& route) { return "/v1" + std::string(route.path) == path; });
}

const OnpremRoute* route_of(const DoorRequest& request) {
  for (const OnpremRoute& route : onprem_routes()) {
    if (route.method == request.method && "/v1" + std::string(route.path) == request.path) return &route;
  }
  return nullptr;
}

/// Who is asking, and may they.
std::optional<Refusal> authenticate(OnpremCall& call) {
  if (call.route->access == Access::open) return std::nullopt;
  if (!call.request.authorization.starts_with("Bearer ")) return Refusal{1005, "Invalid authentication", 0, 401};
  call.token = call.request.authorization.substr(7);
  const auto found = call.deployment.tokens.find(call.token);
  if (found == call.deployment.tokens.end() || found->second.until <= call.at) {
    return Refusal{1005, "The token is invalid or has expired", 0, 401};
  }
  call.user = found->second.user;
  if (call.route->access == Access::admin && !call.deployment.users[call.user].admin) {
    return Refusal{1005, "Only an admin may do this", 0, 403};
  }
  return std::nullopt;
}

std::optional<Refusal> read_body(OnpremCall& call) {
  const DoorRequest& request = call.request;
  if (call.route->kind == "set_picture") return std::nullopt;
  if (request.method == "GET" || request.method == "DELETE" || request.body.empty()) return std::nullopt;
  if (!request.content_type.starts_with("application/json")) {
    return Refusal{1025, "The content type must be application/json"};
  }
  auto json = parse_json(request.body);
  if (!json || !json->is_object()) return Refusal{1025, "The body is not a JSON object"};
  call.body = std::move(*json);
  return std::nullopt;
}

OnpremAnswer answer_call(OnpremCall& call) {
  call.route = route_of(call.request);
  if (call.route == nullptr) {
    if (path_exists(call.request.path)) return refuse_onprem(1025, "Method not allowed", 405);
    return refuse_onprem(1006, "Path not found");
  }
  if (auto bad = authenticate(call)) return tl::make_unexpected(*bad);
  // Only the photo is asked for in a form of its own: a link instead of the picture.
  const bool links =
      call.route->kind == "picture" && call.request.query == decltype(call.request.query){{"format", "link"}};
  if (!call.request.query.empty() && !links) return refuse_onprem(1010, "Query parameters are not used here");
  if (auto bad = read_body(call)) return tl::make_unexpected(*bad);
  return call.route->handle(call);
}

}  // namespace

const std::vector<OnpremRoute>& onprem_routes() {
  static const std::vector<OnpremRoute> routes = make_routes();
  return routes;
}

Subject onprem_subject(State& state, const DoorRequest& request) {
  Subject subject;
  subject.side = Side::onprem;
  if (const Deployment* deployment = state.deployment(request.deployment)) subject.phone = deployment->phone;
  if (const OnpremRoute* route = route_of(request)) subject.kind = route->kind;
  return subject;
}

DoorReply answer_onprem(State& state, const DoorRequest& request, Time at, bool late) {
  const Subject subject = onprem_subject(state, request);
  Deployment* deployment = state.deployment(request.deployment);
  if (deployment == nullptr)
    return {.status = 404, .headers = {{"Content-Type", "text/plain"}}, .body = "no such host"};
  OnpremCall call{.state = state, .request = request, .at = at, .deployment = *deployment};
  call.number = state.number(deployment->phone);
  const OnpremAnswer answered = answer_call(call);
  DoorReply reply = answered ? answer_reply(call, *answered) : refusal_reply(state, *deployment, answered.error());
  reply.takes = call.takes;
  state.log.push_back({.at = at,
                       .side = Side::onprem,
                       .phone = subject.phone,
                       .kind = subject.kind,
                       .landed = answered.has_value(),
                       .late = late,
                       .status = reply.status,
                       .result = answered ? "ok" : std::to_string(answered.error().code),
                       .change = call.change});
  return reply;
}

DoorReply onprem_refusal(State& state, const DoorRequest& request, const Refusal& refusal) {
  const Deployment* deployment = state.deployment(request.deployment);
  return refusal_reply(state, deployment != nullptr ? *deployment : Deployment{}, refusal);
}

OnpremReply written(const OnpremCall& call) {
  switch (call.state.dialect.settings_write_answer) {
    case WriteAnswer::null:
      return {.body = Json(), .with_meta = false};
    case WriteAnswer::empty:
      return {.body = Json::object(), .with_meta = false};
    case WriteAnswer::meta:
      break;
  }
  return {};
}

OnpremReply created(const OnpremCall& call) {
  const bool meta = call.state.dialect.settings_write_answer == WriteAnswer::meta;
  return {.status = 201, .without_body = !meta};
}

std::optional<Refusal> body_refusal(const Json& body, std::span<const Field> fields) {
  return refusal_of(check_fields(body, fields));
}

std::optional<Refusal> refusal_of(const std::optional<BodyProblem>& problem) {
  if (!problem) return std::nullopt;
  switch (problem->kind) {
    case BodyProblem::Kind::missing:
      return Refusal{1008, to_text(*problem)};
    case BodyProblem::Kind::wrong_type:
    case BodyProblem::Kind::invalid:
      return Refusal{1009, to_text(*problem)};
    case BodyProblem::Kind::unknown:
      return Refusal{1010, to_text(*problem)};
    case BodyProblem::Kind::not_json:
      break;
  }
  return Refusal{1025, to_text(*problem)};
}

std::optional<Refusal> connected_refusal(const OnpremCall& call) {
  const Gateway gateway = gateway_of(call.state, call.deployment, call.at);
  if (gateway == Gateway::connected) return std::nullopt;
  // A client that lost its number is shut down: the Webapp asks a Coreapp that no longer answers.
  if (gateway == Gateway::disconnected || gateway == Gateway::not_running) {
    return Refusal{1014, "Connection timed out. Please check if wacore is running: wacore:6252"};
  }
  return Refusal{1011, "The client is not registered and running"};
}

}  // namespace wamigrate::sim
