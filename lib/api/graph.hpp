// The Cloud API and Graph, as far as a migration touches them: every path, body and answer in one place.
// Facts: Meta's Graph reference and Cloud API pages as of 2025-11 to 2026-09, and Meta's OpenAPI file v23.0.
// Reading is tolerant (string or number, object or string, null, missing); writing never sends an unknown field.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "api/exchange.hpp"
#include "api/message.hpp"

namespace wamigrate::api {

/// The phone-number node. Every field but `id` may be missing (empty).
struct PhoneNode {
  std::string id, display_phone_number, verified_name, status, platform_type, name_status, quality_rating,
      messaging_limit, throughput, code_verification_status, account_mode;
  std::optional<bool> is_on_biz_app, is_official_business_account, is_pin_enabled;
  Secret certificate;
};
struct WebhookConfiguration {
  std::string phone_number, whatsapp_business_account, application;
};
struct Health {
  std::string can_send_message;       ///< AVAILABLE, LIMITED, BLOCKED
  std::vector<std::string> blocked;   ///< Types of the entities that block: PHONE_NUMBER, WABA, BUSINESS, APP
  std::vector<std::string> codes;     ///< Error codes of those entities: "141006"
  std::vector<std::string> findings;  ///< For people: "WABA 102…: 141006 payment … (solution …)"
};
/// A number as a list shows it. Which fields a list carries is not documented: nothing where it left one out.
struct ListedNumber {
  PhoneNode node;
  std::optional<WebhookConfiguration> webhook;
  std::optional<Health> health;
};
struct SubscribedApp {
  std::string id, name, override_callback_uri;
};
struct GraphProfile {
  std::string about, address, description, email, vertical, profile_picture_url;
  std::vector<std::string> websites;
};
struct TokenFindings {
  bool is_valid = false;
  std::string app_id;
  std::string application;  ///< The app's name.
  std::string type;         ///< SYSTEM_USER, USER, APP
  std::optional<Time> issued_at;
  std::optional<Time> expires_at;              ///< None: never.
  std::optional<Time> data_access_expires_at;  ///< None: never.
  std::vector<std::string> scopes;
  /// Scope to the WABA ids it is limited to; a scope without an entry holds for all assets (from memory, unverified).
  std::map<std::string, std::vector<std::string>> granular;
};
/// Local storage, out of the settings of a number. Meta's local-storage page, undated.
struct StorageConfiguration {
  std::string status;  ///< DEFAULT, IN_COUNTRY_STORAGE_ENABLED, IN_COUNTRY_STORAGE_DISABLED, NO_STORAGE_ENABLED
  std::string region;  ///< data_localization_region: "DE"
};
struct Template {
  std::string name, language, status, category;
};
struct Waba {
  std::string id, name, country, account_review_status, business_verification_status, message_template_namespace;
};
struct Backup {
  Secret password;
  Secret data;
};

/// The version whose field names the calls use unless told otherwise.
inline constexpr std::string_view default_graph_version = "v23.0";

/// Every call to Graph, as data. The version stands before the path when a call is sent.
namespace graph_calls {
/// All fields of PhoneNode in one read. The messaging limit is `messaging_limit_tier` up to v23.0 and
/// `whatsapp_business_manager_messaging_limit` from v24.0 on (Meta's messaging-limits page, 2025): a field that a
/// version does not know fails the whole read.
Call phone_node(const std::string& phone_number_id, std::string_view version = default_graph_version);
Call webhook_configuration(const std::string& phone_number_id);
Call health(const std::string& node_id);
/// As phone_node, without the certificates.
Call waba_numbers(const std::string& waba_id, const std::string& after,
                  std::string_view version = default_graph_version);
/// As phone_node with the certificates, webhook_configuration and health_status. Not documented of lists: it may be
/// refused, or answered without them.
Call numbers_in_full(const std::string& waba_id, const std::string& after,
                     std::string_view version = default_graph_version);
Call waba(const std::string& waba_id);
Call subscribed_apps(const std::string& waba_id, const std::string& after = {});
Call profile(const std::string& phone_number_id);
Call settings(const std::string& phone_number_id);
Call compliance(const std::string& phone_number_id);
Call templates(const std::string& waba_id, const std::string& after);
Call debug_token(const Secret& token);
/// `backup` null: a registration without one. `region` names local storage in versions before v21.0; empty for none.
Call register_number(const std::string& phone_number_id, const Secret& pin, const Backup* backup,
                     const std::string& region = {});
/// Local storage in that region, from v21.0 on; only while Cloud does not serve the number (Meta's local-storage page).
Call set_storage_region(const std::string& phone_number_id, const std::string& region);
/// Whether a version takes the region of local storage through `settings` rather than with `register`.
bool storage_is_a_setting(std::string_view version);
Call deregister(const std::string& phone_number_id);
/// `method`: SMS or VOICE, in either case; `language`: "en_US".
Call request_code(const std::string& phone_number_id, const std::string& method, const std::string& language);
Call verify_code(const std::string& phone_number_id, const Secret& code);
Call set_pin(const std::string& phone_number_id, const Secret& pin);
/// With an empty body: it removes an override that is there.
Call subscribe_app(const std::string& waba_id);
/// Only non-empty fields go along. The picture can't be set from its URL and stays out.
Call set_profile(const std::string& phone_number_id, const GraphProfile& profile);
/// The picture alone, by the handle of an upload.
Call set_picture(const std::string& phone_number_id, const Secret& handle);
/// `info` without messaging_product. Indian numbers only.
Call set_compliance(const std::string& phone_number_id, const Json& info);
/// Opens an upload session: Meta's Resumable Upload API, undated; files of 1 byte to 100 MB.
Call open_upload(const std::string& app_id, std::size_t bytes, const std::string& type);
/// All of a file at once, from its first byte. `session` as it was answered ("upload:…?sig=…").
Call upload(const Secret& session, const Secret& bytes);
/// A message as message_to() has it. `tag` comes back in the status webhooks as biz_opaque_callback_data; empty for
/// none.
Call send_content(const std::string& phone_number_id, const std::string& to, const Json& content,
                  const std::string& tag);
Call send_text(const std::string& phone_number_id, const std::string& to, const std::string& text,
               const std::string& tag);
Call send_template(const std::string& phone_number_id, const std::string& to, const TemplateMessage& content,
                   const std::string& tag);
}  // namespace graph_calls

/// How close the limits are, from the usage headers.
struct Usage {
  /// The highest percentage that was last named, by the account as the header has it (a WABA's id); "": the app's.
  std::map<std::string, int> percent;
  std::map<std::string, std::int64_t> said_by;  ///< … and by the reply to which of its calls.
  Millis regain_after{0};                       ///< The longest wait that the last headers asked for.
  std::int64_t calls = 0;                       ///< Sent by this client so far; no header says it.
};

/// A million numbers: a list that goes on after so many pages has no end.
inline constexpr std::size_t most_pages = 10'000;

/// A page of a WABA's numbers. Numbers stand in it as long as nothing before them in the list is added or moved.
struct NumbersPage {
  std::vector<PhoneNode> numbers;
  std::string next;  ///< The cursor of the page behind it; empty: it is the last.
};

/// Sends calls with the token. Safe from any thread.
class GraphClient {
 public:
  /// `base`: "https://graph.facebook.com"; `version`: "v23.0". With an app secret, appsecret_proof goes along. With a
  /// proxy, everything goes through it.
  GraphClient(Transport& transport, std::string base, std::string version, Secret token, const Secret& app_secret,
              Timeouts timeouts, Proxy proxy = {});

  /// Sends any call and gives the reply's JSON, an object. A changing call must be answered `success` true (boolean
  /// or text), with `messages`, or with what proves it (`proven_by`); anything else leaves open what happened.
  Answer<Json> send(const Call& call, std::string_view on);

  Answer<PhoneNode> phone_node(const std::string& phone_number_id);
  Answer<WebhookConfiguration> webhook_configuration(const std::string& phone_number_id);
  Answer<Health> health(const std::string& node_id);
  /// All pages, as long as paging.next is there (only its cursor is used: the token goes to no address that a reply
  /// names); a repeated cursor ends it. This holds for all lists.
  Answer<std::vector<PhoneNode>> waba_numbers(const std::string& waba_id);
  /// One of these pages: the one after a cursor, or the first.
  Answer<NumbersPage> waba_numbers_page(const std::string& waba_id, const std::string& after);
  Answer<std::vector<ListedNumber>> numbers_in_full(const std::string& waba_id);
  Answer<Waba> waba(const std::string& waba_id);
  Answer<std::vector<SubscribedApp>> subscribed_apps(const std::string& waba_id);
  Answer<GraphProfile> profile(const std::string& phone_number_id);
  /// Both empty where the settings show no storage.
  Answer<StorageConfiguration> storage(const std::string& phone_number_id);
  /// What the business tells of itself as Indian law wants it, without ids; null where it tells nothing.
  Answer<Json> compliance(const std::string& phone_number_id);
  /// The bytes behind the URL of a profile's picture; the token does not go there. Only addresses of Meta's content
  /// network, and those below `base`, are asked.
  Answer<std::string> picture(const std::string& url);
  Answer<std::vector<Template>> templates(const std::string& waba_id);
  Answer<TokenFindings> debug_token();
  /// Sends a call of send_content, send_text or send_template. Ambiguous failures may have sent it: it is never
  /// repeated here.
  Answer<AcceptedMessage> send_message(const Call& call);

  /// What the last replies said about each limit.
  Usage usage() const;

 private:
  HttpRequest request_for(const Call& call) const;
  bool may_fetch(const std::string& url) const;

  Transport& transport_;
  std::string base_, version_;
  Secret token_, proof_;
  Timeouts timeouts_;
  Proxy proxy_;
  mutable std::mutex mutex_;
  Usage usage_;
};

}  // namespace wamigrate::api
