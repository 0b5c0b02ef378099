// Reads the documented exchanges of tests/contract (their README.md describes the format). Used by the tests of the
// clients and of the simulator; a malformed file throws, which fails the test that reads it.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace wamigrate::testing {

using HttpFileHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpFile {
  std::string name;                         ///< Without folder and extension: "graph_register_ok".
  std::map<std::string, std::string> head;  ///< source, date, certainty, situation, result

  std::string method;
  std::string target;  ///< Path and query.
  HttpFileHeaders request_headers;
  std::string request_body;

  int status = 0;
  HttpFileHeaders reply_headers;
  std::string reply_body;
};

/// The header's value, or "" (names as they are written in the files).
inline std::string header_of(const HttpFileHeaders& headers, const std::string& name) {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

/// Takes the file apart line by line.
class HttpFileReader {
 public:
  explicit HttpFileReader(const std::filesystem::path& path) : path_(path), lines_(path) {
    if (!lines_) malformed("can't be read");
  }

  HttpFile read() {
    HttpFile file;
    file.name = path_.stem().string();
    std::string line = read_head(file);

    std::istringstream request(line);
    if (!(request >> file.method >> file.target)) malformed("has no request line");
    file.request_headers = read_headers();
    file.request_body = read_body();
    if (!separated_) malformed("has no line --- before the reply");

    std::string version;
    std::getline(lines_, line);
    std::istringstream reply(line);
    if (!(reply >> version >> file.status) || version != "HTTP") malformed("has no reply line");
    file.reply_headers = read_headers();
    file.reply_body = read_body();
    return file;
  }

 private:
  [[noreturn]] void malformed(const std::string& what) const {
    throw std::runtime_error(path_.filename().string() + " " + what);
  }

  /// Gives back the first line after the head.
  std::string read_head(HttpFile& file) {
    std::string line;
    while (std::getline(lines_, line)) {
      if (line.empty()) continue;
      if (line.front() != '#') break;
      const std::size_t colon = line.find(": ");
      if (colon == std::string::npos) malformed("has a comment without a key");
      file.head[line.substr(2, colon - 2)] = line.substr(colon + 2);
    }
    for (const char* key : {"source", "date", "certainty", "situation", "result"}) {
      if (file.head[key].empty()) malformed(std::string("does not say its ") + key);
    }
    return line;
  }

  HttpFileHeaders read_headers() {
    HttpFileHeaders headers;
    std::string line;
    while (std::getline(lines_, line) && !line.empty()) {
      const std::size_t colon = line.find(": ");
      if (colon == std::string::npos) malformed("has a header without a value: " + line);
      headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
    return headers;
  }

  std::string read_body() {
    std::string body, line;
    separated_ = false;
    while (std::getline(lines_, line)) {
      if (line == "---") {
        separated_ = true;
        break;
      }
      body += body.empty() ? line : "\n" + line;
    }
    return body;
  }

  std::filesystem::path path_;
  std::ifstream lines_;
  bool separated_ = false;
};

/// All exchanges of a folder, by name.
inline std::vector<HttpFile> read_http_files(const std::filesystem::path& folder) {
  std::vector<HttpFile> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".http") files.push_back(HttpFileReader(entry.path()).read());
  }
  std::sort(files.begin(), files.end(), [](const HttpFile& a, const HttpFile& b) { return a.name < b.name; });
  if (files.empty()) throw std::runtime_error("no exchanges in " + folder.string());
  return files;
}

}  // namespace wamigrate::testing
