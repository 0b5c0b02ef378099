// The sealer: authenticated encryption for what must be kept (backups, codes, snapshots), and keyed marks for what
// must only be recognised (refused PINs: six digits behind a plain hash are guessed at once). Key beside no data.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace wamigrate {

class Sealer {
 public:
  /// `key`: 32 bytes.
  explicit Sealer(Secret key);

  /// XChaCha20-Poly1305 under a fresh nonce; `purpose` must be the same on opening (`backup +49…`).
  std::string seal(const Secret& text, std::string_view purpose) const;
  /// Fails when the key, the purpose or the bytes are not those of seal().
  Result<Secret> open(std::string_view sealed, std::string_view purpose) const;
  /// The same text gives the same mark; nothing can be told from it without the key. Hex.
  std::string mark(const Secret& text, std::string_view purpose) const;

 private:
  Secret key_;
};

/// Reads the key file (64 hex digits), or makes it (0600, directories 0700) when missing and `create`.
/// A file that others may read is refused.
Result<Sealer> open_sealer(const std::filesystem::path& key_file, bool create);

/// A key kept elsewhere (an environment variable, a vault's command): 64 hex digits.
Result<Sealer> sealer_from_hex(const Secret& hex);

}  // namespace wamigrate
