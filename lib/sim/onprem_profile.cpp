// On-premises: what people see of the business.
#include <algorithm>
#include <array>

#include "base/base64.hpp"
#include "sim/compliance.hpp"
#include "sim/onprem_call.hpp"
#include "sim/pictures.hpp"

namespace wamigrate::sim {
namespace {

constexpr std::array profile_fields{Field{"address"}, Field{"description"}, Field{"email"}, Field{"vertical"},
                                    Field{"websites", Shape::list}};

void put(Json& object, const char* key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

void take(const Json& body, const char* key, std::string& into) {
  if (body.contains(key)) into = text_at(body, key);
}

std::optional<Refusal> check_lengths(const Json& body) {
  if (text_at(body, "address").size() > 256) return Refusal{1009, "address must be at most 256 characters"};
  if (text_at(body, "description").size() > 512) return Refusal{1009, "description must be at most 512 characters"};
  if (text_at(body, "email").size() > 128) return Refusal{1009, "email must be at most 128 characters"};
  if (text_at(body, "vertical").size() > 128) return Refusal{1009, "vertical must be at most 128 characters"};
  if (!body.contains("websites")) return std::nullopt;
  const Json& sites = body["websites"];
  const bool texts = std::all_of(sites.begin(), sites.end(), [](const Json& site) { return site.is_string(); });
  if (!texts || sites.size() > 2) return Refusal{1009, "websites must be at most 2 URLs"};
  return std::nullopt;
}

}  // namespace

OnpremAnswer get_business_profile(OnpremCall& call) {
  if (auto bad = connected_refusal(call)) return tl::make_unexpected(*bad);
  const Profile& profile = call.number->profile;
  Json shown = Json::object();
  put(shown, "address", profile.address);
  put(shown, "description", profile.description);
  put(shown, "email", profile.email);
  put(shown, "vertical", profile.vertical);
  if (!profile.websites.empty()) shown["websites"] = profile.websites;
  return OnpremReply{.body = {{"settings", {{"business", {{"profile", shown}}}}}}};
}

OnpremAnswer post_business_profile(OnpremCall& call) {
  if (auto bad = body_refusal(call.body, profile_fields)) return tl::make_unexpected(*bad);
  if (auto bad = check_lengths(call.body)) return tl::make_unexpected(*bad);
  if (auto bad = connected_refusal(call)) return tl::make_unexpected(*bad);
  Profile& profile = call.number->profile;
  take(call.body, "address", profile.address);
  take(call.body, "description", profile.description);
  take(call.body, "email", profile.email);
  take(call.body, "vertical", profile.vertical);
  if (call.body.contains("websites")) profile.websites = call.body["websites"].get<std::vector<std::string>>();
  call.change = "the business profile was written";
  return written(call);
}

OnpremAnswer get_about(OnpremCall& call) {
  if (auto bad = connected_refusal(call)) return tl::make_unexpected(*bad);
  return OnpremReply{.body = {{"settings", {{"profile", {{"about", {{"text", call.number->profile.about}}}}}}}}};
}

OnpremAnswer get_picture(OnpremCall& call) {
  if (auto bad = connected_refusal(call)) return tl::make_unexpected(*bad);
  const std::string& link = call.number->profile.picture_url;
  if (link.empty()) return refuse_onprem(1006, "no profile photo is set");
  if (!call.request.parameter("format")) {
    const std::string bytes = picture_bytes(call.number->profile);
    return OnpremReply{.bytes = call.state.dialect.picture_as_base64 ? to_base64(bytes) : bytes};
  }
  return OnpremReply{.body = {{"settings", {{"profile", {{"photo", {{"link", link}}}}}}}}};
}

OnpremAnswer post_picture(OnpremCall& call) {
  constexpr std::size_t most = 5UL * 1024 * 1024;
  if (!call.request.content_type.starts_with("image/")) return refuse_onprem(1025, "The content type must be an image");
  if (!is_image(call.request.body) || call.request.body.size() > most) {
    return refuse_onprem(1009, "the profile photo must be an image of at most 5 MB");
  }
  if (auto bad = connected_refusal(call)) return tl::make_unexpected(*bad);
  call.number->profile.picture = call.request.body;
  call.number->profile.picture_url = "https://pps.whatsapp.net/" + call.number->phone_number_id;
  call.change = "the profile photo was written";
  return written(call);
}

OnpremAnswer get_onprem_compliance(OnpremCall& call) {
  if (auto bad = connected_refusal(call)) return tl::make_unexpected(*bad);
  const bool told = !call.number->compliance.is_null();
  const Json shown = told ? compliance_shown(call.state, *call.number) : Json::object();
  return OnpremReply{.body = {{"settings", {{"business", {{"compliance_info", shown}}}}}}};
}

OnpremAnswer post_onprem_compliance(OnpremCall& call) {
  constexpr std::array fields{Field{"entity_name", Shape::text, true},
                              Field{"entity_type", Shape::text, true},
                              Field{"entity_type_custom"},
                              Field{"is_registered", Shape::flag},
                              Field{"grievance_officer_details", Shape::object, true},
                              Field{"customer_care_details", Shape::object, true}};
  if (auto bad = body_refusal(call.body, fields)) return tl::make_unexpected(*bad);
  const bool words = !call.state.dialect.entity_types_as_codes;
  if (const std::string problem = compliance_problem(call.body, words); !problem.empty()) {
    return refuse_onprem(1009, problem);
  }
  if (auto bad = connected_refusal(call)) return tl::make_unexpected(*bad);
  call.number->compliance = call.body;
  call.number->compliance["entity_type"] = entity_code(text_at(call.body, "entity_type"));
  call.change = "the compliance information was written";
  return written(call);
}

OnpremAnswer patch_about(OnpremCall& call) {
  constexpr std::array fields{Field{"text", Shape::text, true}};
  if (auto bad = body_refusal(call.body, fields)) return tl::make_unexpected(*bad);
  if (text_at(call.body, "text").size() > 139) return refuse_onprem(1009, "text must be at most 139 characters");
  if (auto bad = connected_refusal(call)) return tl::make_unexpected(*bad);
  call.number->profile.about = text_at(call.body, "text");
  call.change = "the about text was written";
  return written(call);
}

}  // namespace wamigrate::sim
