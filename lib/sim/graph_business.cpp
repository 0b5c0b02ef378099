// Graph's endpoints for what a number says and how: business profile, settings.
#include <Poco/String.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/compliance.hpp"
#include "sim/graph_call.hpp"
#include "sim/pictures.hpp"

namespace wamigrate::sim {
namespace {

constexpr std::array<std::string_view, 7> profile_fields{"about",    "address",  "description",        "email",
                                                         "websites", "vertical", "profile_picture_url"};
constexpr std::array<std::string_view, 8> known_profile_fields{
    "about", "address", "description", "email", "websites", "vertical", "profile_picture_url", "messaging_product"};
constexpr std::array<std::string_view, 20> verticals{
    "UNDEFINED",     "OTHER",   "AUTO",    "BEAUTY",     "APPAREL",   "EDU",    "ENTERTAIN",
    "EVENT_PLAN",    "FINANCE", "GROCERY", "GOVT",       "HOTEL",     "HEALTH", "NONPROFIT",
    "PROF_SERVICES", "RETAIL",  "TRAVEL",  "RESTAURANT", "NOT_A_BIZ", ""};

bool is_vertical(const std::string& text) {
  return std::find(verticals.begin(), verticals.end(), text) != verticals.end();
}

Json text_or_nothing(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json read_profile(const Profile& profile, std::string_view field) {
  if (field == "about") return text_or_nothing(profile.about);
  if (field == "address") return text_or_nothing(profile.address);
  if (field == "description") return text_or_nothing(profile.description);
  if (field == "email") return text_or_nothing(profile.email);
  // On-premises the vertical was free text; what is no member of Cloud's list shows as OTHER.
  if (field == "vertical") return is_vertical(profile.vertical) ? text_or_nothing(profile.vertical) : Json("OTHER");
  if (field == "websites" && !profile.websites.empty()) return profile.websites;
  return {};
}

const Upload* uploaded(const State& state, const std::string& handle) {
  for (const auto& [session, upload] : state.uploads) {
    if (!upload.handle.empty() && upload.handle == handle && is_image(upload.bytes)) return &upload;
  }
  return nullptr;
}

struct Limit {
  std::string_view field;
  std::size_t most;
};
constexpr std::array limits{Limit{"about", 139}, Limit{"address", 256}, Limit{"description", 512}, Limit{"email", 128}};

std::optional<Refusal> check_profile(const Dialect& dialect, const Json& body) {
  if (dialect.short_descriptions && text_at(body, "description").size() > 256) {
    return Refusal{100, "(#100) description must be at most 256 characters"};
  }
  for (const Limit& limit : limits) {
    if (text_at(body, limit.field).size() > limit.most) {
      return Refusal{100, fmt::format("(#100) {} must be at most {} characters", limit.field, limit.most)};
    }
  }
  if (body.contains("about") && text_at(body, "about").empty()) return Refusal{100, "(#100) about must not be empty"};
  if (!is_vertical(text_at(body, "vertical"))) return Refusal{100, "(#100) vertical is not one of the known ones"};
  if (!body.contains("websites")) return std::nullopt;
  const Json& websites = body["websites"];
  const bool fine = websites.size() <= 2 && std::all_of(websites.begin(), websites.end(), [](const Json& site) {
                      return site.is_string() && site.get<std::string>().size() <= 256;
                    });
  if (!fine) return Refusal{100, "(#100) websites must be at most 2 URLs of at most 256 characters"};
  return std::nullopt;
}

void write_text(const Json& body, std::string_view field, std::string& into) {
  if (body.contains(std::string(field))) into = text_at(body, field);
}

/// Whether the number is registered with the side that would have to store elsewhere.
bool storage_is_fixed(const GraphCall& call) {
  const Phase& phase = call.number->timeline.at(call.at);
  if (phase.served_by == ServedBy::cloud) return true;
  return phase.platform == Platform::on_premise && call.state.dialect.storage_settings_need_unregistered;
}

Refusal not_storage(const std::string& problem) {
  return {100, fmt::format("(#100) Invalid parameter storage_configuration: {}", problem)};
}

/// As Meta's OpenAPI file has it; it is kept as the page has it, which is how it reads back.
std::optional<Refusal> described_storage(const Json& wanted, Json& storage) {
  constexpr std::array fields{Field{"enabled", Shape::flag, true}, Field{"region"}};
  if (const auto problem = check_fields(wanted, fields)) return not_storage(to_text(*problem));
  const bool enabled = wanted["enabled"].get<bool>();
  if (enabled && !wanted.contains("region")) return not_storage("region is required");
  storage = {{"status", enabled ? "IN_COUNTRY_STORAGE_ENABLED" : "IN_COUNTRY_STORAGE_DISABLED"}};
  if (enabled) storage["data_localization_region"] = wanted["region"];
  return std::nullopt;
}

std::optional<Refusal> paged_storage(const Json& wanted, Json& storage) {
  constexpr std::array fields{Field{"status", Shape::text, true}, Field{"data_localization_region"},
                              Field{"retention_minutes", Shape::number}};
  constexpr std::array<std::string_view, 4> statuses{"IN_COUNTRY_STORAGE_ENABLED", "IN_COUNTRY_STORAGE_DISABLED",
                                                     "NO_STORAGE_ENABLED", "DEFAULT"};
  if (const auto problem = check_fields(wanted, fields)) return not_storage(to_text(*problem));
  const std::string status = text_at(wanted, "status");
  if (std::find(statuses.begin(), statuses.end(), status) == statuses.end()) {
    return Refusal{100, "(#100) storage_configuration.status is not one of the known ones"};
  }
  const bool in_country = status == "IN_COUNTRY_STORAGE_ENABLED";
  if (in_country != wanted.contains("data_localization_region")) {
    return Refusal{100, "(#100) data_localization_region belongs to IN_COUNTRY_STORAGE_ENABLED, and only to it"};
  }
  storage = wanted;
  return std::nullopt;
}

std::optional<Refusal> set_storage(GraphCall& call) {
  const Dialect& dialect = call.state.dialect;
  if (dialect.storage_ignored) return std::nullopt;
  const Json& wanted = call.body["storage_configuration"];
  Json storage;
  auto bad = dialect.storage_as_described ? described_storage(wanted, storage) : paged_storage(wanted, storage);
  if (bad) return bad;
  if (storage_is_fixed(call)) {
    return Refusal{100, "(#100) Storage cannot be configured while the phone number is registered"};
  }
  call.number->storage = std::move(storage);
  call.change = "the storage configuration was set";
  return std::nullopt;
}

}  // namespace

GraphAnswer get_profile(GraphCall& call) {
  auto profile = pick_fields(call, known_profile_fields, profile_fields, [&](std::string_view field) {
    return field == "profile_picture_url" ? text_or_nothing(shown_picture_url(*call.number, call.request.base))
                                          : read_profile(call.number->profile, field);
  });
  if (!profile) return profile;
  profile->erase("id");
  (*profile)["messaging_product"] = "whatsapp";
  if (call.state.dialect.profile_nested) return Json{{"data", Json::array({Json{{"business_profile", *profile}}})}};
  return Json{{"data", Json::array({*profile})}};
}

GraphAnswer get_compliance(GraphCall& call) {
  if (call.number->compliance.is_null()) return Json{{"data", Json::array()}};
  Json told = compliance_shown(call.state, *call.number);
  told["whatsapp_business_account_id"] = call.number->waba_id;
  told["messaging_product"] = "whatsapp";
  return Json{{"data", Json::array({told})}};
}

GraphAnswer post_compliance(GraphCall& call) {
  constexpr std::array fields{Field{"messaging_product", Shape::text, true},
                              Field{"entity_name", Shape::text, true},
                              Field{"entity_type", Shape::text, true},
                              Field{"entity_type_custom"},
                              Field{"is_registered", Shape::flag},
                              Field{"grievance_officer_details", Shape::object, true},
                              Field{"customer_care_details", Shape::object, true}};
  if (auto bad = body_refusal(call, fields)) return tl::make_unexpected(*bad);
  if (auto bad = product_refusal(call)) return tl::make_unexpected(*bad);
  if (const std::string problem = compliance_problem(call.body, false); !problem.empty()) {
    return refuse(100, "(#100) " + problem);
  }
  if (call.number->timeline.at(call.at).served_by != ServedBy::cloud) {
    return refuse(133010, "The phone number is not registered");
  }
  call.number->compliance = call.body;
  call.number->compliance.erase("messaging_product");
  call.change = "the compliance information was written";
  return success(call);
}

GraphAnswer post_profile(GraphCall& call) {
  constexpr std::array fields{Field{"messaging_product", Shape::text, true},
                              Field{"about"},
                              Field{"address"},
                              Field{"description"},
                              Field{"email"},
                              Field{"vertical"},
                              Field{"websites", Shape::list},
                              Field{"profile_picture_handle"}};
  if (auto bad = body_refusal(call, fields)) return tl::make_unexpected(*bad);
  if (auto bad = product_refusal(call)) return tl::make_unexpected(*bad);
  if (auto bad = check_profile(call.state.dialect, call.body)) return tl::make_unexpected(*bad);
  if (call.number->timeline.at(call.at).served_by != ServedBy::cloud) {
    return refuse(133010, "The phone number is not registered");
  }
  const Upload* picture = nullptr;
  if (call.body.contains("profile_picture_handle")) {
    picture = uploaded(call.state, text_at(call.body, "profile_picture_handle"));
    if (picture == nullptr) return refuse(100, "The profile picture handle is invalid or expired", 0, 422);
  }
  Profile& profile = call.number->profile;
  write_text(call.body, "about", profile.about);
  write_text(call.body, "address", profile.address);
  write_text(call.body, "description", profile.description);
  write_text(call.body, "email", profile.email);
  write_text(call.body, "vertical", profile.vertical);
  if (call.body.contains("websites")) profile.websites = call.body["websites"].get<std::vector<std::string>>();
  if (picture != nullptr) {
    profile.picture = picture->bytes;
    profile.picture_url = "https://pps.whatsapp.net/" + picture->handle;
  }
  call.change = "the business profile was written";
  return success(call);
}

GraphAnswer get_settings(GraphCall& call) {
  Json settings = call.number->settings;
  Json& storage = settings["storage_configuration"] = call.number->storage;
  if (!call.state.dialect.storage_as_described) return settings;
  for (const char* member : {"status", "data_localization_region"}) {
    if (storage.contains(member)) storage[member] = Poco::toLower(text_at(storage, member));
  }
  return settings;
}

GraphAnswer post_settings(GraphCall& call) {
  constexpr std::array fields{Field{"calling", Shape::object}, Field{"payload_encryption", Shape::object},
                              Field{"storage_configuration", Shape::object},
                              Field{"user_identity_change", Shape::object}};
  if (auto bad = body_refusal(call, fields)) return tl::make_unexpected(*bad);
  if (call.body.size() != 1) return refuse(100, "(#100) Exactly one feature setting per request");
  if (call.body.contains("storage_configuration")) {
    if (auto bad = set_storage(call)) return tl::make_unexpected(*bad);
    return success(call);
  }
  const auto feature = call.body.begin();
  call.number->settings[feature.key()] = feature.value();
  call.change = fmt::format("the {} settings were written", feature.key());
  return success(call);
}

}  // namespace wamigrate::sim
