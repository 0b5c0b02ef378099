// Profiles and snapshots as JSON, and the one word of a profile that the two sides spell differently: the vertical.
#include <algorithm>
#include <array>
#include <cctype>

#include "base/base64.hpp"
#include "model/observation.hpp"

namespace wamigrate {
namespace {

struct Vertical {
  std::string_view cloud;   // Graph's two enumerations (OpenAPI v23.0, 2025-11-21), taken together
  std::string_view onprem;  // the words of the on-premises profile page; any text is allowed there
};
constexpr std::array<Vertical, 22> verticals = {{
    {"AUTO", "Automotive"},
    {"BEAUTY", "Beauty, Spa and Salon"},
    {"APPAREL", "Clothing and Apparel"},
    {"EDU", "Education"},
    {"ENTERTAIN", "Entertainment"},
    {"EVENT_PLAN", "Event Planning and Service"},
    {"FINANCE", "Finance and Banking"},
    {"GROCERY", "Food and Grocery"},
    {"GOVT", "Public Service"},
    {"HOTEL", "Hotel and Lodging"},
    {"HEALTH", "Medical and Health"},
    {"NONPROFIT", "Non-profit"},
    {"PROF_SERVICES", "Professional Services"},
    {"RETAIL", "Shopping and Retail"},
    {"TRAVEL", "Travel and Transportation"},
    {"RESTAURANT", "Restaurant"},
    {"OTHER", "Other"},
    {"NOT_A_BIZ", "Not a Business"},
    // Graph alone has these: on-premises gets the same words, so that the way there and back loses none.
    {"ALCOHOL", "Alcohol"},
    {"ONLINE_GAMBLING", "Online Gambling"},
    {"PHYSICAL_GAMBLING", "Physical Gambling"},
    {"OTC_DRUGS", "OTC Drugs"},
}};

// How Graph spells a vertical that nobody has chosen: it says nothing, and is not written anywhere.
constexpr std::string_view never_set = "UNDEFINED";

std::string folded(std::string_view text) {
  std::string letters;
  for (char c : text) {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
      letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return letters;
}

const Vertical* find_vertical(std::string_view text) {
  const auto found = std::find_if(verticals.begin(), verticals.end(), [&](const Vertical& vertical) {
    return folded(vertical.cloud) == folded(text) || folded(vertical.onprem) == folded(text);
  });
  return found == verticals.end() ? nullptr : &*found;
}

}  // namespace

std::string vertical_on_cloud(std::string_view text) {
  if (text == never_set) return {};
  const Vertical* vertical = find_vertical(text);
  return vertical != nullptr ? std::string(vertical->cloud) : text.empty() ? "" : "OTHER";
}

std::string vertical_onprem(std::string_view text) {
  if (text == never_set) return {};
  const Vertical* vertical = find_vertical(text);
  return std::string(vertical != nullptr ? vertical->onprem : text);
}

bool covers(const Profile& has, const Profile& wanted) {
  auto kept = [](const std::string& now, const std::string& then) { return then.empty() || now == then; };
  return kept(has.about, wanted.about) && kept(has.address, wanted.address) &&
         kept(has.description, wanted.description) && kept(has.email, wanted.email) &&
         kept(vertical_on_cloud(has.vertical), vertical_on_cloud(wanted.vertical)) &&
         (wanted.websites.empty() || has.websites == wanted.websites);
}

Json to_json(const Profile& profile) {
  return {{"about", profile.about}, {"address", profile.address},   {"description", profile.description},
          {"email", profile.email}, {"vertical", profile.vertical}, {"websites", profile.websites}};
}

Json to_json(const Snapshot& snapshot) {
  Json templates = Json::object();
  for (const auto& [status, count] : snapshot.templates) templates[status] = count;
  Json json = {{"profile", to_json(snapshot.profile)},
               {"application", snapshot.application},
               {"verified_name", snapshot.verified_name},
               {"quality_rating", snapshot.quality_rating},
               {"messaging_limit", snapshot.messaging_limit},
               {"throughput", snapshot.throughput},
               {"templates", templates}};
  if (snapshot.is_official) json["is_official"] = *snapshot.is_official;
  if (snapshot.picture) json["picture"] = *snapshot.picture;
  if (!snapshot.picture_data.empty()) json["picture_data"] = to_base64(snapshot.picture_data.bytes);
  if (!snapshot.compliance.is_null()) json["compliance"] = snapshot.compliance;
  return json;
}

Snapshot snapshot_from_json(const Json& json) {
  Snapshot snapshot;
  snapshot.profile = profile_from_json(at_path(json, {"profile"}));
  snapshot.application = at_path(json, {"application"});
  snapshot.verified_name = text_at(json, "verified_name");
  snapshot.quality_rating = text_at(json, "quality_rating");
  snapshot.messaging_limit = text_at(json, "messaging_limit");
  snapshot.throughput = text_at(json, "throughput");
  snapshot.is_official = flag_at(json, "is_official");
  snapshot.picture = flag_at(json, "picture");
  snapshot.picture_data = picture_from(text_at(json, "picture_data")).value_or(Picture{});
  snapshot.compliance = compliance_from(at_path(json, {"compliance"}));
  for (const auto& [status, count] : at_path(json, {"templates"}).items()) {
    if (count.is_number_integer()) snapshot.templates[status] = count.get<int>();
  }
  return snapshot;
}

Profile profile_from_json(const Json& json) {
  Profile profile;
  profile.about = text_at(json, "about");
  profile.address = text_at(json, "address");
  profile.description = text_at(json, "description");
  profile.email = text_at(json, "email");
  profile.vertical = text_at(json, "vertical");
  const Json& websites = at_path(json, {"websites"});
  if (websites.is_array()) {
    for (const Json& website : websites) {
      if (website.is_string()) profile.websites.push_back(website.get<std::string>());
    }
  }
  return profile;
}

}  // namespace wamigrate
