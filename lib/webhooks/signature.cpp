#include "webhooks/signature.hpp"

#include <sodium.h>

#include <array>

#include "base/result.hpp"

namespace wamigrate::webhooks {
namespace {

constexpr std::string_view prefix = "sha256=";
using Digest = std::array<unsigned char, crypto_auth_hmacsha256_BYTES>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Digest hmac_of(const Secret& key, std::string_view body) {
  ensure(sodium_init() >= 0, "libsodium starts");
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes_of(key.reveal()), key.reveal().size());
  crypto_auth_hmacsha256_update(&state, bytes_of(body), body.size());
  Digest digest{};
  crypto_auth_hmacsha256_final(&state, digest.data());
  sodium_memzero(&state, sizeof state);
  return digest;
}

}  // namespace

bool signed_by(const Secret& app_secret, std::string_view body, std::string_view header) {
  Digest told{};
  std::size_t length = 0;
  const char* end = nullptr;
  const bool readable = header.size() == prefix.size() + 2 * told.size() && header.starts_with(prefix) &&
                        sodium_hex2bin(told.data(), told.size(), header.data() + prefix.size(), 2 * told.size(),
                                       nullptr, &length, &end) == 0 &&
                        length == told.size();
  const Digest right = hmac_of(app_secret, body);
  return readable && sodium_memcmp(told.data(), right.data(), right.size()) == 0;
}

std::string signature_of(const Secret& app_secret, std::string_view body) {
  const Digest digest = hmac_of(app_secret, body);
  std::string hex(2 * digest.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  hex.pop_back();  // the terminator that libsodium writes
  return std::string(prefix) + hex;
}

}  // namespace wamigrate::webhooks
