// The Resumable Upload API: a session of an app, then the file's bytes for a handle. Meta's guide, undated.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/digest.hpp"
#include "sim/graph_call.hpp"
#include "sim/pictures.hpp"

namespace wamigrate::sim {

GraphAnswer post_uploads(GraphCall& call) {
  constexpr std::array<std::string_view, 5> types{"application/pdf", "image/jpeg", "image/jpg", "image/png",
                                                  "video/mp4"};
  constexpr long long most = 100'000'000;
  const std::string type = call.request.parameter("file_type").value_or("");
  const long long length =
      number_at({{"length", call.request.parameter("file_length").value_or("")}}, "length").value_or(0);
  if (std::find(types.begin(), types.end(), type) == types.end()) return refuse(100, "(#100) Invalid file_type");
  if (length < 1 || length > most) return refuse(100, "(#100) Invalid file_length");
  if (call.request.path.find("/" + call.app->id + "/") == std::string::npos) {
    return refuse(200, "(#200) The token is not of this app");
  }
  const std::string serial = sha256_hex(fmt::format("upload {}", call.state.uploads.size())).substr(0, 24);
  const std::string session = fmt::format("upload:{}?sig={}", serial, sha256_hex(serial).substr(0, 16));
  call.state.uploads[session] = {call.app->id, static_cast<std::size_t>(length), "", ""};
  call.change = "an upload session was opened";
  return Json{{"id", session}};
}

GraphAnswer post_upload(GraphCall& call) {
  const std::string id = call.request.path.substr(call.request.path.rfind('/') + 1);
  const auto found = call.state.uploads.find(id + "?sig=" + call.request.parameter("sig").value_or(""));
  if (found == call.state.uploads.end()) return refuse(100, "(#100) The upload session is unknown or has expired");
  Upload& upload = found->second;
  if (call.request.file_offset != "0") return refuse(100, "(#100) The header file_offset must say where to begin");
  if (call.request.body.size() != upload.length) return refuse(100, "(#100) The file is not as long as announced");
  upload.bytes = call.request.body;
  upload.handle = fmt::format("4:{}:e:{}", sha256_hex(upload.bytes).substr(0, 24), call.state.uploads.size());
  call.change = "a file was uploaded";
  return Json{{"h", upload.handle}};
}

}  // namespace wamigrate::sim
