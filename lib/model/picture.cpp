// Pictures are told by their first bytes: a client may hand one out as it is or in base64 (its page says the one and
// shows the other), and a page of a proxy is none.
#include "base/base64.hpp"
#include "model/observation.hpp"

namespace wamigrate {
namespace {

std::string_view type_of(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xD8\xFF")) return "image/jpeg";
  if (bytes.starts_with("\x89PNG\r\n\x1A\n")) return "image/png";
  return {};
}

}  // namespace

std::optional<Picture> picture_from(std::string_view data) {
  if (const std::string_view type = type_of(data); !type.empty()) return Picture{std::string(type), std::string(data)};
  const auto bytes = from_base64(data);
  if (!bytes || type_of(*bytes).empty()) return std::nullopt;
  return Picture{std::string(type_of(*bytes)), *bytes};
}

}  // namespace wamigrate
