// The Graph client: credentials onto the request, the reply into an answer or an honest failure.
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <set>

#include "api/calls.hpp"
#include "api/graph.hpp"
#include "api/graph_replies.hpp"

namespace wamigrate::api {

namespace {

/// Hex HMAC-SHA256 of the token under the app secret, as Graph asks of apps that require it.
Secret appsecret_proof(const Secret& token, const Secret& app_secret) {
  if (app_secret.empty()) return {};
  const auto bytes = [](std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); };
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> digest{};
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes(app_secret.reveal()), app_secret.reveal().size());
  crypto_auth_hmacsha256_update(&state, bytes(token.reveal()), token.reveal().size());
  crypto_auth_hmacsha256_final(&state, digest.data());
  sodium_memzero(&state, sizeof state);
  std::string hex(2 * digest.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  hex.pop_back();
  return Secret("appsecret_proof=" + hex);
}

/// A changing call is carried out only where the reply says so; silence is not consent.
bool acknowledged(const Call& call, const Json& json) {
  if (call.proven_by != "success") return !text_at(json, call.proven_by).empty();
  return flag_at(json, "success") == true || at_path(json, {"messages"}).is_array();
}

Answer<Json> read_reply(const Call& call, const Exchange& exchange, const HttpResult& result,
                        const std::optional<Usage>& usage) {
  if (!result) return tl::make_unexpected(no_reply(exchange, result.error()));
  auto json = parse_json(result->body.reveal());
  if (!json || !json->is_object()) {
    return tl::make_unexpected(unreadable(exchange, *result, "the reply is not a JSON object"));
  }
  if (auto error = graph_replies::error(*json)) {
    if (usage) error->regain_after = usage->regain_after;
    return tl::make_unexpected(error_reply(exchange, *result, *error));
  }
  if (result->status / 100 != 2) {
    return tl::make_unexpected(unreadable(exchange, *result, "an error without Graph's error object"));
  }
  if (flag_at(*json, "success") == false) {
    ErrorReply said_no;
    said_no.details = "the reply says success: false";
    return tl::make_unexpected(error_reply(exchange, *result, said_no));
  }
  if (exchange.request.changing && !acknowledged(call, *json)) {
    return tl::make_unexpected(unreadable(exchange, *result, "the reply does not say that it was done"));
  }
  return *std::move(json);
}

template <class T>
struct Page {
  std::vector<T> items;
  std::string next;  ///< The cursor of the page behind it; empty: it is the last.
};

/// An item that can't be read fails the page: a shorter one would not be the truth.
template <class T>
Answer<Page<T>> read_page(GraphClient& client, const Call& call, std::optional<T> (*decode)(const Json&)) {
  const Answer<Json> reply = client.send(call, "read");
  if (!reply) return tl::make_unexpected(reply.error());
  const Json& data = at_path(*reply, {"data"});
  if (!data.is_array()) return tl::make_unexpected(incomplete(Side::graph));
  Page<T> page;
  for (const Json& item : data) {
    auto value = decode(item);
    if (!value) return tl::make_unexpected(incomplete(Side::graph));
    page.items.push_back(*std::move(value));
  }
  if (text_at(at_path(*reply, {"paging"}), "next").empty()) return page;
  page.next = text_at(at_path(*reply, {"paging", "cursors"}), "after");
  if (page.next.empty()) return tl::make_unexpected(incomplete(Side::graph));
  return page;
}

/// The items of all pages.
template <class T, class CallFor>
Answer<std::vector<T>> all_pages(GraphClient& client, const CallFor& call_for,
                                 std::optional<T> (*decode)(const Json&)) {
  std::vector<T> items;
  std::set<std::string> seen;
  std::string after;
  while (true) {
    auto page = read_page(client, call_for(after), decode);
    if (!page) return tl::make_unexpected(page.error());
    std::move(page->items.begin(), page->items.end(), std::back_inserter(items));
    after = page->next;
    if (after.empty() || !seen.insert(after).second) return items;
    if (seen.size() == most_pages) return tl::make_unexpected(incomplete(Side::graph));
  }
}

}  // namespace

GraphClient::GraphClient(Transport& transport, std::string base, std::string version, Secret token,
                         const Secret& app_secret, Timeouts timeouts, Proxy proxy)
    : transport_(transport),
      base_(base_of(std::move(base))),
      version_(std::move(version)),
      token_(std::move(token)),
      proof_(appsecret_proof(token_, app_secret)),
      timeouts_(timeouts),
      proxy_(std::move(proxy)) {}

HttpRequest GraphClient::request_for(const Call& call) const {
  HttpRequest request = plain_request(call, base_ + "/" + version_ + call.path, timeouts_);
  request.proxy = proxy_;
  request.authorization = Secret(std::string(call.scheme) + " " + std::string(token_.reveal()));
  if (!proof_.empty()) {
    const std::string before = call.query_secret.empty() ? "" : std::string(call.query_secret.reveal()) + "&";
    request.secret_query = Secret(before + std::string(proof_.reveal()));
  }
  return request;
}

Answer<Json> GraphClient::send(const Call& call, std::string_view on) {
  const HttpRequest request = request_for(call);
  const HttpResult result = transport_.send(request);
  const std::optional<Usage> usage = result ? graph_replies::usage(*result) : std::nullopt;
  {
    const std::lock_guard lock(mutex_);
    ++usage_.calls;
    if (usage) {
      for (const auto& [limit, percent] : usage->percent) {
        usage_.percent[limit] = percent;
        usage_.said_by[limit] = usage_.calls;
      }
      usage_.regain_after = usage->regain_after;
    }
  }
  return read_reply(call, {Side::graph, on, request}, result, usage);
}

Answer<PhoneNode> GraphClient::phone_node(const std::string& phone_number_id) {
  return decoded(send(graph_calls::phone_node(phone_number_id, version_), "read"), graph_replies::phone_node,
                 Side::graph);
}

Answer<WebhookConfiguration> GraphClient::webhook_configuration(const std::string& phone_number_id) {
  return decoded(send(graph_calls::webhook_configuration(phone_number_id), "read"),
                 graph_replies::webhook_configuration, Side::graph);
}

Answer<Health> GraphClient::health(const std::string& node_id) {
  return decoded(send(graph_calls::health(node_id), "read"), graph_replies::health, Side::graph);
}

Answer<std::vector<PhoneNode>> GraphClient::waba_numbers(const std::string& waba_id) {
  return all_pages(
      *this, [&](const std::string& after) { return graph_calls::waba_numbers(waba_id, after, version_); },
      graph_replies::phone_node);
}

Answer<NumbersPage> GraphClient::waba_numbers_page(const std::string& waba_id, const std::string& after) {
  auto page = read_page(*this, graph_calls::waba_numbers(waba_id, after, version_), graph_replies::phone_node);
  if (!page) return tl::make_unexpected(page.error());
  return NumbersPage{std::move(page->items), std::move(page->next)};
}

Answer<std::vector<ListedNumber>> GraphClient::numbers_in_full(const std::string& waba_id) {
  return all_pages(
      *this, [&](const std::string& after) { return graph_calls::numbers_in_full(waba_id, after, version_); },
      graph_replies::listed_number);
}

Answer<Waba> GraphClient::waba(const std::string& waba_id) {
  return decoded(send(graph_calls::waba(waba_id), "read"), graph_replies::waba, Side::graph);
}

Answer<std::vector<SubscribedApp>> GraphClient::subscribed_apps(const std::string& waba_id) {
  return all_pages(
      *this, [&](const std::string& after) { return graph_calls::subscribed_apps(waba_id, after); },
      graph_replies::subscribed_app);
}

Answer<GraphProfile> GraphClient::profile(const std::string& phone_number_id) {
  return decoded(send(graph_calls::profile(phone_number_id), "read"), graph_replies::profile, Side::graph);
}

Answer<StorageConfiguration> GraphClient::storage(const std::string& phone_number_id) {
  return decoded(send(graph_calls::settings(phone_number_id), "read"), graph_replies::storage, Side::graph);
}

Answer<Json> GraphClient::compliance(const std::string& phone_number_id) {
  return decoded(send(graph_calls::compliance(phone_number_id), "read"), graph_replies::compliance, Side::graph);
}

// A picture lies with Meta's content network, which asks for no token and is shown none.
bool GraphClient::may_fetch(const std::string& url) const {
  if (url.starts_with(base_ + "/")) return true;
  constexpr std::string_view scheme = "https://";
  if (!url.starts_with(scheme)) return false;
  const std::string host = url.substr(scheme.size(), url.find_first_of("/?#", scheme.size()) - scheme.size());
  // No port, no user before an "@", nothing that two readers may read in two ways.
  const bool plain = std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) != 0 || c == '.' || c == '-');
  });
  if (!plain) return false;
  constexpr std::array networks{".whatsapp.net", ".fbcdn.net", ".fbsbx.com"};
  return std::any_of(networks.begin(), networks.end(),
                     [&host](const char* network) { return host.ends_with(network); });
}

Answer<std::string> GraphClient::picture(const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.proxy = proxy_;
  request.timeout = timeouts_.request;
  const Exchange exchange{Side::graph, "read", request};
  if (!may_fetch(url)) {
    return tl::make_unexpected(
        no_reply(exchange, {TransportFailure::Kind::refused, false, "its address is none of Meta's"}));
  }
  const HttpResult result = transport_.send(request);
  if (!result) return tl::make_unexpected(no_reply(exchange, result.error()));
  if (result->status != 200) return tl::make_unexpected(unreadable(exchange, *result, "no picture is there"));
  return std::string(result->body.reveal());
}

Answer<std::vector<Template>> GraphClient::templates(const std::string& waba_id) {
  return all_pages(
      *this, [&](const std::string& after) { return graph_calls::templates(waba_id, after); },
      graph_replies::message_template);
}

Answer<TokenFindings> GraphClient::debug_token() {
  return decoded(send(graph_calls::debug_token(token_), "read"), graph_replies::token_findings, Side::graph);
}

Answer<AcceptedMessage> GraphClient::send_message(const Call& call) {
  return decoded(send(call, "message"), accepted_message, Side::graph);
}

Usage GraphClient::usage() const {
  const std::lock_guard lock(mutex_);
  return usage_;
}

}  // namespace wamigrate::api
