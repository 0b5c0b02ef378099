// Observations: what both sides say about one number at one moment. Data only; what follows from it is said in
// home.hpp and facts.hpp. A side that was not asked, or did not answer, is told apart from one that said no.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/seldom.hpp"
#include "base/time.hpp"

namespace wamigrate {

/// What was read. A fact names the readings its judge needs; an observation reads only those.
enum class Reading : unsigned {
  graph_node,           ///< GET the phone-number node
  webhook,              ///< GET its webhook_configuration
  graph_health,         ///< GET its health_status
  waba_numbers,         ///< is the number among its WABA's phone_numbers
  subscribed_apps,      ///< GET subscribed_apps of the WABA
  graph_profile,        ///< GET whatsapp_business_profile
  templates,            ///< GET message_templates of the WABA, counted by status
  onprem_health,        ///< GET /v1/health, every node
  onprem_settings,      ///< GET /v1/settings/application: wa_id, webhook
  onprem_support,       ///< GET /v1/support: version, expire_timestamp
  onprem_queue,         ///< GET /v1/stats/app: callback_queue_size
  onprem_profile,       ///< GET the business profile and the about text
  onprem_shards,        ///< GET /v1/account/shards
  waba_node,            ///< GET the WABA: its review and country
  onprem_picture,       ///< GET the profile's photo, as a link
  onprem_picture_data,  ///< … and the picture itself
  graph_picture_data,   ///< GET the picture from where Graph's profile says it is, unless on-premises gave it
  compliance,           ///< GET business_compliance_info: Indian numbers only
  onprem_compliance,    ///< GET the client's compliance_info: Indian numbers only
  graph_settings,       ///< GET settings of the number: local storage
  test_evidence,        ///< What webhooks say of the run's test messages; asks neither API
  count_,
};

/// A set of readings.
class Readings {
 public:
  constexpr Readings() = default;
  constexpr Readings(std::initializer_list<Reading> list) {
    for (Reading reading : list) bits_ |= 1u << static_cast<unsigned>(reading);
  }
  constexpr bool has(Reading reading) const { return (bits_ >> static_cast<unsigned>(reading) & 1u) != 0; }
  constexpr Readings operator|(Readings other) const {
    Readings both;
    both.bits_ = bits_ | other.bits_;
    return both;
  }
  constexpr Readings operator-(Readings other) const {
    Readings rest;
    rest.bits_ = bits_ & ~other.bits_;
    return rest;
  }
  constexpr bool empty() const { return bits_ == 0; }

 private:
  unsigned bits_ = 0;
};

/// How asking went. Only what is answered settles anything.
struct Asked {
  enum class How {
    not_asked,
    answered,
    refused,      ///< An error code: a token, a permission, a missing endpoint.
    unreachable,  ///< No complete reply.
  };
  How how = How::not_asked;
  SeldomText code;           ///< Of a refusal: "190", "1005"; "http 404" where there was none.
  SeldomText detail;         ///< For people, without secrets.
  bool credentials = false;  ///< Refused for the token or password, not for what was asked.
  bool throttled = false;    ///< Refused for asking too much.
  bool passes = false;       ///< Not answered, or refused for now: the same question may be answered later.
  std::chrono::duration<std::int32_t> regain_after{0};  ///< So long, says the refusal, nothing more is to be asked.
  bool answered() const { return how == How::answered; }
};

/// One template, as far as a migration may change it.
using TemplateCounts = std::map<std::string, int>;  ///< By status: APPROVED → 12.

/// The phone-number node, as Graph spells it; empty where Graph left a field out.
struct GraphView {
  Asked asked;
  std::string platform_type;
  std::string status;
  std::string display_phone_number;
  std::string verified_name;
  std::string name_status;
  std::string quality_rating;
  std::string messaging_limit;
  std::string throughput;
  std::string code_verification_status;
  std::string account_mode;
  std::optional<bool> is_on_biz_app;
  std::optional<bool> is_official;
  std::optional<bool> is_pin_enabled;
  bool has_certificate = false;
  Asked health_asked;                        ///< health_status is an optional read
  std::string can_send_message;              ///< AVAILABLE, LIMITED, BLOCKED
  std::vector<std::string> health_blocked;   ///< Types of the entities that block
  std::vector<std::string> health_codes;     ///< Error codes of these: "133010"
  std::vector<std::string> health_findings;  ///< For people: "WABA: 141006 payment …"
  Asked settings_asked;                      ///< An optional read, one request a number
  std::string storage_region;                ///< Of local storage, "DE"; empty where it is not on
  Asked webhook_asked;
  std::string webhook_phone, webhook_waba, webhook_app;  ///< webhook_configuration, three levels
  /// Where messages go: phone over WABA over app.
  std::string effective_webhook() const {
    return !webhook_phone.empty() ? webhook_phone : !webhook_waba.empty() ? webhook_waba : webhook_app;
  }
};

/// One container of an on-premises client.
struct OnpremNode {
  std::string name;    ///< "host:container"; empty on a single node
  std::string status;  ///< gateway_status; "error" where the node answered with one
  std::string role;    ///< primary_master, secondary_master, coreapp; empty on a single node
  std::string code;    ///< Of its error: "1017"
};

/// The business profile as both sides have it; `vertical` as each side spells it.
struct Profile {
  std::string about, address, description, email, vertical;
  std::vector<std::string> websites;
  bool operator==(const Profile&) const = default;
};
/// True when everything `wanted` says (its non-empty fields) is said by `has` too; verticals compare by meaning.
bool covers(const Profile& has, const Profile& wanted);
/// A vertical in Graph's enumeration ("RETAIL"; OTHER for words it does not know) and in on-premises' words.
std::string vertical_on_cloud(std::string_view text);
std::string vertical_onprem(std::string_view text);
Json to_json(const Profile& profile);
Profile profile_from_json(const Json& json);

/// A profile picture, as it goes back where it is missing. Meta: JPEG or PNG; shown with 640 pixels at most.
struct Picture {
  std::string type;  ///< "image/jpeg" or "image/png", told from the bytes.
  std::string bytes;
  bool empty() const { return bytes.empty(); }
  bool operator==(const Picture&) const = default;
};
/// What a picture may measure to be kept in a snapshot: several times what a picture of 640 pixels does.
inline constexpr std::size_t picture_bytes_at_most = 1'048'576;
/// The picture in `data`, whether it stands there as it is or in base64; nothing for anything else.
std::optional<Picture> picture_from(std::string_view data);

/// What Indian law wants sellers to say (business_compliance_info, compliance_info): the members both sides have,
/// without what is empty, entity_type as Graph writes it ("PRIVATE_COMPANY"). Null where no entity is named.
Json compliance_from(const Json& told);
/// True when everything `wanted` says is said by `has` too. Both as compliance_from() gives them.
bool covers_compliance(const Json& has, const Json& wanted);
/// The body that each side takes; members are left out that Meta forbids with this type of entity.
Json compliance_for_graph(const Json& compliance);
Json compliance_for_onprem(const Json& compliance);

struct OnpremView {
  Asked health;
  std::vector<OnpremNode> nodes;
  Asked settings;
  std::string wa_id;
  Json application;  ///< The settings as answered, for the snapshot; null when not asked.
  Asked support;
  std::string version;
  std::optional<Time> expires;
  Asked queue;
  std::optional<long long> queue_size;
  Asked profile_asked;
  Seldom<Profile> profile;
  Asked picture_asked;
  std::optional<bool> picture;   ///< Whether the profile has one; none where that could not be read.
  Seldom<Picture> picture_data;  ///< Empty where there is none, or it is too large to keep.
  Asked compliance_asked;
  Json compliance;
  Asked shards_asked;
  int shards = 0;
};

/// What debug_token says of the Graph token; asked once for all numbers.
struct TokenView {
  Asked asked;
  bool valid = false;
  std::string type;  ///< SYSTEM_USER, USER or APP; empty: not shown
  std::string app_id;
  std::string application;  ///< The app's name; empty: not shown
  std::optional<Time> issued;
  std::optional<Time> expires;  ///< None: never.
  std::vector<std::string> scopes;
  std::map<std::string, std::vector<std::string>> granular;  ///< Scope to WABA ids; a scope not listed holds for all.
};

/// What a migration may change and should not: taken before, compared and restored afterwards. Kept sealed.
struct Snapshot {
  Profile profile;
  Json application;  ///< On-premises' settings; null when they could not be read.
  std::string verified_name, quality_rating, messaging_limit, throughput;
  std::optional<bool> is_official;
  std::optional<bool> picture;  ///< Whether there was one; it may be one that could not be kept.
  Picture picture_data;
  Json compliance;  ///< As compliance_from() gives it; null where it is not shown or asked.
  TemplateCounts templates;
};
Json to_json(const Snapshot& snapshot);
Snapshot snapshot_from_json(const Json& json);

/// What webhooks say of a number's test messages, all of a run together: one that was delivered is enough.
struct TestMessageView {
  Asked asked;
  std::string status;         ///< The best of any: read, delivered, failed, sent; empty: none of these.
  std::string code;           ///< Of a failure.
  bool newest_heard = false;  ///< Something was heard of the last one.
  bool incoming = false;      ///< A message from its recipient has come in since.
  bool delivered() const { return status == "delivered" || status == "read"; }
};

struct Observation {
  Time taken_at{};
  Readings readings;
  GraphView graph;
  Asked waba_asked;
  bool in_waba = false;
  Asked apps_asked;
  std::vector<std::string> subscribed_app_ids;
  Asked graph_profile_asked;
  Seldom<Profile> graph_profile;
  std::optional<bool> graph_picture;
  std::string graph_picture_url;
  Seldom<Picture> graph_picture_data;
  Asked compliance_asked;
  Json compliance;
  Asked templates_asked;
  TemplateCounts templates;
  Asked waba_node_asked;
  std::string waba_review;   ///< account_review_status: APPROVED, PENDING, REJECTED, DEFERRED; empty: not shown
  std::string waba_country;  ///< ISO 3166 alpha-2; empty: not shown
  OnpremView onprem;
  std::shared_ptr<const TestMessageView> test;  ///< Null: not asked.
  /// How far the other side's clock is ahead of ours (negative: behind), from the `Date` of its replies; 0 where they
  /// allow for none, and never more than they prove. None where no reply carried one.
  std::optional<Millis> graph_clock_ahead, onprem_clock_ahead;

  /// How asking Graph went, read by read.
  std::array<const Asked*, 10> graph_asked() const {
    return {&graph.asked, &graph.webhook_asked, &graph.health_asked, &graph.settings_asked, &waba_asked,
            &apps_asked,  &graph_profile_asked, &compliance_asked,   &templates_asked,      &waba_node_asked};
  }

  /// Some of what tells where a number stands was not answered, and may be later.
  bool may_be_answered_later() const {
    return graph.asked.passes || graph.webhook_asked.passes || waba_asked.passes || apps_asked.passes ||
           onprem.health.passes || onprem.settings.passes || onprem.support.passes || onprem.queue.passes;
  }
};

}  // namespace wamigrate
