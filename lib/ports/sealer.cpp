// Sealing through libsodium. The key file holds one master key; the keys for sealing and for marks are derived from
// it, so that neither use can weaken the other. Sealed text is base64, so that it may stand in any document.
#include "ports/sealer.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <vector>

#include "ports/files.hpp"

namespace wamigrate {

namespace {

constexpr std::string_view format_prefix = "sealed:1:";  // says how it was sealed, should that ever change
constexpr int base64_variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t key_bytes = crypto_kdf_KEYBYTES;
static_assert(key_bytes == 32 && crypto_aead_xchacha20poly1305_ietf_KEYBYTES == 32);

enum class Use : std::uint64_t { sealing = 1, marking = 2 };

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void start_sodium() { ensure(sodium_init() >= 0, "libsodium starts"); }

Secret derived(const Secret& master, Use use) {
  std::string key(32, '\0');
  crypto_kdf_derive_from_key(bytes_of(key), key.size(), static_cast<std::uint64_t>(use), "wamigrat",
                             bytes_of(master.reveal()));
  return Secret(std::move(key));
}

std::string to_base64(std::string_view bytes) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), base64_variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes_of(bytes), bytes.size(), base64_variant);
  text.pop_back();  // the terminator that libsodium writes
  return text;
}

/// Empty when it is not base64.
std::string from_base64(std::string_view text) {
  std::string bytes(text.size(), '\0');
  std::size_t length = 0;
  const char* end = nullptr;
  if (sodium_base642bin(bytes_of(bytes), bytes.size(), text.data(), text.size(), nullptr, &length, &end,
                        base64_variant) != 0 ||
      end != text.data() + text.size()) {
    return {};
  }
  bytes.resize(length);
  return bytes;
}

Secret hex_of_fresh_key() {
  std::array<unsigned char, key_bytes> key{};
  crypto_kdf_keygen(key.data());
  std::string hex(2 * key_bytes + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), key.data(), key.size());
  sodium_memzero(key.data(), key.size());
  hex.back() = '\n';
  return Secret(std::move(hex));
}

Result<Secret> key_of_hex(const Secret& hex, const std::filesystem::path& file) {
  std::string key(key_bytes, '\0');
  std::size_t length = 0;
  const char* end = nullptr;
  const std::string_view text = hex.reveal();
  const int refused = sodium_hex2bin(bytes_of(key), key.size(), text.data(), text.size(), nullptr, &length, &end);
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (refused != 0 || length != key_bytes || rest.find_first_not_of(" \t\r\n") != std::string_view::npos) {
    return fail(fmt::format("{} is not a key file: 64 hexadecimal digits are wanted", file.string()),
                "restore it from a copy; with a new key, what was sealed under the old one is lost");
  }
  return Secret(std::move(key));
}

}  // namespace

Sealer::Sealer(Secret key) : key_(std::move(key)) {
  start_sodium();
  ensure(key_.reveal().size() == key_bytes, "a sealer's key has 32 bytes");
}

std::string Sealer::seal(const Secret& text, std::string_view purpose) const {
  const Secret key = derived(key_, Use::sealing);
  std::string sealed(nonce_bytes + text.reveal().size() + tag_bytes, '\0');
  randombytes_buf(sealed.data(), nonce_bytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes_of(sealed) + nonce_bytes, nullptr, bytes_of(text.reveal()),
                                             text.reveal().size(), bytes_of(purpose), purpose.size(), nullptr,
                                             bytes_of(sealed), bytes_of(key.reveal()));
  return std::string(format_prefix) + to_base64(sealed);
}

Result<Secret> Sealer::open(std::string_view sealed, std::string_view purpose) const {
  const auto refused = [&] {
    return fail(fmt::format("what was sealed as \"{}\" cannot be opened: another key, or it was changed", purpose),
                "use the key file with which it was sealed");
  };
  if (!sealed.starts_with(format_prefix)) return refused();
  const std::string bytes = from_base64(sealed.substr(format_prefix.size()));
  if (bytes.size() < nonce_bytes + tag_bytes) return refused();
  const Secret key = derived(key_, Use::sealing);
  std::string text(bytes.size() - nonce_bytes - tag_bytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          bytes_of(text), nullptr, nullptr, bytes_of(std::string_view(bytes)) + nonce_bytes, bytes.size() - nonce_bytes,
          bytes_of(purpose), purpose.size(), bytes_of(std::string_view(bytes)), bytes_of(key.reveal())) != 0) {
    return refused();
  }
  return Secret(std::move(text));
}

std::string Sealer::mark(const Secret& text, std::string_view purpose) const {
  const Secret key = derived(key_, Use::marking);
  crypto_generichash_state state{};
  crypto_generichash_init(&state, bytes_of(key.reveal()), key.reveal().size(), crypto_generichash_BYTES);
  const std::uint64_t boundary = purpose.size();  // so that purpose and text cannot be shifted into each other
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(&boundary), sizeof boundary);
  crypto_generichash_update(&state, bytes_of(purpose), purpose.size());
  crypto_generichash_update(&state, bytes_of(text.reveal()), text.reveal().size());
  std::array<unsigned char, crypto_generichash_BYTES> mark{};
  crypto_generichash_final(&state, mark.data(), mark.size());
  sodium_memzero(&state, sizeof state);
  std::array<char, 2 * crypto_generichash_BYTES + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), mark.data(), mark.size());
  return hex.data();
}

Result<Sealer> open_sealer(const std::filesystem::path& key_file, bool create) {
  start_sodium();
  std::error_code ignored;
  if (!std::filesystem::exists(key_file, ignored)) {
    if (!create) {
      return fail(fmt::format("the key file {} is missing", key_file.string()),
                  "restore it from a copy, or name the right one as seal_key");
    }
    if (key_file.has_parent_path()) {
      if (auto made = make_private_directory(key_file.parent_path()); !made) return tl::make_unexpected(made.error());
    }
    // When another process makes it at the same moment, one of the two keys stays and both use it.
    if (auto made = write_new_file(key_file, hex_of_fresh_key().reveal()); !made) {
      return tl::make_unexpected(made.error());
    }
  }
  if (auto is_private = require_private_file(key_file); !is_private) return tl::make_unexpected(is_private.error());
  auto content = read_file(key_file);
  if (!content) return tl::make_unexpected(content.error());
  auto key = key_of_hex(Secret(std::move(*content)), key_file);
  if (!key) return tl::make_unexpected(key.error());
  return Sealer(std::move(*key));
}

Result<Sealer> sealer_from_hex(const Secret& hex) {
  start_sodium();
  auto key = key_of_hex(hex, "seal_key");
  if (!key) return tl::make_unexpected(key.error());
  return Sealer(std::move(*key));
}

}  // namespace wamigrate
