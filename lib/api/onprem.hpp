// The On-Premises API, as far as a migration touches it: every path, body and answer in one place.
// Facts: Meta's on-premises reference (v2.37 to v2.57) and Meta's Postman collection.
// Reading is tolerant (meta.version with or without "v", settings writes answered null, {} or meta only).
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "api/exchange.hpp"
#include "api/message.hpp"

namespace wamigrate::api {

struct HealthNode {
  std::string name;    ///< "host:container"; empty on a single node
  std::string status;  ///< gateway_status; "error" where the node carries errors instead
  std::string role;
  std::string code;  ///< Of its error
};
struct Support {
  std::string version;
  std::optional<Time> expires;
};
struct BusinessProfile {
  std::string address, description, email, vertical;
  std::vector<std::string> websites;
};
/// 201: registered, nothing more to do. 202: a code was sent to the number.
enum class AccountAnswer { registered, code_sent };
/// What the status of an account call says; nothing for any other: only observing tells then.
std::optional<AccountAnswer> account_answer(int http_status);

/// Every call to an on-premises client, as data.
namespace onprem_calls {
Call health();
Call support();
Call application_settings();
Call business_profile();
Call about();
Call picture();
Call picture_data();
Call compliance();
Call shards();
Call app_stats();
Call logout();
Call backup(const Secret& password);
Call restore(const Secret& password, const Secret& data);
/// `cc` without "+", `national` without `cc`. `pin` empty: two-step is off. `method`: sms or voice, in either case.
Call account(const std::string& cc, const std::string& national, const std::string& method, const Secret& certificate,
             const Secret& pin);
Call verify_account(const Secret& code);
Call set_shards(const std::string& cc, const std::string& national, int shards, const Secret& certificate,
                const Secret& pin);
Call set_pin(const Secret& pin);
Call clear_pin();
/// The inner object of the settings, partial: what PATCH takes.
Call set_application_settings(const Json& settings);
/// Only non-empty fields go along.
Call set_business_profile(const BusinessProfile& profile);
Call set_about(const std::string& text);
/// The raw bytes; the client makes a square of 640 pixels at most of them (on-premises reference, profile photo).
Call set_picture(const Secret& bytes, const std::string& type);
/// Needs a business address (on-premises reference, business compliance, from v2.38).
Call set_compliance(const Json& info);
/// No tag is documented here: what became of a message is known by its id alone.
Call send_content(const std::string& to, const Json& content);
Call send_text(const std::string& to, const std::string& text);
Call send_template(const std::string& to, const TemplateMessage& content);
}  // namespace onprem_calls

/// Talks to one client. Logs in when first needed and keeps the token until it is refused, then logs in once more:
/// the seven days that a token lives are the client's to count. Safe from any thread.
class OnpremClient {
 public:
  /// `base`: the URL to which /v1/… is appended.
  OnpremClient(Transport& transport, std::string base, std::string ca_file, std::string username, Secret password,
               Timeouts timeouts);

  /// Sends any call and gives the reply's JSON (null for an empty body); `status`, if given, gets the HTTP status.
  /// A call that met 401 is sent again after one new login: a 401 says it was not carried out. Where the login itself
  /// fails the call never left: refused or not sent, never ambiguous.
  Answer<Json> send(const Call& call, std::string_view on, int* status = nullptr);

  Answer<std::vector<HealthNode>> health();
  /// Of several nodes the version that any names and the earliest expiry.
  Answer<Support> support();
  /// The inner object (`settings.application`).
  Answer<Json> application_settings();
  Answer<BusinessProfile> business_profile();
  Answer<std::string> about();
  /// Whether the profile has a picture.
  Answer<bool> picture();
  /// The picture's bytes as they come: as they are, or in base64.
  Answer<std::string> picture_data();
  /// What Indian law wants sellers to say; null where it tells nothing.
  Answer<Json> compliance();
  Answer<int> shards();
  /// The sum of callback_queue_size over all labels; nothing where the gauge is missing.
  Answer<std::optional<long long>> callback_queue();
  /// The backup's data, unmodified.
  Answer<Secret> take_backup(const Secret& password);
  /// Sends a call of send_content, send_text or send_template; answered 201, by older clients 200. Ambiguous failures
  /// may have sent it: it is never repeated here.
  Answer<AcceptedMessage> send_message(const Call& call);
  /// Gives the token back, if there is one; that it failed does not matter.
  void logout();

 private:
  /// A token other than the one that was refused (empty for none), by a login where there is none yet.
  Answer<Secret> token(const Secret& refused);
  Answer<Secret> login();
  /// Asks something harmless with it. What can't be told is no.
  bool token_is_refused(const Secret& token);
  void forget(const Secret& token);
  HttpRequest request_for(const Call& call) const;
  /// As send(), without looking into the reply. `request` becomes what was sent last.
  Answer<HttpReply> deliver(const Call& call, std::string_view on, HttpRequest& request);

  Transport& transport_;
  std::string base_, ca_file_, username_;
  Secret password_;
  Timeouts timeouts_;
  std::mutex mutex_;  ///< Held during a login, so that all who need the token share one.
  Secret token_;
};

}  // namespace wamigrate::api
