// Cheap refusals come first: path, method, a missing signature and a wrong secret cost no body. What is right is read,
// sealed and kept, and only then answered.
#include "webhooks/receiver.hpp"

#include <algorithm>

#include "base/base64.hpp"
#include "webhooks/signature.hpp"

namespace wamigrate::webhooks {
namespace {

constexpr std::string_view onprem_path = "/onprem";
constexpr const char* signature_header = "X-Hub-Signature-256";
constexpr std::size_t longest_challenge = 1024;
constexpr std::size_t longest_name = 64;
constexpr std::size_t longest_field = 256;

bool is_onprem(const std::string& path) {
  return path == onprem_path || path.starts_with(std::string(onprem_path) + "/");
}

/// A deployment's name as a path may say it: what could be anything else is none.
std::optional<std::string> plain_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  if (text.empty()) return "onprem";
  if (text.size() > longest_name || !std::all_of(text.begin(), text.end(), fits)) return std::nullopt;
  return std::string(text);
}

/// The password of `Basic …`; nothing for any other header.
std::optional<Secret> basic_password(std::string_view authorization) {
  constexpr std::string_view scheme = "Basic ";
  if (!authorization.starts_with(scheme)) return std::nullopt;
  const auto decoded = from_base64(authorization.substr(scheme.size()));
  if (!decoded) return std::nullopt;
  const auto colon = decoded->find(':');
  return colon == std::string::npos ? std::nullopt : std::optional(Secret(decoded->substr(colon + 1)));
}

/// A header that is stored and sent on: one that no honest sender has is left out.
std::string plain_field(std::string_view header) {
  const bool fits = header.size() <= longest_field &&
                    std::all_of(header.begin(), header.end(), [](char c) { return c >= ' ' && c <= '~'; });
  return fits ? std::string(header) : std::string();
}

}  // namespace

std::string sealing_purpose(const std::string& digest) { return "webhook " + digest; }

Receiver::Receiver(ReceiverOptions options, PostStore& store, const Sealer& sealer, Clock& clock, Tell tell)
    : options_(std::move(options)), store_(store), sealer_(sealer), clock_(clock), tell_(std::move(tell)) {}

ServedAnswer Receiver::refuse(Met met, int status, std::string body) {
  counts_.add(met);
  return {.status = status, .body = std::move(body)};
}

std::optional<std::string> Receiver::deployment_of(const ServedHead& head) const {
  if (options_.onprem_secret.empty()) return std::nullopt;
  std::string_view rest = std::string_view(head.path).substr(onprem_path.size());
  if (!rest.empty()) rest.remove_prefix(1);
  if (const auto password = basic_password(head.header("Authorization"))) {
    return password->same_as(options_.onprem_secret) ? plain_name(rest) : std::nullopt;
  }
  const auto slash = rest.find('/');
  const Secret told{std::string(rest.substr(0, slash))};
  if (!told.same_as(options_.onprem_secret)) return std::nullopt;
  return plain_name(slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1));
}

std::optional<ServedAnswer> Receiver::admit(const ServedHead& head) {
  if (head.path == options_.path && !options_.app_secret.empty()) return admit_cloud(head);
  if (!is_onprem(head.path)) return refuse(Met::wrong_path, 404);
  if (!deployment_of(head)) return refuse(Met::wrong_secret, 404);
  if (head.method != "POST") {
    ServedAnswer answer = refuse(Met::wrong_method, 405);
    answer.headers = {{"Allow", "POST"}};
    return answer;
  }
  return std::nullopt;
}

std::optional<ServedAnswer> Receiver::admit_cloud(const ServedHead& head) {
  if (head.method == "GET" || head.method == "HEAD") return handshake(head);
  if (head.method != "POST") {
    ServedAnswer answer = refuse(Met::wrong_method, 405);
    answer.headers = {{"Allow", "GET, POST"}};
    return answer;
  }
  if (head.header(signature_header).empty()) {
    return refuse(Met::unsigned_post, 401, "X-Hub-Signature-256 is missing\n");
  }
  return std::nullopt;
}

ServedAnswer Receiver::handshake(const ServedHead& head) {
  const auto mode = head.parameter("hub.mode");
  const auto challenge = head.parameter("hub.challenge");
  const auto token = head.parameter("hub.verify_token");
  const bool whole = mode == "subscribe" && challenge && token && challenge->size() <= longest_challenge;
  if (!whole || options_.verify_token.empty() || !Secret(*token).same_as(options_.verify_token)) {
    return refuse(Met::wrong_token, 403);
  }
  counts_.add(Met::handshake);
  return {.status = 200, .body = *challenge};
}

ServedAnswer Receiver::serve(const ServedHead& head, std::string body) {
  const Time arrived = clock_.now();
  Post post{.content_type = plain_field(head.header("Content-Type")),
            .bytes = static_cast<std::int64_t>(body.size()),
            .arrived = arrived};
  std::optional<Reading> reading;
  if (is_onprem(head.path)) {
    const std::string deployment = deployment_of(head).value_or("");
    post.side = PostSide::onprem;
    post.source = "onprem " + deployment;
    post.to_forward = options_.forward_onprem;
    reading = read_onprem(body, deployment);
  } else {
    if (!signed_by(options_.app_secret, body, head.header(signature_header))) {
      return refuse(Met::wrong_signature, 403, "X-Hub-Signature-256 is not that of these bytes\n");
    }
    post.signature = plain_field(head.header(signature_header));
    post.to_forward = options_.forward_cloud;
    reading = read_cloud(body);
    if (reading) post.source = "cloud " + reading->account;
  }
  if (!reading) return refuse(Met::unreadable, 400, "a JSON object was expected\n");
  return keep(std::move(post), body, std::move(*reading));
}

ServedAnswer Receiver::keep(Post post, const std::string& body, Reading reading) {
  const Secret bytes(body);
  post.digest = sealer_.mark(bytes, post.side == PostSide::cloud ? "webhook cloud" : "webhook " + post.source);
  post.sealed = sealer_.seal(bytes, sealing_purpose(post.digest));
  post.statuses = reading.statuses;
  post.messages = reading.messages;
  const auto kept = store_.keep(post);
  if (!kept) {
    const std::lock_guard lock(mutex_);
    trouble_ = kept.error();
    return refuse(Met::not_stored, 503);
  }
  const bool duplicate = *kept == PostStore::Kept::duplicate;
  if (duplicate) {
    counts_.add(Met::duplicate);
  } else {
    counts_.add(post.side == PostSide::cloud ? Met::stored_cloud : Met::stored_onprem);
    counts_.statuses += reading.statuses.size();
    counts_.messages += reading.messages.size();
  }
  counts_.answered_within(clock_.now() - post.arrived);
  tell_({.at = post.arrived,
         .side = post.side,
         .source = post.source,
         .bytes = body.size(),
         .duplicate = duplicate,
         .reading = std::move(reading)});
  return {.status = 200};
}

void Receiver::unserved(Unserved why) {
  constexpr std::array mets = {Met::malformed_request, Met::no_length, Met::too_large, Met::truncated, Met::slow};
  counts_.add(mets[static_cast<std::size_t>(why)]);
}

std::optional<Error> Receiver::trouble() {
  const std::lock_guard lock(mutex_);
  return std::exchange(trouble_, std::nullopt);
}

}  // namespace wamigrate::webhooks
