// Promise 8. No secret stands in any byte that is written or shown: the inventory's secrets, and those that are met on
// the way: backups, codes, certificates.
#include <cctype>

#include "simulation/witness.hpp"

namespace wamigrate::simulation {
namespace {

bool is_word(char letter) { return std::isalnum(static_cast<unsigned char>(letter)) != 0; }

/// Digests, ids and milliseconds may have the digits of a PIN among theirs; a PIN is written as a word of its own, and
/// never as a number.
bool stands_in(std::string_view bytes, const std::string& secret) {
  for (auto at = bytes.find(secret); at != std::string_view::npos; at = bytes.find(secret, at + 1)) {
    const std::size_t end = at + secret.size();
    const bool within = (at > 0 && is_word(bytes[at - 1])) || (end < bytes.size() && is_word(bytes[end]));
    const bool number = at >= 2 && bytes.substr(at - 2, 2) == "\":";
    if (!within && !number) return true;
  }
  return false;
}

class NoSecretWritten : public Witness {
 public:
  std::string_view promise() const override { return "8: no secret is written or shown"; }
  void written(const Scene& scene, std::string_view bytes) override {
    for (const std::string& secret : scene.secrets) {
      if (stands_in(bytes, secret)) complain(scene, "a secret stands in: " + std::string(bytes));
    }
    auto state = scene.world.hold();
    for (const auto& [text, backup] : state->backups) {
      if (bytes.find(text) != std::string_view::npos) complain(scene, "a backup stands in: " + std::string(bytes));
    }
    for (const auto& [phone, number] : state->numbers) {
      if (!number.certificate.empty() && bytes.find(number.certificate) != std::string_view::npos) {
        complain(scene, "a certificate stands in: " + std::string(bytes));
      }
    }
  }
};

}  // namespace

std::unique_ptr<Witness> no_secret_written() { return std::make_unique<NoSecretWritten>(); }

}  // namespace wamigrate::simulation
