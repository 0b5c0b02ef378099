// Discoveries to try: an inventory in YAML, what Graph lists, and what deployments say.
#pragma once

#include <fmt/format.h>

#include "model/inventory.hpp"
#include "plan/discovery.hpp"
#include "support/catch.hpp"

namespace wamigrate::testing {

inline const std::string waba_1 = "102290129340398";
inline const std::string waba_2 = "102290129340399";

struct Discovering {
  PartialInventory inventory;
  Sightings seen;

  /// `numbers`: the items of the list, as YAML.
  explicit Discovering(const std::string& numbers, const std::string& more = {}) {
    const std::string text =
        "version: 1\ngraph: { token: env:TOKEN }\nstatus_feed: \"\"\n" + more +
        "defaults:\n  pin: env:PIN\n  deployment: { password: env:PASSWORD, backup_password: env:BACKUP }\n" +
        (numbers.empty() ? "" : "numbers:\n" + numbers);
    auto read = read_partial_inventory(text, "inventory.yaml", [](const std::string&) { return fail("no file"); });
    INFO((read ? "" : to_text(read.error())));
    REQUIRE(read.has_value());
    inventory = *std::move(read);
    seen.token.asked.how = Asked::How::answered;
    seen.token.valid = true;
    seen.token.app_id = "900100200300";
    for (const std::string& id : {waba_1, waba_2}) {
      ListedWaba waba;
      waba.id = id;
      waba.asked.how = Asked::How::answered;
      seen.wabas.push_back(waba);
    }
    for (std::size_t i = 0; i < inventory.fleet.numbers.size(); ++i) {
      if (!inventory.fleet.numbers[i].deployment.url.empty()) seen.deployments.push_back({i, {}});
    }
  }

  /// Graph lists it, in the first WABA or the second.
  Discovering& lists(const std::string& id, const std::string& display, int waba = 0) {
    ListedWaba& in = seen.wabas[static_cast<std::size_t>(waba)];
    in.numbers.push_back({id, in.id, display, "Example Ltd", "CONNECTED", "ON_PREMISE", false});
    return *this;
  }

  /// The deployment of the entry at this place serves it; empty: none.
  Discovering& serves(std::size_t entry, const std::string& wa_id, bool connected = true, int shards = 1) {
    for (SeenDeployment& one : seen.deployments) {
      if (one.number != entry) continue;
      one.view.settings.how = one.view.health.how = one.view.shards_asked.how = Asked::How::answered;
      one.view.wa_id = wa_id;
      one.view.shards = shards;
      one.view.nodes = {{"", connected ? "connected" : "unregistered", "", ""}};
    }
    return *this;
  }

  Discovery discover() const { return wamigrate::discover(inventory, seen); }
};

/// "drift phone_number_id; note pin", of everything, or of the number in this row.
inline std::string told(const Remarks& remarks) {
  std::string text;
  for (const Remark& remark : remarks) {
    text += fmt::format("{}{} {}", text.empty() ? "" : "; ", name(remark.kind), remark.id);
  }
  return text;
}

}  // namespace wamigrate::testing
