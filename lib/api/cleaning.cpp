// Making foreign text fit for events, journals and terminals. What may not appear is known from the request itself:
// whatever secret went out may come back in the error.
#include <Poco/URI.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <vector>

#include "api/failing.hpp"

namespace wamigrate::api {

namespace {

constexpr std::size_t longest_details = 300;
constexpr std::size_t longest_echo = 8'000;  // of a foreign text; longer ones are not worth the search
constexpr std::size_t telling_part = 8;      // this much of a secret's beginning gives it away
constexpr std::string_view mark = "[redacted]";

constexpr std::array secret_keys{"pin", "password", "new_password", "data", "code", "cert", "verify_token", "bearer"};

void add(std::vector<Secret>& secrets, std::string_view text) {
  if (!text.empty()) secrets.emplace_back(std::string(text));
}

void add_from_body(std::vector<Secret>& secrets, const Json& json) {
  if (!json.is_object()) return;
  for (const auto& [key, value] : json.items()) {
    add_from_body(secrets, value);
    if (!value.is_string() || std::find(secret_keys.begin(), secret_keys.end(), key) == secret_keys.end()) continue;
    const auto& text = value.get_ref<const std::string&>();
    add(secrets, text);
    // Codes and PINs are shown to people as 123-456, and may come back like that.
    if (text.size() == 6) add(secrets, text.substr(0, 3) + "-" + text.substr(3));
  }
}

void add_from_query(std::vector<Secret>& secrets, std::string_view query) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string encoded(parameter.substr(equals + 1));
    add(secrets, encoded);
    std::string plain;
    Poco::URI::decode(encoded, plain);
    add(secrets, plain);
  }
}

/// The token of "Bearer …"; of "Basic …" the password as well.
void add_from_authorization(std::vector<Secret>& secrets, std::string_view authorization) {
  const std::size_t blank = authorization.find(' ');
  const std::string_view credentials =
      blank == std::string_view::npos ? authorization : authorization.substr(blank + 1);
  add(secrets, credentials);
  if (!authorization.starts_with("Basic ")) return;
  std::vector<unsigned char> plain(credentials.size());
  std::size_t length = 0;
  if (sodium_base642bin(plain.data(), plain.size(), credentials.data(), credentials.size(), nullptr, &length, nullptr,
                        sodium_base64_VARIANT_ORIGINAL) == 0) {
    const std::string_view text(reinterpret_cast<const char*>(plain.data()), length);
    if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) add(secrets, text.substr(colon + 1));
  }
  sodium_memzero(plain.data(), plain.size());
}

std::vector<Secret> secrets_in(const HttpRequest& request) {
  std::vector<Secret> secrets;
  add_from_authorization(secrets, request.authorization.reveal());
  add_from_query(secrets, request.secret_query.reveal());
  if (const auto body = parse_json(request.body.reveal())) add_from_body(secrets, *body);
  return secrets;
}

void redact(std::string& text, std::string_view secret) {
  const std::string_view beginning = secret.substr(0, telling_part);
  std::size_t at = 0;
  while ((at = text.find(beginning, at)) != std::string::npos) {
    std::size_t length = beginning.size();
    while (length < secret.size() && at + length < text.size() && text[at + length] == secret[length]) ++length;
    text.replace(at, length, mark);
    at += mark.size();
  }
}

/// C0 and DEL in one byte; C1, which terminals obey as well, as the two bytes C2 80 to C2 9F.
std::string without_controls(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    const bool c1 = byte == 0xC2 && next >= 0x80 && next <= 0x9F;
    if (c1) ++i;
    if (c1 || byte <= 0x20 || byte == 0x7F) {
      if (!result.empty() && result.back() != ' ') result += ' ';
    } else {
      result += text[i];
    }
  }
  if (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

std::string cut(std::string text) {
  if (text.size() <= longest_details) return text;
  constexpr std::string_view dots = "…";
  std::size_t end = longest_details - dots.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // never inside a character
  text.resize(end);
  return text.append(dots);
}

}  // namespace

std::string cleaned(std::string_view text, const HttpRequest& request) {
  std::string result(text.substr(0, longest_echo));
  std::vector<Secret> secrets = secrets_in(request);
  // Longest first: one secret may be the beginning of another.
  std::sort(secrets.begin(), secrets.end(),
            [](const Secret& a, const Secret& b) { return a.reveal().size() > b.reveal().size(); });
  for (const Secret& secret : secrets) redact(result, secret.reveal());
  return cut(without_controls(result));
}

}  // namespace wamigrate::api
