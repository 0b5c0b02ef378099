// Secrets wipe their memory through libsodium, whose memzero the compiler may not optimise away. Short texts live
// inside std::string itself, so a moved-from Secret is wiped too.
#include "base/secret.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace wamigrate {

namespace {

void wipe(std::string& text) {
  text.resize(text.capacity());  // the unused rest may hold an older, longer text
  sodium_memzero(text.data(), text.size());
  text.clear();
}

struct Scheme {
  SecretRef::Kind kind;
  std::string_view prefix;
};
constexpr std::array schemes{Scheme{SecretRef::Kind::env, "env:"}, Scheme{SecretRef::Kind::file, "file:"},
                             Scheme{SecretRef::Kind::cmd, "cmd:"}};

bool is_environment_name(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return std::all_of(name.begin(), name.end(), plain);
}

}  // namespace

Secret::Secret(std::string&& text) : text_(std::move(text)) { wipe(text); }

Secret::Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { wipe(other.text_); }

Secret& Secret::operator=(const Secret& other) {
  if (this == &other) return *this;
  wipe(text_);
  text_ = other.text_;
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe(text_);
  text_ = std::move(other.text_);
  wipe(other.text_);
  return *this;
}

Secret::~Secret() { wipe(text_); }

bool Secret::same_as(const Secret& other) const {
  return text_.size() == other.text_.size() && sodium_memcmp(text_.data(), other.text_.data(), text_.size()) == 0;
}

std::string SecretRef::text() const {
  for (const Scheme& scheme : schemes) {
    if (scheme.kind == kind) return std::string(scheme.prefix) + target;
  }
  return {};
}

Result<SecretRef> parse_secret_ref(std::string_view text) {
  for (const Scheme& scheme : schemes) {
    if (!text.starts_with(scheme.prefix)) continue;
    const std::string_view target = text.substr(scheme.prefix.size());
    if (target.find_first_not_of(" \t") == std::string_view::npos) {
      return fail("a secret reference names nothing after its " + std::string(scheme.prefix),
                  "write env:NAME, file:PATH or cmd:COMMAND");
    }
    if (target.find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos) {
      return fail("a secret reference contains a line end or a NUL", "write it on one line");
    }
    if (scheme.kind == SecretRef::Kind::env && !is_environment_name(target)) {
      return fail("what follows env: is not the name of an environment variable",
                  "write the variable's name (letters, digits, underscores), not its value");
    }
    return SecretRef{scheme.kind, std::string(target)};
  }
  return fail("a secret is given in a form that is not a reference (it is not repeated here: it may be the secret)",
              "write env:NAME, file:PATH or cmd:COMMAND, and keep the secret itself out of files");
}

}  // namespace wamigrate
