// The documented exchanges as the tests of the clients play them: the client asks, the script answers with what the
// file says.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/graph.hpp"
#include "api/onprem.hpp"
#include "support/fake_transport.hpp"
#include "support/http_file.hpp"

namespace wamigrate::api::testing {

inline constexpr const char* graph_url = "https://graph.facebook.com";
inline constexpr const char* onprem_url = "https://10.0.0.5:9090";
inline const std::string number_id = "106540352240000";
inline const std::string waba_id = "102290129340398";

inline const std::vector<wamigrate::testing::HttpFile>& exchanges() {
  static const auto files = wamigrate::testing::read_http_files(SOURCE_DIR "/tests/contract");
  return files;
}

inline const wamigrate::testing::HttpFile& exchange(std::string_view name) {
  for (const auto& file : exchanges()) {
    if (file.name == name) return file;
  }
  throw std::runtime_error("no exchange " + std::string(name));
}

inline void script(wamigrate::testing::FakeTransport& transport, const wamigrate::testing::HttpFile& file) {
  std::vector<Header> headers;
  for (const auto& [name, value] : file.reply_headers) headers.push_back({name, value});
  transport.reply(file.status, file.reply_body, headers);
}

/// A Graph client before a script.
struct Graph {
  wamigrate::testing::FakeTransport transport;
  GraphClient client{transport, graph_url, "v23.0", Secret("TOKEN"), Secret(), Timeouts{}};

  explicit Graph(std::initializer_list<std::string_view> names = {}) {
    for (const std::string_view name : names) script(transport, exchange(name));
  }
};

/// An on-premises client before a script that begins with a login unless told otherwise.
struct Onprem {
  wamigrate::testing::FakeTransport transport;
  OnpremClient client{transport, onprem_url, "ca.pem", "admin", Secret("password"), Timeouts{}};

  explicit Onprem(std::initializer_list<std::string_view> names = {}, bool login = true) {
    if (login) script(transport, exchange("onprem_login_ok"));
    for (const std::string_view name : names) script(transport, exchange(name));
  }
};

/// The address a request goes to, with the part of the query that is secret.
inline std::string whole_url(const HttpRequest& request) {
  if (request.secret_query.empty()) return request.url;
  return request.url + (request.url.find('?') == std::string::npos ? "?" : "&") +
         std::string(request.secret_query.reveal());
}

}  // namespace wamigrate::api::testing
