// The on-premises client: one login shared by all threads, one new login when a token is refused.
#include <fmt/format.h>

#include "api/calls.hpp"
#include "api/onprem.hpp"
#include "api/onprem_replies.hpp"
#include "base/base64.hpp"

namespace wamigrate::api {

namespace {

Secret basic_authorization(const std::string& username, const Secret& password) {
  return Secret("Basic " + to_base64(username + ":" + std::string(password.reveal())));
}

/// Null for an empty body: settings writes are answered like that.
std::optional<Json> parsed(const HttpReply& reply) {
  if (reply.body.empty()) return Json();
  auto json = parse_json(reply.body.reveal());
  if (json && !json->is_object() && !json->is_null()) return std::nullopt;
  return json;
}

Answer<Json> read_reply(const Exchange& exchange, const HttpReply& reply) {
  auto json = parsed(reply);
  if (!json) return tl::make_unexpected(unreadable(exchange, reply, "the reply is not a JSON object"));
  if (const auto error = onprem_replies::error(*json)) {
    return tl::make_unexpected(error_reply(exchange, reply, *error));
  }
  if (reply.status / 100 != 2) {
    return tl::make_unexpected(unreadable(exchange, reply, "an error without the client's errors"));
  }
  return *std::move(json);
}

/// The call that needed the login never left, whatever became of the login.
Failure of_login(Failure failure, const std::string& username) {
  if (failure.how == Failure::How::ambiguous) failure.how = Failure::How::not_sent;
  failure.details = fmt::format("login as \"{}\": {}", username,
                                failure.details.empty() ? failure.entry->title : std::string_view(failure.details));
  return failure;
}

/// The token was refused, and with it the call.
Failure logged_out(const Exchange& exchange, const HttpReply& reply) {
  Failure failure = unreadable(exchange, reply, "the login had run out");
  failure.how = Failure::How::not_sent;
  return failure;
}

}  // namespace

std::optional<AccountAnswer> account_answer(int http_status) {
  if (http_status == 201) return AccountAnswer::registered;
  if (http_status == 202) return AccountAnswer::code_sent;
  return std::nullopt;
}

OnpremClient::OnpremClient(Transport& transport, std::string base, std::string ca_file, std::string username,
                           Secret password, Timeouts timeouts)
    : transport_(transport),
      base_(base_of(std::move(base))),
      ca_file_(std::move(ca_file)),
      username_(std::move(username)),
      password_(std::move(password)),
      timeouts_(timeouts) {}

HttpRequest OnpremClient::request_for(const Call& call) const {
  HttpRequest request = plain_request(call, base_ + call.path, timeouts_);
  request.ca_file = ca_file_;
  return request;
}

Answer<Secret> OnpremClient::login() {
  Call call;
  call.side = Side::onprem;
  call.method = "POST";
  call.path = "/v1/users/login";
  HttpRequest request = request_for(call);
  request.authorization = basic_authorization(username_, password_);
  const Exchange exchange{Side::onprem, "login", request};
  const HttpResult result = transport_.send(request);
  if (!result) return tl::make_unexpected(of_login(no_reply(exchange, result.error()), username_));
  auto token = decoded(read_reply(exchange, *result), onprem_replies::login_token, Side::onprem);
  if (token) return token;
  return tl::make_unexpected(of_login(std::move(token).error(), username_));
}

Answer<Secret> OnpremClient::token(const Secret& refused) {
  const std::lock_guard lock(mutex_);
  if (!token_.empty() && !token_.same_as(refused)) return token_;
  auto fresh = login();
  token_ = fresh ? *fresh : Secret();
  return fresh;
}

// A 401 may be about the call and not about the token: a refused PIN may come so, and is never sent again.
bool OnpremClient::token_is_refused(const Secret& token) {
  HttpRequest request = request_for(onprem_calls::health());
  request.authorization = Secret("Bearer " + std::string(token.reveal()));
  const HttpResult result = transport_.send(request);
  return result && result->status == 401;
}

void OnpremClient::forget(const Secret& token) {
  const std::lock_guard lock(mutex_);
  if (token_.same_as(token)) token_ = Secret();
}

Answer<HttpReply> OnpremClient::deliver(const Call& call, std::string_view on, HttpRequest& request) {
  request = request_for(call);
  Secret refused;
  for (bool last = false;; last = true) {
    const Answer<Secret> bearer = token(refused);
    if (!bearer) return tl::make_unexpected(bearer.error());
    request.authorization = Secret("Bearer " + std::string(bearer->reveal()));
    HttpResult result = transport_.send(request);
    if (result && result->status == 401 && !last && (!call.changing || token_is_refused(*bearer))) {
      // What changes something is not sent again from here: time has passed, and who asked must look first.
      if (call.changing) {
        forget(*bearer);
        return tl::make_unexpected(logged_out({Side::onprem, on, request}, *result));
      }
      refused = *bearer;
      continue;
    }
    if (!result) return tl::make_unexpected(no_reply({Side::onprem, on, request}, result.error()));
    return *std::move(result);
  }
}

Answer<Json> OnpremClient::send(const Call& call, std::string_view on, int* status) {
  HttpRequest request;
  const Answer<HttpReply> reply = deliver(call, on, request);
  if (!reply) return tl::make_unexpected(reply.error());
  if (status != nullptr) *status = reply->status;
  return read_reply({Side::onprem, on, request}, *reply);
}

Answer<std::vector<HealthNode>> OnpremClient::health() {
  return decoded(send(onprem_calls::health(), "read"), onprem_replies::health, Side::onprem);
}

Answer<Support> OnpremClient::support() {
  return decoded(send(onprem_calls::support(), "read"), onprem_replies::support, Side::onprem);
}

Answer<Json> OnpremClient::application_settings() {
  return decoded(send(onprem_calls::application_settings(), "read"), onprem_replies::application_settings,
                 Side::onprem);
}

Answer<BusinessProfile> OnpremClient::business_profile() {
  return decoded(send(onprem_calls::business_profile(), "read"), onprem_replies::business_profile, Side::onprem);
}

Answer<bool> OnpremClient::picture() {
  return decoded(send(onprem_calls::picture(), "read"), onprem_replies::picture, Side::onprem);
}

// A reply of success is the picture, or no JSON at any rate; a refusal comes in the usual envelope.
Answer<std::string> OnpremClient::picture_data() {
  HttpRequest request;
  const Answer<HttpReply> reply = deliver(onprem_calls::picture_data(), "read", request);
  if (!reply) return tl::make_unexpected(reply.error());
  if (reply->status == 200) return std::string(reply->body.reveal());
  const Answer<Json> refusal = read_reply({Side::onprem, "read", request}, *reply);
  return refusal ? Answer<std::string>(std::string()) : tl::make_unexpected(refusal.error());
}

Answer<Json> OnpremClient::compliance() {
  return decoded(send(onprem_calls::compliance(), "read"), onprem_replies::compliance, Side::onprem);
}

Answer<std::string> OnpremClient::about() {
  return decoded(send(onprem_calls::about(), "read"), onprem_replies::about, Side::onprem);
}

Answer<int> OnpremClient::shards() {
  return decoded(send(onprem_calls::shards(), "read"), onprem_replies::shards, Side::onprem);
}

Answer<std::optional<long long>> OnpremClient::callback_queue() {
  return decoded(send(onprem_calls::app_stats(), "read"), onprem_replies::callback_queue, Side::onprem);
}

Answer<Secret> OnpremClient::take_backup(const Secret& password) {
  return decoded(send(onprem_calls::backup(password), "backup"), onprem_replies::backup_data, Side::onprem);
}

Answer<AcceptedMessage> OnpremClient::send_message(const Call& call) {
  return decoded(send(call, "message"), accepted_message, Side::onprem);
}

void OnpremClient::logout() {
  const std::lock_guard lock(mutex_);
  if (token_.empty()) return;
  HttpRequest request = request_for(onprem_calls::logout());
  request.authorization = Secret("Bearer " + std::string(token_.reveal()));
  transport_.send(request);
  token_ = Secret();
}

}  // namespace wamigrate::api
