#include "model/test_message.hpp"

#include <array>

namespace wamigrate {
namespace {

struct Scheme {
  EvidencePlace::Kind kind;
  std::string_view prefix;
};
constexpr std::array schemes{Scheme{EvidencePlace::Kind::listen, "listen:"}, Scheme{EvidencePlace::Kind::file, "file:"},
                             Scheme{EvidencePlace::Kind::cmd, "cmd:"}};

}  // namespace

std::string EvidencePlace::text() const {
  for (const Scheme& scheme : schemes) {
    if (scheme.kind == kind) return std::string(scheme.prefix) + target;
  }
  return {};
}

Result<EvidencePlace> parse_evidence_place(std::string_view text) {
  for (const Scheme& scheme : schemes) {
    if (!text.starts_with(scheme.prefix)) continue;
    const std::string_view target = text.substr(scheme.prefix.size());
    if (target.find_first_not_of(' ') != std::string_view::npos) return EvidencePlace{scheme.kind, std::string(target)};
  }
  return fail("this does not say where webhooks are to be found",
              "write listen:FILE (the store of `wamigrate listen`), file:PATH or cmd:COMMAND");
}

}  // namespace wamigrate
