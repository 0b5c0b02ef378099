// The calls of both APIs that senders make, by method and path. On-premises' may stand behind a path prefix, Graph's
// begin with a version or with an id.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "messages/note.hpp"
#include "messages/payload.hpp"

namespace wamigrate::messages {
namespace {

using Segments = std::vector<std::string_view>;

struct Call {
  std::string_view method;  // empty: any
  std::string_view path;    // segments after the root; {} is an id
  Kind kind;
};

constexpr std::array onprem_calls{
    Call{"POST", "messages", Kind::send},
    Call{"PUT", "messages/{}", Kind::mark_read},
    Call{"POST", "contacts", Kind::contacts_check},
    Call{"POST", "media", Kind::media_upload},
    Call{"GET", "media/{}", Kind::media_fetch},
    Call{"DELETE", "media/{}", Kind::media_delete},
    Call{"GET", "health", Kind::health},
    Call{"POST", "users/login", Kind::login},
    Call{"POST", "users/logout", Kind::login},
    Call{"", "stickerpacks", Kind::sticker_packs},
};

// After the number's id.
constexpr std::array cloud_calls{
    Call{"POST", "messages", Kind::send},
    Call{"POST", "media", Kind::media_upload},
};

// Words that stand in the paths of either API; all else in a path may be somebody's.
constexpr std::array path_words{"account",
                                "about",
                                "app",
                                "application",
                                "backup",
                                "business",
                                "ca",
                                "certificates",
                                "compliance_info",
                                "contacts",
                                "db",
                                "deregister",
                                "external",
                                "gc",
                                "health",
                                "identity",
                                "internal",
                                "login",
                                "logout",
                                "media",
                                "message_templates",
                                "messages",
                                "metrics",
                                "phone_numbers",
                                "photo",
                                "profile",
                                "providers",
                                "register",
                                "request_code",
                                "restore",
                                "services",
                                "message",
                                "settings",
                                "shards",
                                "stats",
                                "stickerpacks",
                                "subscribed_apps",
                                "support",
                                "two-step",
                                "users",
                                "verify",
                                "verify_code",
                                "webhooks",
                                "whatsapp_business_profile",
                                "groups",
                                "whatsapp_business_encryption",
                                "block_users",
                                "calls",
                                "flows",
                                "marketing_messages"};

Segments segments_of(std::string_view path) {
  path = path.substr(0, path.find_first_of("?#"));
  if (const auto scheme = path.find("://"); scheme != std::string_view::npos) {
    path.remove_prefix(scheme + 3);
    path.remove_prefix(std::min(path.find('/'), path.size()));
  }
  Segments segments;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) segments.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return segments;
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "v23.0"
bool is_version(std::string_view text) {
  const std::size_t dot = text.find('.');
  return text.size() <= 8 && text.starts_with('v') && dot != std::string_view::npos &&
         is_digits(text.substr(1, dot - 1)) && is_digits(text.substr(dot + 1));
}

bool fits(const Call& call, std::string_view method, const Segments& rest, std::string& id) {
  if (!call.method.empty() && call.method != method) return false;
  const Segments wanted = segments_of(call.path);
  // Without a method a call is the whole tree below it.
  if (call.method.empty() ? rest.size() < wanted.size() : rest.size() != wanted.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == "{}") {
      id = from_path_segment(rest[i]);
    } else if (wanted[i] != rest[i]) {
      return false;
    }
  }
  return true;
}

std::string shown(const Segments& segments) {
  std::string text;
  for (const std::string_view one : segments) {
    const bool known = std::find(path_words.begin(), path_words.end(), one) != path_words.end();
    text += known ? "/" + std::string(one) : "/{id}";
  }
  return text;
}

Recognised onprem_call(std::string_view method, const Segments& rest) {
  Recognised call{Kind::other_call, Api::onprem, true, {}, {}, "/v1" + shown(rest)};
  for (const Call& one : onprem_calls) {
    if (!fits(one, method, rest, call.id)) continue;
    call.kind = one.kind;
    break;
  }
  return call;
}

Recognised cloud_call(std::string_view method, const Segments& rest, bool versioned) {
  Recognised call{Kind::other_call, Api::cloud, true, {}, {}, (versioned ? "/{version}" : "") + shown(rest)};
  if (rest.size() == 2 && is_digits(rest[0])) {
    for (const Call& one : cloud_calls) {
      if (!fits(one, method, {rest[1]}, call.id)) continue;
      call.kind = one.kind;
      call.number = rest[0];
    }
  }
  return call;
}

}  // namespace

Recognised recognise_call(std::string_view method, std::string_view path) {
  const Segments segments = segments_of(path);
  const auto onprem_root = std::find(segments.begin(), segments.end(), "v1");
  if (onprem_root != segments.end() && onprem_root + 1 != segments.end()) {
    return onprem_call(method, {onprem_root + 1, segments.end()});
  }
  if (!segments.empty() && is_version(segments[0])) {
    return cloud_call(method, {segments.begin() + 1, segments.end()}, true);
  }
  // Graph takes calls without a version too; what begins with digits alone is only taken for one if its edge is known.
  if (segments.size() == 2 && is_digits(segments[0])) {
    Recognised call = cloud_call(method, segments, false);
    if (call.kind != Kind::other_call) return call;
  }
  return {Kind::unknown, Api::onprem, false, {}, {}, shown(segments)};
}

std::string path_segment(std::string_view id) {
  constexpr std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~=+";
  std::string text;
  for (const char c : id) {
    if (unreserved.find(c) != std::string_view::npos) {
      text += c;
    } else {
      text += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

std::string from_path_segment(std::string_view segment) {
  const auto digit = [](char c) {
    const std::string_view digits = "0123456789abcdef";
    const auto place = digits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
    return place == std::string_view::npos ? -1 : static_cast<int>(place);
  };
  std::string text;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const bool coded =
        segment[i] == '%' && i + 2 < segment.size() && digit(segment[i + 1]) >= 0 && digit(segment[i + 2]) >= 0;
    text += coded ? static_cast<char>(digit(segment[i + 1]) * 16 + digit(segment[i + 2])) : segment[i];
    if (coded) i += 2;
  }
  return text;
}

}  // namespace wamigrate::messages
