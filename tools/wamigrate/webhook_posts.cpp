#include "webhook_posts.hpp"

#include <fmt/format.h>

#include "base/loopback.hpp"
#include "ports/http_request.hpp"

namespace wamigrate::cli {
namespace {

constexpr int most_tries = 10;
constexpr Millis pause_after_failure = std::chrono::seconds(1);

HttpRequest request_of(const sim::Webhook& webhook) {
  HttpRequest request;
  request.method = "POST";
  request.url = webhook.url;
  request.content_type = "application/json";
  request.body = Secret(webhook.body);
  if (!webhook.signature.empty()) request.headers.push_back({"X-Hub-Signature-256", webhook.signature});
  return request;
}

/// Nothing of a simulation leaves this machine.
bool stays_here(const HttpRequest& request) {
  const auto wire = compose(request, "wamigrate");
  return wire && is_loopback(wire->origin.server.host);
}

}  // namespace

bool WebhookPosts::post(const sim::Webhook& webhook) {
  const HttpRequest request = request_of(webhook);
  if (!stays_here(request)) {
    if (elsewhere_.insert(webhook.url).second) {
      console_.say("webhooks for " + webhook.url + " are not sent: that is not this machine");
    }
    return true;
  }
  const HttpResult result = transport_.send(request);
  return result && result->status / 100 == 2;
}

void WebhookPosts::post_due() {
  for (sim::Webhook& webhook : world_.take_webhooks()) waiting_.push_back({std::move(webhook), 0});
  if (clock_.now() < not_before_) return;
  while (!waiting_.empty()) {
    Waiting& first = waiting_.front();
    if (!post(first.webhook)) {
      not_before_ = clock_.now() + pause_after_failure;
      if (++first.tries < most_tries) return;
      console_.say(fmt::format("a webhook for {} was given up after {} tries", first.webhook.url, most_tries));
    }
    waiting_.pop_front();
  }
}

}  // namespace wamigrate::cli
