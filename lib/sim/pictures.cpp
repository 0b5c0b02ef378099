// Pictures lie on a host of their own, that knows no tokens and answers no JSON.
#include "sim/pictures.hpp"

namespace wamigrate::sim {
namespace {

constexpr std::string_view meta = "https://graph.facebook.com";
constexpr std::string_view folder = "/pictures/";

}  // namespace

bool is_image(const std::string& bytes) { return bytes.starts_with("\xFF\xD8\xFF") || bytes.starts_with("\x89PNG"); }

bool is_picture_path(const std::string& path) { return path.starts_with(folder); }

std::string picture_bytes(const Profile& profile) {
  if (!profile.picture.empty() || profile.picture_url.empty()) return profile.picture;
  return "\xFF\xD8\xFF" + profile.picture_url;
}

std::string shown_picture_url(const WorldNumber& number, const std::string& base) {
  if (number.profile.picture_url.empty() || base == meta) return number.profile.picture_url;
  return base + std::string(folder) + number.phone_number_id;
}

std::string picture_path(const State& state, const std::string& url) {
  for (const auto& [phone, number] : state.numbers) {
    if (number.profile.picture_url == url) return std::string(folder) + number.phone_number_id;
  }
  return std::string(folder) + "none";
}

DoorReply picture_reply(const State& state, const DoorRequest& request) {
  const auto found = state.phone_by_id.find(request.path.substr(folder.size()));
  const auto number = found == state.phone_by_id.end() ? state.numbers.end() : state.numbers.find(found->second);
  const bool shown = number != state.numbers.end() && !number->second.profile.picture_url.empty();
  if (!request.authorization.empty() || !shown) {
    return {.status = shown ? 403 : 404, .headers = {{"Content-Type", "text/plain"}}, .body = "no such picture\n"};
  }
  return {.headers = {{"Content-Type", "image/jpeg"}}, .body = picture_bytes(number->second.profile)};
}

}  // namespace wamigrate::sim
