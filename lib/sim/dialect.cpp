// The list of doubts: one entry a member of Dialect, in its order, each with the documents that leave it open.
#include "sim/dialect.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace wamigrate::sim {
namespace {

Doubt flag(std::string_view name, bool Dialect::*member, std::string_view question, std::string_view source) {
  return {name,
          {"false", "true"},
          question,
          source,
          [member](const Dialect& dialect) { return dialect.*member ? std::size_t{1} : std::size_t{0}; },
          [member](Dialect& dialect, std::size_t value) { dialect.*member = value == 1; }};
}

template <class Choice>
Doubt choice(std::string_view name, Choice Dialect::*member, std::vector<std::string_view> values,
             std::string_view question, std::string_view source) {
  return {name,
          std::move(values),
          question,
          source,
          [member](const Dialect& dialect) { return static_cast<std::size_t>(dialect.*member); },
          [member](Dialect& dialect, std::size_t value) { dialect.*member = static_cast<Choice>(value); }};
}

std::vector<Doubt> answer_doubts() {
  return {
      flag("success_as_string", &Dialect::success_as_string, "is {\"success\":…} a boolean, or the text \"true\"?",
           "OpenAPI: boolean; very old documents print the string"),
      flag("error_code_as_string", &Dialect::error_code_as_string, "is an error's code a number or text?",
           "error reference: number; client libraries coerce text"),
      flag("error_data_as_string", &Dialect::error_data_as_string, "is error_data an object or plain text?",
           "error reference: object; client libraries meet text"),
      flag("subcodes_returned", &Dialect::subcodes_returned, "do errors carry error_subcode?",
           "error reference: not returned from v16; OpenAPI v23.0 examples carry it"),
      flag("throttle_as_429", &Dialect::throttle_as_429, "is throttling answered as HTTP 400 or 429?",
           "error reference (Dec 2025): 400; OpenAPI: 429"),
      flag("unknown_object_is_404", &Dialect::unknown_object_is_404,
           "is an unknown object 400 with 100/33, or 404 with 803?", "Graph: 100/33; OpenAPI: 404 with 803"),
      flag("profile_nested", &Dialect::profile_nested, "does the profile stand bare in data[], or in business_profile?",
           "profile page: bare; OpenAPI: nested"),
      flag("paging_next_carries_token", &Dialect::paging_next_carries_token,
           "does paging.next repeat the access token as a parameter?", "not documented; seen with older Graph clients"),
      choice(
          "number_lists", &Dialect::number_lists, {"full", "sparse", "refused"},
          "do lists of numbers carry certificate, webhook_configuration and health_status, leave them out, or refuse "
          "to be asked for them?",
          "phone_numbers reference: takes `fields` without saying which; OpenAPI: no certificate, no health_status"),
      flag("false_left_out", &Dialect::false_left_out, "does a number's node show what is false, or leave it out?",
           "phone-number reference shows both; client libraries treat every field but id as optional"),
      flag("platform_type_left_out", &Dialect::platform_type_left_out,
           "does a number's node have platform_type, or host_platform alone?",
           "changelog (Aug 2023): platform_type; OpenAPI: host_platform"),
      flag("certificate_left_out", &Dialect::certificate_left_out, "does a number's node hand out its certificate?",
           "phone-number reference: yes; OpenAPI: unified_cert_status in its place"),
      flag("health_status_unknown", &Dialect::health_status_unknown, "has a number's node health_status?",
           "health status page: yes; OpenAPI: not among the fields"),
      flag("status_says_linked", &Dialect::status_says_linked,
           "is status CONNECTED and DISCONNECTED, or LINKED and UNLINKED?",
           "OpenAPI has both enumerations for phone numbers"),
      flag("onprem_shown_disconnected", &Dialect::onprem_shown_disconnected,
           "is the status of a number that on-premises serves CONNECTED?",
           "field reports: CONNECTED or DISCONNECTED with ON_PREMISE"),
      flag("verification_shown_expired", &Dialect::verification_shown_expired,
           "does a number that is served stay VERIFIED, or does it show EXPIRED after a while?",
           "registration page: must be VERIFIED; integrators' reports: EXPIRED on connected numbers"),
      flag("waba_limit_is_80008", &Dialect::waba_limit_is_80008, "is a WABA's call limit code 80007 or 80008?",
           "error reference: 80007; rate-limit page: 80008"),
      flag("usage_headers_left_out", &Dialect::usage_headers_left_out, "do replies carry the usage headers?",
           "OpenAPI: yes; a field report: not with every call"),
      flag("long_codes_as_codes", &Dialect::long_codes_as_codes,
           "do the codes 2388xxx stand in code or in error_subcode?",
           "error reference lists them as codes; from memory: error_subcode, with code 100"),
      flag("targets_always_listed", &Dialect::targets_always_listed,
           "does debug_token leave target_ids out for a token that is for all assets?",
           "samples without target_ids; that absent means all is from memory"),
      flag("short_descriptions", &Dialect::short_descriptions, "may a description have 512 characters, or 256?",
           "profile page: 512; OpenAPI: 256"),
      flag("language_needs_country", &Dialect::language_needs_country,
           "may request_code's language be en, or only en_US?",
           "list of template languages: en; OpenAPI: a pattern with a country"),
      flag("wrong_code_as_100", &Dialect::wrong_code_as_100, "is a wrong ownership code 136025, or 100 with 422?",
           "error lists: 136025; OpenAPI: 422 with 100"),
      flag("picture_as_base64", &Dialect::picture_as_base64,
           "does an on-premises client hand out the profile picture's bytes, or base64 of them?",
           "on-premises reference, profile photo: \"base64-encoded binary\" above a reply of type image/jpeg"),
      flag("entity_types_as_codes", &Dialect::entity_types_as_codes,
           "is the type of a business's entity shown, and taken on-premises, in words or as Graph takes it?",
           "Graph reference: shows Partnership, takes PARTNERSHIP; on-premises page: TYPE; partners' pages: words"),
      flag("version_with_v", &Dialect::version_with_v, "is meta.version 2.49.3 or v2.49.3?",
           "migration guide: without; login reference: with"),
      flag("delays_as_text", &Dialect::delays_as_text, "are the callback delays numbers or text?",
           "settings reference: numbers; third-party OpenAPI: text"),
      flag("expiry_as_text", &Dialect::expiry_as_text, "is expire_timestamp a number of seconds or a date?",
           "support reference names the key without its type"),
      flag("refused_token_without_body", &Dialect::refused_token_without_body, "does a 401 carry the error envelope?",
           "login reference: HTTP 401, without a body"),
      choice("denied_as", &Dialect::denied_as, {"bad_request", "unauthorized", "forbidden"},
             "is 1005 answered as HTTP 400, 401 or 403?", "no on-premises page read gives statuses with the codes"),
      choice("settings_write_answer", &Dialect::settings_write_answer, {"null", "empty", "meta"},
             "is a settings write answered null, {}, or meta only?",
             "on-premises pages show all three; account 201: meta only or empty"),
  };
}

std::vector<Doubt> registration_doubts() {
  return {
      flag("status_lags", &Dialect::status_lags, "does what Graph shows lag behind what is?",
           "not documented whether platform_type flips with the success of register"),
      flag("pending_after_register", &Dialect::pending_after_register, "is status PENDING for a while after register?",
           "a partner's documents: PENDING, then CONNECTED"),
      flag("pending_for_minutes", &Dialect::pending_for_minutes, "is it PENDING for seconds or for minutes?",
           "account-migration reference: 15 seconds; local-storage FAQ: typically below five minutes"),
      flag("repeated_register_refused", &Dialect::repeated_register_refused,
           "is a register of a number already on Cloud refused?",
           "OpenAPI: 422 already registered; registration page: call it again after a name change"),
      flag("refused_attempts_count", &Dialect::refused_attempts_count,
           "does a refused register count towards the ten of 72 hours?", "registration page: requests, without saying"),
      flag("wrong_pin_takes_onprem_down", &Dialect::wrong_pin_takes_onprem_down,
           "does a register with a wrong PIN disconnect on-premises all the same?",
           "account-migration reference: it can; migration guide: silent"),
      flag("wrong_pin_as_locked", &Dialect::wrong_pin_as_locked, "is a wrong PIN 133005, or 131031?",
           "error reference: 133005; 131031 also where the PIN did not match"),
      flag("bad_backup_takes_onprem_down", &Dialect::bad_backup_takes_onprem_down,
           "does a register with a bad backup disconnect on-premises?", "not documented"),
      choice("bad_backup_code", &Dialect::bad_backup_code,
             {"own_codes", "invalid_parameter", "invalid_value", "verify_again"},
             "is an unusable backup one of 133001 to 133003, or 100, 131009 or 133006?",
             "error lists have 133001 to 133003; the register edge's list does not"),
      flag("backup_needs_connected_client", &Dialect::backup_needs_connected_client,
           "must the on-premises client be connected when its backup is registered?",
           "a partner's documents: else the change fails; migration guide: silent"),
      flag("expired_client_gives_backup", &Dialect::expired_client_gives_backup,
           "does a client that has expired, and is off, still make a backup?",
           "on-premises reference, backup: needs a registered client; nothing is said of an expired one"),
      flag("onprem_needs_backup", &Dialect::onprem_needs_backup,
           "may a number that on-premises holds be registered without a backup?",
           "migration guide: yes, and the profile is lost; account-migration reference: backup required"),
      flag("backup_survives_cloud_registration", &Dialect::backup_survives_cloud_registration,
           "is a backup still good after a Cloud registration?", "not documented"),
      flag("oba_lost_without_backup", &Dialect::oba_lost_without_backup,
           "is the official badge lost by a register without backup?", "migration guide: may be lost"),
      flag("region_accepted_in_register", &Dialect::region_accepted_in_register,
           "may register carry data_localization_region from v21 on?",
           "local-storage page: no; registration page: shown in a v25.0 sample"),
      flag("storage_settings_need_unregistered", &Dialect::storage_settings_need_unregistered,
           "are storage settings refused while the number is registered on-premises?",
           "local-storage page: while unregistered, without naming on-premises"),
      flag("storage_as_described", &Dialect::storage_as_described,
           "does /settings take storage as {enabled, region}, and show it in small letters?",
           "local-storage page: status and data_localization_region, in capitals; OpenAPI: enabled and region, and "
           "answers in small letters"),
      flag("storage_ignored", &Dialect::storage_ignored,
           "are members of storage_configuration that /settings does not know refused, or passed over with success?",
           "Cloud API overview: unknown properties are refused; nothing is said of nested ones"),
      flag("deregister_settles", &Dialect::deregister_settles,
           "must one wait after a deregistration before registering (133015)?",
           "error reference: recently deleted, wait five minutes; registration page: silent"),
      flag("deregistered_stays_cloud_api", &Dialect::deregistered_stays_cloud_api,
           "is platform_type NOT_APPLICABLE after a deregistration, or CLOUD_API as before?", "not documented"),
      flag("deregister_unverifies", &Dialect::deregister_unverifies,
           "does a deregistration end the proof of ownership?",
           "registration page: silent; a vendor's FAQ: dead until a code by text message"),
      flag("ownership_code_needs_move", &Dialect::ownership_code_needs_move,
           "can an ownership code be requested for a number that is not being moved between WABAs?",
           "133006: request one; 2388091: not by this API"),
      flag("account_needs_deregister", &Dialect::account_needs_deregister,
           "does an on-premises registration take over from Cloud, or must Cloud be deregistered first?",
           "not documented; the page's steps are not preserved"),
      flag("account_asks_for_code", &Dialect::account_asks_for_code,
           "does an on-premises registration of a verified number want a code?",
           "account reference: 201 or 202; embedded-signup page: no code for a verified number"),
      flag("account_code_ends_cloud", &Dialect::account_code_ends_cloud,
           "does Cloud serve on until the code is entered, or only until it is asked for?", "not documented"),
      flag("account_needs_restart", &Dialect::account_needs_restart,
           "does a registered client connect by itself, or after its Coreapp is restarted?",
           "account reference: a registration again needs a Coreapp restart"),
      choice("account_wrong_pin", &Dialect::account_wrong_pin, {"denied_naming_it", "denied", "invalid", "too_many"},
             "is a wrong PIN on-premises 1005 that names it, 1005, 1009 or 1015?",
             "account reference: errors of 1005 and 1015; their texts are not preserved"),
      flag("account_wrong_pin_ends_cloud", &Dialect::account_wrong_pin_ends_cloud,
           "does an on-premises registration with a wrong PIN end Cloud's service?",
           "documented for the other direction only"),
      choice("account_wrong_code", &Dialect::account_wrong_code, {"invalid", "denied", "code_400"},
             "is a wrong registration code 1009, 1005 or 400?", "not documented; a third-party mock: code 400"),
      flag("needless_pin_refused", &Dialect::needless_pin_refused,
           "is a PIN refused where two-step verification is off?", "account reference: required if and only if on"),
      flag("pin_ends_with_cloud", &Dialect::pin_ends_with_cloud,
           "does the PIN stay with the number when on-premises takes it, or is two-step verification off then?",
           "from memory: the PIN is the number's; two-step page: optional on-premises, mandatory on Cloud"),
      flag("settings_reset_on_registration", &Dialect::settings_reset_on_registration,
           "do application settings survive an on-premises registration?", "not documented"),
      choice("health_after_takeover", &Dialect::health_after_takeover,
             {"disconnected", "unregistered", "unreachable", "not_running"},
             "what does an on-premises node say after Cloud took over?",
             "account-migration reference: disconnected and shut down"),
  };
}

std::vector<Doubt> all_doubts() {
  std::vector<Doubt> all = answer_doubts();
  for (Doubt& doubt : registration_doubts()) all.push_back(std::move(doubt));
  return all;
}

std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\n");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1));
}

}  // namespace

const std::vector<Doubt>& dialect_doubts() {
  static const std::vector<Doubt> doubts = all_doubts();
  return doubts;
}

Result<void> set_reading(Dialect& dialect, std::string_view name, std::string_view value) {
  for (const Doubt& doubt : dialect_doubts()) {
    if (doubt.name != name) continue;
    const auto found = std::find(doubt.values.begin(), doubt.values.end(), value);
    if (found == doubt.values.end()) {
      return fail(fmt::format("the dialect's {} cannot be {}", name, value),
                  fmt::format("choose one of: {}", fmt::join(doubt.values, ", ")));
    }
    doubt.set(dialect, static_cast<std::size_t>(found - doubt.values.begin()));
    return {};
  }
  std::vector<std::string_view> names;
  for (const Doubt& doubt : dialect_doubts()) names.push_back(doubt.name);
  return fail(fmt::format("the dialect has no {}", name), fmt::format("there is: {}", fmt::join(names, ", ")));
}

Result<Dialect> parse_dialect(std::string_view text) {
  Dialect dialect;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const std::string part = trimmed(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    if (part.empty()) continue;
    const auto equals = part.find('=');
    if (equals == std::string::npos) {
      return fail(fmt::format("{} says no value", part), "write name=value, with commas between");
    }
    const auto set = set_reading(dialect, trimmed(part.substr(0, equals)), trimmed(part.substr(equals + 1)));
    if (!set) return tl::make_unexpected(set.error());
  }
  return dialect;
}

std::string to_text(const Dialect& dialect) {
  const Dialect usual;
  std::string text;
  for (const Doubt& doubt : dialect_doubts()) {
    const std::size_t value = doubt.get(dialect);
    if (value == doubt.get(usual)) continue;
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", doubt.name, doubt.values[value]);
  }
  return text;
}

std::vector<Dialect> dialects_one_apart() {
  std::vector<Dialect> dialects{Dialect{}};
  for (const Doubt& doubt : dialect_doubts()) {
    for (std::size_t value = 0; value < doubt.values.size(); ++value) {
      if (value == doubt.get(Dialect{})) continue;
      Dialect other;
      doubt.set(other, value);
      dialects.push_back(other);
    }
  }
  return dialects;
}

}  // namespace wamigrate::sim
