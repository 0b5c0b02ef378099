// The dialect: every point on which the vendor's documents are silent or contradict each other, as data. A simulation
// picks one reading of each; the tool must be safe under all of them, and need succeed only under the true one.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace wamigrate::sim {

/// What an on-premises node says about its gateway once Cloud has taken the number. `not_running`: the Webapp answers
/// for a Coreapp that is shut down, with an error.
enum class AfterTakeover { disconnected, unregistered, unreachable, not_running };

/// Whether lists of numbers carry certificate, webhook_configuration and health_status.
enum class NumberLists { full, sparse, refused };

/// How a settings write on-premises is answered.
enum class WriteAnswer { null, empty, meta };

/// The HTTP status of an on-premises 1005 (access denied) to a user who is logged in.
enum class DeniedAs { bad_request, unauthorized, forbidden };

/// How `account` words that the PIN is wrong: 1005 that names it, 1005 alone, 1009 alone, 1015 alone.
enum class AccountPin { denied_naming_it, denied, invalid, too_many };

/// How `account/verify` words that the code is wrong.
enum class WrongCode { invalid, denied, code_400 };

/// How `register` words that the backup is unusable: the decryption codes, or one of those that stand on its list.
enum class BadBackup { own_codes, invalid_parameter, invalid_value, verify_again };

/// One reading of the documents. The defaults are the likeliest reading; the doubt behind each is in dialect_doubts().
struct Dialect {
  bool success_as_string = false;
  bool error_code_as_string = false;
  bool error_data_as_string = false;
  bool subcodes_returned = true;
  bool throttle_as_429 = false;
  bool unknown_object_is_404 = false;
  bool profile_nested = false;
  bool paging_next_carries_token = false;
  NumberLists number_lists = NumberLists::full;
  bool false_left_out = false;
  bool platform_type_left_out = false;
  bool certificate_left_out = false;
  bool health_status_unknown = false;
  bool status_says_linked = false;
  bool onprem_shown_disconnected = false;
  bool verification_shown_expired = false;
  bool waba_limit_is_80008 = false;
  bool usage_headers_left_out = false;
  bool long_codes_as_codes = false;
  bool targets_always_listed = false;
  bool short_descriptions = false;
  bool language_needs_country = false;
  bool wrong_code_as_100 = false;
  bool status_lags = false;
  bool pending_after_register = true;
  bool pending_for_minutes = false;
  bool repeated_register_refused = false;
  bool refused_attempts_count = true;
  bool wrong_pin_takes_onprem_down = true;
  bool wrong_pin_as_locked = false;
  bool bad_backup_takes_onprem_down = false;
  BadBackup bad_backup_code = BadBackup::own_codes;
  bool backup_needs_connected_client = false;
  bool expired_client_gives_backup = false;
  bool onprem_needs_backup = false;
  bool backup_survives_cloud_registration = false;
  bool oba_lost_without_backup = true;
  bool region_accepted_in_register = false;
  bool storage_settings_need_unregistered = false;
  bool storage_as_described = false;
  bool storage_ignored = false;
  bool deregister_settles = false;
  bool deregistered_stays_cloud_api = false;
  bool deregister_unverifies = false;
  bool ownership_code_needs_move = false;
  bool account_needs_deregister = false;
  bool account_asks_for_code = false;
  bool account_code_ends_cloud = false;
  bool account_needs_restart = false;
  AccountPin account_wrong_pin = AccountPin::denied_naming_it;
  bool account_wrong_pin_ends_cloud = false;
  WrongCode account_wrong_code = WrongCode::invalid;
  bool needless_pin_refused = false;
  bool pin_ends_with_cloud = false;
  bool settings_reset_on_registration = false;
  bool picture_as_base64 = false;
  bool entity_types_as_codes = false;
  bool version_with_v = false;
  bool delays_as_text = false;
  bool expiry_as_text = false;
  bool refused_token_without_body = false;
  DeniedAs denied_as = DeniedAs::bad_request;
  AfterTakeover health_after_takeover = AfterTakeover::disconnected;
  WriteAnswer settings_write_answer = WriteAnswer::empty;
};

/// One doubt: its name, its possible values as text, and where the documents leave it open.
struct Doubt {
  std::string_view name;                           ///< The member of Dialect.
  std::vector<std::string_view> values;            ///< In the order of the member's type; "false", "true" for flags.
  std::string_view question;                       ///< What the documents do not settle.
  std::string_view source;                         ///< Which documents, by the names they are known by.
  std::function<std::size_t(const Dialect&)> get;  ///< Index into `values`.
  std::function<void(Dialect&, std::size_t)> set;  ///< With an index into `values`.
};

/// All of them, in the order of the struct.
const std::vector<Doubt>& dialect_doubts();

/// Picks one reading by name. Errors name what there is to choose from.
Result<void> set_reading(Dialect& dialect, std::string_view name, std::string_view value);
/// Reads `wrong_pin_takes_onprem_down=false, health_after_takeover=unreachable`; what is not named is as by default.
Result<Dialect> parse_dialect(std::string_view text);
/// What differs from the defaults, in the form parse_dialect reads; empty for none.
std::string to_text(const Dialect& dialect);

/// The default dialect, and for every doubt each dialect that differs from it in that one point.
std::vector<Dialect> dialects_one_apart();

}  // namespace wamigrate::sim
