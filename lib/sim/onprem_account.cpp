// On-premises: users, the account and its registration, shards, and the two-step PIN.
#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "sim/onprem_call.hpp"

namespace wamigrate::sim {
namespace {

constexpr Millis token_life = std::chrono::hours(7 * 24);

/// `user:password` of an Authorization header of scheme Basic.
std::optional<std::pair<std::string, std::string>> basic_credentials(const std::string& authorization) {
  if (!authorization.starts_with("Basic ")) return std::nullopt;
  const std::string encoded = authorization.substr(6);
  std::string text(encoded.size(), '\0');
  std::size_t length = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(text.data()), text.size(), encoded.data(), encoded.size(),
                        nullptr, &length, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0) {
    return std::nullopt;
  }
  text.resize(length);
  const auto colon = text.find(':');
  if (colon == std::string::npos) return std::nullopt;
  return std::pair{text.substr(0, colon), text.substr(colon + 1)};
}

/// `2018-03-01 15:29:26+00:00`: with a blank, unlike Graph.
std::string login_time(Time time) {
  std::string text = to_iso(time).substr(0, 19) + "+00:00";
  text[10] = ' ';
  return text;
}

bool is_six_digits(const std::string& text) {
  return text.size() == 6 && text.find_first_not_of("0123456789") == std::string::npos;
}

/// The number that cc and phone_number name, as the endpoint wants them.
tl::expected<WorldNumber*, Refusal> named_number(OnpremCall& call) {
  const std::string cc = text_at(call.body, "cc");
  const std::string national = text_at(call.body, "phone_number");
  const auto digits = [](const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  };
  if (!digits(cc) || !digits(national)) return refuse_onprem(1009, "cc and phone_number must be digits without +");
  const std::string phone = "+" + cc + national;
  if (calling_code(phone) != cc) return refuse_onprem(1009, "cc is not a country calling code");
  WorldNumber* number = call.state.number(phone);
  if (number == nullptr) return refuse_onprem(1009, "phone_number is not known");
  return number;
}

OnpremAnswer outcome_answer(OnpremCall& call, const Outcome& outcome, OnpremReply reply) {
  call.change = outcome.change;
  call.takes = outcome.takes;
  if (outcome.refusal) return tl::make_unexpected(*outcome.refusal);
  return reply;
}

}  // namespace

OnpremAnswer post_login(OnpremCall& call) {
  constexpr std::array fields{Field{"new_password"}};
  if (auto bad = body_refusal(call.body, fields)) return tl::make_unexpected(*bad);
  const auto credentials = basic_credentials(call.request.authorization);
  const auto user = credentials ? call.deployment.users.find(credentials->first) : call.deployment.users.end();
  if (user == call.deployment.users.end() || user->second.password != credentials->second) {
    return refuse_onprem(1005, "Invalid credentials", 401);
  }
  const std::string fresh = text_at(call.body, "new_password");
  if (call.deployment.password_change_required && fresh.empty()) {
    return refuse_onprem(1024, "The first login must set a new password");
  }
  if (!fresh.empty()) {
    if (fresh.size() < 8 || fresh.size() > 64) return refuse_onprem(1009, "new_password must have 8 to 64 characters");
    user->second.password = fresh;
    call.deployment.password_change_required = false;
  }
  const std::string token = fmt::format("eyJsim.{}.{}", call.deployment.name, ++call.deployment.logins);
  call.deployment.tokens[token] = {user->first, call.at + token_life};
  return OnpremReply{
      .body = {{"users", Json::array({Json{{"token", token}, {"expires_after", login_time(call.at + token_life)}}})}}};
}

OnpremAnswer post_logout(OnpremCall& call) {
  if (auto bad = body_refusal(call.body, {})) return tl::make_unexpected(*bad);
  call.deployment.tokens.erase(call.token);
  return OnpremReply{};
}

OnpremAnswer post_account(OnpremCall& call) {
  constexpr std::array fields{Field{"cc", Shape::text, true}, Field{"phone_number", Shape::text, true},
                              Field{"method", Shape::text, true}, Field{"cert", Shape::text, true}, Field{"pin"}};
  if (auto bad = body_refusal(call.body, fields)) return tl::make_unexpected(*bad);
  const std::string method = text_at(call.body, "method");
  if (method != "sms" && method != "voice") return refuse_onprem(1009, "method must be sms or voice");
  AccountOrder order;
  order.certificate = text_at(call.body, "cert");
  if (call.body.contains("pin")) order.pin = text_at(call.body, "pin");
  if (order.pin && !is_six_digits(*order.pin)) return refuse_onprem(1009, "pin must be six digits");
  const auto number = named_number(call);
  if (!number) return tl::make_unexpected(number.error());

  const Outcome outcome = register_onprem(call.state, call.deployment, **number, order, call.at);
  if (!outcome.code_sent) return outcome_answer(call, outcome, created(call));
  Json sent{{"account", Json::array({Json{{"vname", (*number)->verified_name}}})}};
  return outcome_answer(call, outcome, {.status = 202, .body = std::move(sent)});
}

OnpremAnswer post_account_verify(OnpremCall& call) {
  constexpr std::array fields{Field{"code", Shape::text, true}};
  if (auto bad = body_refusal(call.body, fields)) return tl::make_unexpected(*bad);
  const std::string code = text_at(call.body, "code");
  if (!is_six_digits(code)) return refuse_onprem(1009, "code must be six digits, without hyphen");
  return outcome_answer(call, verify_onprem(call.state, call.deployment, code, call.at), created(call));
}

OnpremAnswer get_shards(OnpremCall& call) {
  return OnpremReply{.body = {{"account", {{"shards", call.deployment.shards}}}}};
}

OnpremAnswer post_shards(OnpremCall& call) {
  constexpr std::array fields{Field{"cc", Shape::text, true}, Field{"phone_number", Shape::text, true},
                              Field{"shards", Shape::number, true}, Field{"pin"}, Field{"cert"}};
  constexpr std::array allowed{1LL, 2LL, 4LL, 8LL, 16LL, 32LL};
  if (auto bad = body_refusal(call.body, fields)) return tl::make_unexpected(*bad);
  const auto number = named_number(call);
  if (!number) return tl::make_unexpected(number.error());
  const long long shards = number_at(call.body, "shards").value_or(0);
  if (std::find(allowed.begin(), allowed.end(), shards) == allowed.end()) {
    return refuse_onprem(1009, "shards must be 1, 2, 4, 8, 16 or 32");
  }
  if ((*number)->pin && text_at(call.body, "pin") != *(*number)->pin) {
    return refuse_onprem(1005, "The two-step verification PIN does not match");
  }
  call.deployment.shards = static_cast<int>(shards);
  call.deployment.mode = shards > 1 ? Mode::multiconnect : call.deployment.mode;
  call.deployment.nodes = usual_nodes(call.deployment);
  call.change = fmt::format("{} shards", shards);
  return created(call);
}

OnpremAnswer post_two_step(OnpremCall& call) {
  constexpr std::array fields{Field{"pin", Shape::text, true}};
  if (auto bad = body_refusal(call.body, fields)) return tl::make_unexpected(*bad);
  if (!is_six_digits(text_at(call.body, "pin"))) return refuse_onprem(1009, "pin must be six digits");
  if (auto bad = connected_refusal(call)) return tl::make_unexpected(*bad);
  call.number->pin = text_at(call.body, "pin");
  call.change = "the PIN was set";
  return written(call);
}

OnpremAnswer delete_two_step(OnpremCall& call) {
  if (auto bad = connected_refusal(call)) return tl::make_unexpected(*bad);
  call.number->pin.reset();
  call.change = "two-step verification was switched off";
  return written(call);
}

}  // namespace wamigrate::sim
