// Promise 10. While the vendor takes the token for expired, nothing can be told of any number: none is said to have
// failed, to have gone stale or to be lost. What goes on for the others, another one's failure or not, is judged where
// each number must end served (13) and at once verified (14).
#include <fmt/format.h>

#include "simulation/witness.hpp"

namespace wamigrate::simulation {
namespace {

/// A look that began while the token was good ends later, and what it saw is true.
constexpr Millis a_look = std::chrono::minutes(2);

bool is_bad_end(const Entry& entry) {
  return entry.event == event::ended && entry.outcome != name(NumberState::migrated) &&
         entry.outcome != name(NumberState::untouched);
}

class ExpiredTokenFailsNothing : public Witness {
 public:
  std::string_view promise() const override { return "10: an expired token fails nothing"; }

  void process_ends(const Scene& scene, bool) override {
    const auto since = expired_since(scene);
    if (!since) return;
    for (const std::string& line : scene.store.journal_) {
      const auto entry = entry_from(line);
      if (entry && entry->time >= *since + a_look + scene.clocks_differ && is_bad_end(*entry)) {
        complain(scene, fmt::format("{} is said to be {} while the token is expired", entry->phone, entry->outcome));
      }
    }
  }

 private:
  static std::optional<Time> expired_since(const Scene& scene) {
    auto state = scene.world.hold();
    for (const auto& [text, token] : state->tokens) {
      if (token.expires && *token.expires <= scene.now) return token.expires;
    }
    return std::nullopt;
  }
};

}  // namespace

std::unique_ptr<Witness> expired_token_fails_nothing() { return std::make_unique<ExpiredTokenFailsNothing>(); }

}  // namespace wamigrate::simulation
