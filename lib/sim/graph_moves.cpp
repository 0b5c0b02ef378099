// Graph's endpoints that move a number: register, deregister, and the ownership code.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/graph_call.hpp"
#include "sim/registration.hpp"

namespace wamigrate::sim {
namespace {

bool is_six_digits(const std::string& text) {
  return text.size() == 6 && text.find_first_not_of("0123456789") == std::string::npos;
}

constexpr std::array<std::string_view, 13> storage_regions{"AU", "ID", "IN", "JP", "SG", "KR", "DE",
                                                           "CH", "GB", "BR", "BH", "ZA", "AE"};

std::optional<Refusal> check_storage(const GraphCall& call) {
  const bool region = call.body.contains("data_localization_region");
  const bool retention = call.body.contains("meta_store_retention_minutes");
  if (!region && !retention) return std::nullopt;
  if (call.version >= 21 && !call.state.dialect.region_accepted_in_register) {
    return Refusal{12, "(#12) Deprecated for versions v21.0 or higher"};
  }
  if (region && retention) return Refusal{100, "(#100) Choose a storage region or no storage, not both"};
  const std::string code = text_at(call.body, "data_localization_region");
  const bool known =
      std::find(storage_regions.begin(), storage_regions.end(), code) != storage_regions.end() || code == "CA";
  if (region && !known) return Refusal{100, "(#100) data_localization_region is not a supported country"};
  if (retention && number_at(call.body, "meta_store_retention_minutes") != 60) {
    return Refusal{100, "(#100) meta_store_retention_minutes must be 60"};
  }
  return std::nullopt;
}

std::optional<Refusal> check_register_body(const GraphCall& call) {
  constexpr std::array fields{Field{"messaging_product", Shape::text, true},
                              Field{"pin", Shape::text, true},
                              Field{"backup", Shape::object},
                              Field{"tier"},
                              Field{"data_localization_region"},
                              Field{"meta_store_retention_minutes", Shape::number}};
  constexpr std::array backup_fields{Field{"password", Shape::text, true}, Field{"data", Shape::text, true}};
  if (auto bad = body_refusal(call, fields)) return bad;
  if (auto bad = product_refusal(call)) return bad;
  if (!is_six_digits(text_at(call.body, "pin"))) {
    return Refusal{100, "Invalid PIN format. PIN must be exactly 6 digits"};
  }
  if (call.body.contains("backup")) {
    if (const auto problem = check_fields(call.body["backup"], backup_fields)) {
      return Refusal{100, fmt::format("(#100) Invalid parameter backup: {}", to_text(*problem))};
    }
  }
  constexpr std::array<std::string_view, 5> tiers{"", "PROD", "SANDBOX", "prod", "test"};
  if (std::find(tiers.begin(), tiers.end(), text_at(call.body, "tier")) == tiers.end()) {
    return Refusal{100, "(#100) tier must be PROD or SANDBOX"};
  }
  return check_storage(call);
}

GraphAnswer outcome_answer(GraphCall& call, const Outcome& outcome) {
  call.change = outcome.change;
  call.takes = outcome.takes;
  if (outcome.refusal) return tl::make_unexpected(*outcome.refusal);
  return success(call);
}

}  // namespace

GraphAnswer post_register(GraphCall& call) {
  if (auto bad = check_register_body(call)) return tl::make_unexpected(*bad);
  RegisterOrder order;
  order.pin = text_at(call.body, "pin");
  order.with_backup = call.body.contains("backup");
  if (order.with_backup) {
    order.backup_password = text_at(call.body["backup"], "password");
    order.backup_data = text_at(call.body["backup"], "data");
  }
  const Outcome outcome = register_on_cloud(call.state, *call.number, order, call.at);
  if (const std::string region = text_at(call.body, "data_localization_region"); !outcome.refusal && !region.empty()) {
    call.number->storage = {{"status", "IN_COUNTRY_STORAGE_ENABLED"}, {"data_localization_region", region}};
  }
  return outcome_answer(call, outcome);
}

GraphAnswer post_deregister(GraphCall& call) {
  if (auto bad = body_refusal(call, {})) return tl::make_unexpected(*bad);
  return outcome_answer(call, deregister_from_cloud(call.state, *call.number, call.at));
}

GraphAnswer post_request_code(GraphCall& call) {
  constexpr std::array fields{Field{"code_method", Shape::text, true}, Field{"language", Shape::text, true}};
  if (auto bad = body_refusal(call, fields)) return tl::make_unexpected(*bad);
  const std::string method = text_at(call.body, "code_method");
  if (method != "SMS" && method != "VOICE") return refuse(100, "Invalid parameter: code_method must be SMS or VOICE");
  const std::string language = text_at(call.body, "language");
  const bool shaped = (language.size() == 2 && !call.state.dialect.language_needs_country) ||
                      (language.size() == 5 && language[2] == '_');
  if (!shaped) return refuse(100, "Invalid parameter: language must look like en_US");
  if (call.state.dialect.ownership_code_needs_move) {
    return refuse(100, "The phone number is not being migrated; use register and verify", 2388091);
  }
  call.number->code_requested = true;
  call.change = "a registration code was sent";
  return success(call);
}

GraphAnswer post_verify_code(GraphCall& call) {
  constexpr std::array fields{Field{"code", Shape::text, true}};
  if (auto bad = body_refusal(call, fields)) return tl::make_unexpected(*bad);
  const std::string code = text_at(call.body, "code");
  if (!is_six_digits(code)) return refuse(100, "Invalid parameter: code must be 6 digits");
  if (!call.number->code_requested) return refuse(136025, "No code was requested");
  if (code != call.number->code) {
    if (call.state.dialect.wrong_code_as_100) return refuse(100, "(#100) The code is invalid or has expired", 0, 422);
    return refuse(136025, "The code does not match");
  }
  call.number->code_requested = false;
  call.number->verification = "VERIFIED";
  call.change = "ownership was verified";
  Json answer = success(call);
  answer["id"] = call.number->phone_number_id;
  return answer;
}

}  // namespace wamigrate::sim
