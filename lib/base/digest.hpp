// Digests: content addresses for documents, keyed marks for what must be recognised and not recovered.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace wamigrate {

/// SHA-256 in lower-case hex.
std::string sha256_hex(std::string_view bytes);

/// SHA-256 of what comes in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(std::string_view bytes);
  /// In lower-case hex; once, after the last piece.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wamigrate
