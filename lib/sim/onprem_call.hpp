// What the handlers of the on-premises endpoints share: one request being answered, the reply's forms, and the table
// that says which handler answers what. Private to the on-premises door.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/doors.hpp"
#include "sim/registration.hpp"

namespace wamigrate::sim {

struct OnpremRoute;

struct OnpremCall {
  State& state;
  const DoorRequest& request;
  Time at{};
  Deployment& deployment;
  const OnpremRoute* route = nullptr;
  WorldNumber* number = nullptr;  ///< The one this deployment is there for.
  std::string user{};             ///< Who asks; empty before the login.
  std::string token{};
  Json body = Json::object();  ///< Empty where the body is a picture.
  std::string change{};        ///< For the log.
  Millis takes{0};
};

struct OnpremReply {
  int status = 200;
  Json body = Json::object();
  bool with_meta = true;
  bool without_body = false;
  std::string bytes{};  ///< Instead of JSON: a picture.
};
using OnpremAnswer = tl::expected<OnpremReply, Refusal>;

enum class Access { open, user, admin };

struct OnpremRoute {
  std::string_view kind{};
  std::string_view method{};
  std::string_view path{};  ///< After /v1.
  bool changing;
  Access access;
  OnpremAnswer (*handle)(OnpremCall&);
};

/// All of them.
const std::vector<OnpremRoute>& onprem_routes();

inline tl::unexpected<Refusal> refuse_onprem(int code, std::string details, int http = 0) {
  return tl::make_unexpected(Refusal{code, std::move(details), 0, http});
}

/// The reply to a refusal in the envelope of this API.
DoorReply onprem_refusal(State& state, const DoorRequest& request, const Refusal& refusal);
/// The answer to a settings write: null, {} or meta only, as the dialect has it.
OnpremReply written(const OnpremCall& call);
/// 201 for a registration: meta only, or nothing at all.
OnpremReply created(const OnpremCall& call);
/// Refused with 1008, 1009, 1010 or 1025 where the body is not as documented.
std::optional<Refusal> body_refusal(const Json& body, std::span<const Field> fields);
std::optional<Refusal> refusal_of(const std::optional<BodyProblem>& problem);
/// Refused with 1011 or 1014 unless the client is connected.
std::optional<Refusal> connected_refusal(const OnpremCall& call);

// Handlers, by file: onprem_users.cpp, onprem_account.cpp, onprem_settings.cpp, onprem_profile.cpp,
// onprem_health.cpp, onprem_messages.cpp.
OnpremAnswer post_login(OnpremCall& call);
OnpremAnswer post_logout(OnpremCall& call);
OnpremAnswer post_account(OnpremCall& call);
OnpremAnswer post_account_verify(OnpremCall& call);
OnpremAnswer get_shards(OnpremCall& call);
OnpremAnswer post_shards(OnpremCall& call);
OnpremAnswer post_two_step(OnpremCall& call);
OnpremAnswer delete_two_step(OnpremCall& call);
OnpremAnswer post_backup(OnpremCall& call);
OnpremAnswer post_restore(OnpremCall& call);
OnpremAnswer get_application(OnpremCall& call);
OnpremAnswer patch_application(OnpremCall& call);
OnpremAnswer delete_application(OnpremCall& call);
OnpremAnswer get_business_profile(OnpremCall& call);
OnpremAnswer post_business_profile(OnpremCall& call);
OnpremAnswer get_about(OnpremCall& call);
OnpremAnswer get_picture(OnpremCall& call);
OnpremAnswer post_picture(OnpremCall& call);
OnpremAnswer get_onprem_compliance(OnpremCall& call);
OnpremAnswer post_onprem_compliance(OnpremCall& call);
OnpremAnswer patch_about(OnpremCall& call);
OnpremAnswer get_health(OnpremCall& call);
OnpremAnswer get_support(OnpremCall& call);
OnpremAnswer get_stats(OnpremCall& call);
OnpremAnswer post_contacts(OnpremCall& call);
OnpremAnswer post_onprem_messages(OnpremCall& call);

}  // namespace wamigrate::sim
