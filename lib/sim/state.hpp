// What the imagined vendor knows: numbers, on-premises deployments, WhatsApp Business Accounts, tokens, and the record
// of everything that arrived. Plain data; the rules that change it stand in registration.hpp and behind the doors.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/time.hpp"
#include "sim/dialect.hpp"
#include "sim/timeline.hpp"

namespace wamigrate::sim {

/// How long things take.
struct Timing {
  Millis latency{0};            ///< Of every answer.
  Millis register_time{15000};  ///< A Cloud registration; on-premises is down meanwhile.
  Millis deregister_time{1000};
  Millis connect_time{2000};  ///< From an accepted on-premises registration to a connected client.
  Millis pending_time{2000};  ///< How long Graph says PENDING after a registration (Dialect::pending_after_register).
  Millis status_lag{5000};    ///< How far what Graph shows lags behind (Dialect::status_lags).
  Millis deregister_settle{300000};  ///< How long a deregistration keeps a number from registering (133015).
  Millis pin_pause{60000};           ///< A PIN sent sooner than this after two wrong ones is refused unseen (133009).
  Millis pin_lock{3600000};          ///< After five wrong PINs none is looked at for this long (133008).
  Millis delivery_time{1000};        ///< From an admitted message to the last of its statuses.
  Millis pair_pause{6000};           ///< One message to one recipient in this time, after a burst of 45 (131056).

  /// All of it at once, but the waits that punish (settling, PIN pause and lock).
  static Timing instant();
};

/// At most so many registrations, and so many deregistrations, in any stretch of 72 hours.
inline constexpr std::size_t moves_allowed = 10;
inline constexpr Millis moves_window = std::chrono::hours(72);

/// One kind of rationed request of one number.
struct Ration {
  std::deque<Time> used{};
  Time blocked_until{};
};

/// What people see of a business. It belongs to the number; both sides read and write the same one.
struct Profile {
  std::string about{};
  std::string address{};
  std::string description{};
  std::string email{};
  std::string vertical{};  ///< Free text on-premises; on Cloud an enumeration.
  std::vector<std::string> websites{};
  std::string picture_url{};  ///< Empty: no picture.
  std::string picture{};      ///< Its bytes; empty: some made up for that URL.
};

/// What health_status says of an entity where it is not what follows from its state.
struct PlantedHealth {
  std::string can_send{};  ///< AVAILABLE, LIMITED or BLOCKED.
  int code = 0;
  std::string text{};
};

/// What becomes of the messages that a number sends.
enum class Reception { delivered, read, sent, failed, delivered_and_failed, nothing };
std::string_view name(Reception reception);

/// The messages of a number: what becomes of them, and how many there were of late.
struct Messaging {
  Reception reception = Reception::delivered;
  int failure = 0;                      ///< The code of a failure; 0: 131026, on-premises 500.
  std::optional<Millis> takes{};        ///< From admission to the last status; none: Timing::delivery_time.
  bool answered = false;                ///< Recipients write back as soon as they have a message.
  long long a_second = 0;               ///< How many are taken; 0: as documented.
  std::deque<Time> admitted{};          ///< Of the last second.
  std::map<std::string, Time> pairs{};  ///< By recipient: when the debt of the pair limit is paid off.
};

struct WorldNumber {
  std::string phone{};  ///< E.164 with "+".
  std::string phone_number_id{};
  std::string waba_id{};
  std::string deployment{};  ///< Name of its deployment; empty for none.

  std::optional<std::string> pin{};         ///< None: two-step verification is off.
  std::string code = "472916";              ///< What the text message or call would say.
  bool needs_code = false;                  ///< `account` answers 202 and wants the code.
  bool code_requested = false;              ///< Over Graph (request_code).
  std::string verification = "VERIFIED";    ///< Graph's code_verification_status.
  bool registration_blocked = false;        ///< `account` is refused with biz_link_on_prem_reg_blocked.
  bool half_deregistered = false;           ///< 133000 until deregistered once more.
  bool on_biz_app = false;                  ///< On the WhatsApp Business app.
  std::vector<std::string> lost_in_move{};  ///< Profile members that a Cloud registration loses, whatever is promised.

  std::string verified_name = "Example Ltd";
  std::string name_status = "APPROVED";
  std::string new_display_name{};
  std::string new_name_status{};
  std::string certificate{};
  std::string quality = "GREEN";
  std::string limit = "TIER_1K";
  std::string account_mode = "LIVE";
  std::string country = "";  ///< ISO 3166 alpha-2; empty: not said.
  bool official = false;     ///< OBA.
  bool high_throughput = false;
  Profile profile{};
  std::optional<PlantedHealth> health{};
  Time last_onboarded{};

  std::string callback_override{};  ///< The number's own webhook.
  std::string search_visibility = "VISIBLE";
  Json compliance;  ///< business_compliance_info, its entity_type as Graph takes it; null for none.
  Json storage = {{"status", "DEFAULT"}};  ///< storage_configuration.
  Json settings = Json::object();          ///< The other features of /settings.

  Timeline timeline{};
  int epoch = 1;                ///< Grows with each registration that changed something; backups carry it.
  int cloud_registrations = 0;  ///< That changed something.
  int onprem_registrations = 0;
  int deregistrations = 0;
  Ration registers{};
  Ration deregisters{};
  Time settles_until{};
  std::vector<Time> wrong_pins{};
  Time pins_locked_until{};
  Messaging messaging{};

  std::string digits() const { return phone.substr(1); }
};

enum class Mode { single, high_availability, multiconnect };
std::string_view name(Mode mode);

/// One container of a deployment, as the keys of /v1/health name it.
struct Node {
  std::string key{};              ///< `host1:coreapp1`.
  std::string role{};             ///< primary_master, secondary_master or coreapp; empty in single mode.
  std::optional<Gateway> says{};  ///< Instead of what follows from the number's state.
  bool failing = false;           ///< Carries errors in place of a status.
  std::optional<Time> expires{};  ///< This container's build, where it is not the deployment's.
};

struct OnpremUser {
  std::string password{};
  bool admin = true;
};

struct OnpremToken {
  std::string user{};
  Time until{};
};

/// A registration that waits for its code.
struct PendingAccount {
  std::string phone{};
  int wrong_codes = 0;
};

struct Deployment {
  std::string name{};
  std::string url{};    ///< Base to which /v1/… is appended, as in the inventory.
  std::string phone{};  ///< The number it is there for.
  Mode mode = Mode::single;
  int shards = 1;
  std::vector<Node> nodes{};
  std::map<std::string, OnpremUser> users{};
  std::map<std::string, OnpremToken> tokens{};
  bool password_change_required = false;
  int logins = 0;
  std::string version = "2.49.3";
  Time expires{};       ///< When this build of the client stops working.
  bool gone = false;    ///< Taken down for good.
  Json application{};   ///< settings/application, without wa_id.
  long long queue = 0;  ///< Callbacks waiting at `queue_at`.
  Time queue_at{};
  double queue_per_second = 100;  ///< How fast they drain; 0: stuck.
  std::optional<PendingAccount> pending{};
  Millis clock_ahead{0};   ///< Of what its replies give as Date.
  Millis starts_again{0};  ///< An orchestrator that starts a shut-down client again after so long; 0: none.
};

struct Subscription {
  std::string app_id{};
  std::string callback_override{};
};

struct Waba {
  std::string id{};
  std::string name = "Example Ltd";
  std::string country = "DE";
  std::string review = "APPROVED";
  std::string verification = "verified";
  std::string ownership = "CLIENT_OWNED";
  std::vector<Subscription> subscriptions{};
  std::optional<PlantedHealth> health{};           ///< Of the account itself …
  std::optional<PlantedHealth> business_health{};  ///< … and of the business it belongs to.
  std::vector<Json> templates{};
  std::deque<Time> calls{};  ///< Management calls of the last hour.
};

struct App {
  std::string id{};
  std::string name = "Migration";
  std::string secret{};
  std::string callback_url{};
  bool proof_required = false;  ///< appsecret_proof.
};

struct GraphToken {
  std::string app_id{};
  std::set<std::string> scopes{"whatsapp_business_management", "whatsapp_business_messaging"};
  std::optional<Time> expires{};     ///< None: never.
  bool valid = true;                 ///< False: revoked.
  std::vector<std::string> wabas{};  ///< The only ones it is for; empty: all.
  Time issued{};
};

/// A backup that was handed out. Its text is opaque; what it stands for is kept here.
struct Backup {
  std::string phone{};
  std::string password{};
  int epoch = 0;
  Json application{};
};

/// An upload session of an app, and what became of it.
struct Upload {
  std::string app_id{};
  std::size_t length = 0;
  std::string handle{};  ///< Empty until the bytes are there.
  std::string bytes{};
};

/// Why a request was not carried out, in the codes of the side it came to.
struct Refusal {
  int code = 0;
  std::string details{};
  int subcode = 0;
  int http = 0;  ///< 0: as documented for the code.
};

enum class Side { graph, onprem };
std::string_view name(Side side);

/// Something that a webhook will tell, written down beforehand.
struct PlannedWebhook {
  Side side = Side::graph;
  std::string phone{};   ///< The business's.
  std::string status{};  ///< sent, delivered, read, failed; empty for a message from a person.
  Json told{};           ///< That side's status, or its {"contacts", "messages"}.
};

/// A post to a business's webhook. Posts to nobody are not made.
struct Webhook {
  Time at{};
  Side side = Side::graph;
  std::string phone{};       ///< The business's.
  std::string deployment{};  ///< Whose client posts it; empty for Cloud's.
  std::string url{};
  std::string body{};
  std::string signature{};  ///< X-Hub-Signature-256; empty on-premises, and where the app has no secret.
};

/// One request that came, or that a fault kept from coming, and what became of it.
struct LogEntry {
  Time at{};  ///< When it took effect, or was refused or lost.
  Side side = Side::graph;
  std::string phone{};  ///< Empty where it concerns no single number.
  std::string kind{};   ///< "register", "node", "backup" …: see doors.hpp.
  bool arrived = true;
  bool landed = false;   ///< Carried out: an answer of success was given, or would have been but for a fault.
  bool late = false;     ///< Carried out after the client had stopped waiting.
  int status = 0;        ///< Of the answer it got or would have got.
  std::string result{};  ///< "ok", the error's code, or the fault's name.
  std::string change{};  ///< What is different now, in words; empty for nothing.
};

/// One line of text, for people who read a failed test.
std::string to_text(const LogEntry& entry);

struct State {
  Dialect dialect{};
  Timing timing{};
  std::string graph_url = "https://graph.facebook.com";
  bool registration_blocked = false;  ///< No deployment may register any more (the sunset).
  long long waba_calls_per_hour = 5000;
  Millis graph_clock_ahead{0};                             ///< Of what Graph's replies give as Date.
  std::map<std::string, WorldNumber> numbers{};            ///< By phone.
  std::map<std::string, std::string> phone_by_id{};        ///< Phone number IDs.
  std::map<std::string, std::string> deployment_by_url{};  ///< Names.
  std::map<std::string, Deployment> deployments{};         ///< By name.
  std::map<std::string, Waba> wabas{};
  std::map<std::string, App> apps{};
  std::map<std::string, GraphToken> tokens{};  ///< By the token itself.
  std::map<std::string, Backup> backups{};     ///< By the text handed out.
  std::map<std::string, Upload> uploads{};     ///< By session, with its signature.
  std::vector<LogEntry> log{};
  Time began{};
  long long traces = 0;
  long long messages = 0;
  std::multimap<Time, PlannedWebhook> webhooks{};  ///< By the time they are sent; kept until they are taken.

  /// Null where there is none.
  WorldNumber* number_by_id(const std::string& phone_number_id);
  WorldNumber* number(const std::string& phone);
  Deployment* deployment(const std::string& name);
  std::vector<WorldNumber*> numbers_of(const std::string& waba_id);
  /// A fresh fbtrace_id.
  std::string trace();
};

/// How many callbacks still wait at `now`.
long long queue_length(const Deployment& deployment, Time now);
/// The settings a client has after installation.
Json default_application();
/// "+1 555-078-3881" and the like: what Graph shows, never what may be compared.
std::string display_number(std::string_view phone);
/// The country calling code that an E.164 number begins with, without "+".
std::string calling_code(std::string_view phone);

}  // namespace wamigrate::sim
