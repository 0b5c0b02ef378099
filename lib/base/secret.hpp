// Secrets: tokens, PINs, passwords, codes, certificates, backups. A Secret can be sent, never printed; a
// SecretRef says where one is to be had and may stand in any file.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace wamigrate {

/// A text that no stream, formatter or JSON document accepts. Its memory is wiped when it goes.
class Secret {
 public:
  Secret() = default;
  explicit Secret(const std::string& text) : text_(text) {}
  /// Wipes what it takes the text from.
  explicit Secret(std::string&& text);
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  /// The text itself. Call it only where the bytes go onto the wire or into a cipher.
  std::string_view reveal() const { return text_; }
  bool empty() const { return text_.empty(); }
  /// Compares in constant time for texts of equal length.
  bool same_as(const Secret& other) const;

 private:
  std::string text_;
};

/// Where a secret is to be had: `env:NAME`, `file:PATH` or `cmd:COMMAND`.
struct SecretRef {
  enum class Kind { none, env, file, cmd };
  Kind kind = Kind::none;
  std::string target;  ///< The name, the path or the command.

  bool empty() const { return kind == Kind::none; }
  /// As written in an inventory; empty for none.
  std::string text() const;
  auto operator<=>(const SecretRef&) const = default;
};

/// Reads `env:NAME`, `file:PATH` or `cmd:COMMAND`. The error never repeats the text: it may be the secret itself.
Result<SecretRef> parse_secret_ref(std::string_view text);

}  // namespace wamigrate
