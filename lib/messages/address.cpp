// Where a request goes and what goes with it: method, path and headers.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "messages/parts.hpp"

namespace wamigrate::messages {
namespace {

std::string lower(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

// Graph's path below the number, or with a gap where its id is not known.
std::string graph_path(const Work& work, std::string_view edge) {
  if (work.setting.phone_number_id.empty()) work.note(rules::number_id_missing, "path");
  const std::string id = work.setting.phone_number_id.empty() ? "{phone_number_id}" : work.setting.phone_number_id;
  return fmt::format("/{}/{}{}", work.setting.graph_version, id, edge);
}

std::string path_on_cloud(const Work& work) {
  switch (work.seen.kind) {
    case Kind::media_upload:
      return graph_path(work, "/media");
    case Kind::media_fetch:
    case Kind::media_delete:
      return fmt::format("/{}/{}", work.setting.graph_version, path_segment(work.seen.id));
    case Kind::health:
      return graph_path(work, "?fields=health_status");
    default:
      return graph_path(work, "/messages");
  }
}

std::string path_on_premises(const Work& work) {
  return work.seen.kind == Kind::media_upload ? "/v1/media" : "/v1/messages";
}

}  // namespace

void translate_headers(const Work& work, Payload& payload) {
  const auto means_nothing = [](std::string_view name) {
    constexpr std::array gone{std::string_view("host"), std::string_view("content-length")};
    return std::find(gone.begin(), gone.end(), name) != gone.end();
  };
  const auto is_secret = [](std::string_view name) {
    constexpr std::array secret{std::string_view("authorization"), std::string_view("cookie"),
                                std::string_view("proxy-authorization"), std::string_view("x-api-key")};
    return std::find(secret.begin(), secret.end(), name) != secret.end();
  };
  std::vector<std::pair<std::string, std::string>> kept;
  for (auto& [name, value] : payload.headers) {
    const std::string small = lower(name);
    if (is_secret(small)) {
      work.note(rules::token, "headers");
    } else if (small == "x-hub-signature-256" || small == "x-hub-signature") {
      if (!work.to_cloud()) work.note(rules::signature_lost, "headers");
    } else if (!means_nothing(small)) {
      kept.emplace_back(name, value);
    }
  }
  payload.headers = std::move(kept);
  const bool webhook = work.seen.kind == Kind::webhook && payload.part == Payload::Part::request;
  if (webhook && work.to_cloud()) work.note(rules::signature_missing, "headers");
}

void translate_address(const Work& work, Payload& request) {
  translate_headers(work, request);
  if (request.part != Payload::Part::request || work.seen.call.empty()) return;
  if (work.seen.kind == Kind::webhook || work.seen.kind == Kind::unknown) return;  // the reader's own path
  if (recognise_call(work.payload.method, work.payload.path).kind == Kind::unknown) {
    work.note(rules::unrecognised, "path");  // a message to a path that neither API has: a proxy's
    return;
  }
  work.note(rules::address, "path");
  request.path = work.to_cloud() ? path_on_cloud(work) : path_on_premises(work);
}

}  // namespace wamigrate::messages
