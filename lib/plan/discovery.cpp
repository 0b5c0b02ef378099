// The second half of a discovery: numbers, entries and deployments that were matched are put into rows, one a number,
// and what is left over on either side becomes a row of its own. Where Graph or a deployment says otherwise than the
// inventory the row follows them, and a remark says so.
#include "plan/discovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "model/home.hpp"
#include "model/spelling.hpp"
#include "plan/discovery_match.hpp"

namespace wamigrate {
namespace {

using namespace discovery;
using Kind = Remark::Kind;

Remark remark_on_all(Kind kind, std::string id, std::string message, std::string fix) {
  return {kind, std::move(id), "", "", std::move(message), std::move(fix)};
}

// The app of the inventory, or the token's.
void look_at_token(const TokenView& token, Graph& graph, Remarks& remarks) {
  if (!token.asked.answered()) {
    remarks.push_back(remark_on_all(Kind::note, "token", "debug_token could not be asked: " + token.asked.detail, ""));
  } else if (!token.valid) {
    remarks.push_back(
        remark_on_all(Kind::missing, "token", "the Graph token is not valid",
                      "make a new one with whatsapp_business_management and whatsapp_business_messaging"));
  }
  if (graph.app_id.empty()) graph.app_id = token.app_id;
  if (graph.app_id.empty()) {
    remarks.push_back(remark_on_all(Kind::missing, "app_id", "the id of the app is not known",
                                    "copy it from the app's dashboard into `graph.app_id`"));
  } else if (!token.app_id.empty() && token.app_id != graph.app_id) {
    remarks.push_back(
        remark_on_all(Kind::drift, "app_id",
                      fmt::format("the token belongs to app {}, the inventory names {}", token.app_id, graph.app_id),
                      "correct `graph.app_id`, or use a token of that app"));
  }
}

void look_at_wabas(const std::vector<ListedWaba>& wabas, Remarks& remarks) {
  if (wabas.empty()) {
    remarks.push_back(
        remark_on_all(Kind::missing, "waba", "no WABA is known: the inventory names none, and neither does the token",
                      "say --waba ID, or write `waba_id` under `defaults`; WhatsApp Manager shows the ids"));
  }
  for (const ListedWaba& waba : wabas) {
    if (waba.asked.answered()) continue;
    remarks.push_back(
        remark_on_all(Kind::missing, "waba",
                      fmt::format("the numbers of WABA {} could not be listed: {}", waba.id, *waba.asked.detail),
                      "correct the id, or give the token access to the WABA, then discover again"));
  }
}

/// Who belongs to whom: any of the three may be missing.
struct Row {
  Found listed;
  Found owner;       ///< The entry that means the number.
  Found deployment;  ///< The entry whose deployment it is.
  Index order = 0;   ///< Entries first, in their order.
};

class Rows {
 public:
  Rows(const PartialInventory& inventory, const Listing& listing, std::vector<Match>& matches)
      : inventory_(inventory), entries_(inventory.fleet.numbers), listing_(listing), matches_(matches) {}

  std::vector<DiscoveredNumber> make() {
    std::vector<Row> rows = paired();
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Row& one, const Row& other) { return one.order < other.order; });
    std::vector<DiscoveredNumber> numbers;
    numbers.reserve(rows.size());
    for (const Row& row : rows) numbers.push_back(discovered(row));
    return numbers;
  }

 private:
  std::vector<Row> paired() {
    std::vector<Row> rows;
    std::vector<bool> used(entries_.size(), false);
    std::vector<bool> deployed(entries_.size(), false);
    find_claims();
    for (Index i = 0; i < listing_.size(); ++i) {
      Row row{i, owner_of(i), deployment_of(i), entries_.size() + i};
      if (row.owner) used[*row.owner] = true;
      if (row.deployment) {
        deployed[*row.deployment] = true;
        // An entry that names a number of its own is not used up by what its deployment serves.
        used[*row.deployment] = used[*row.deployment] || !is_declared(entries_[*row.deployment]);
      }
      for (const Found& e : {row.owner, row.deployment}) {
        if (e) row.order = std::min(row.order, *e);
      }
      rows.push_back(row);
    }
    for (Index e = 0; e < entries_.size(); ++e) {
      const Found left_over = matches_[e].view != nullptr && !deployed[e] ? Found(e) : std::nullopt;
      if (!used[e]) {
        rows.push_back({{}, e, left_over, e});
      } else if (left_over) {
        rows.push_back({{}, {}, left_over, e});
      }
    }
    return rows;
  }

  void find_claims() {
    meaning_.resize(listing_.size());
    saying_.resize(listing_.size());
    declared_.resize(listing_.size());
    for (Index e = 0; e < entries_.size(); ++e) {
      const Match& match = matches_[e];
      if (match.meant) meaning_[*match.meant].push_back(e);
      if (match.view != nullptr && match.served) (match.says_so ? saying_ : declared_)[*match.served].push_back(e);
    }
  }

  void tell(Index e, Kind kind, std::string id, std::string message, std::string fix) {
    matches_[e].remarks.push_back(remark_on(entries_[e], kind, std::move(id), std::move(message), std::move(fix)));
  }

  Found owner_of(Index i) {
    if (meaning_[i].empty()) return std::nullopt;
    const Index owner = meaning_[i].front();
    if (meaning_[i].size() > 1) {
      tell(owner, Kind::drift, "two_entries",
           fmt::format("{} entries of the inventory mean {}", meaning_[i].size(), shown(listing_[i])), "make them one");
    }
    return owner;
  }

  // The one that says it serves the number; of several the one that was declared for it, if one was.
  Found deployment_of(Index i) {
    const std::vector<Index>& saying = saying_[i];
    const std::vector<Index>& declared = declared_[i];
    if (saying.size() + declared.size() > 1) note_several(i);
    if (saying.size() == 1) return saying.front();
    if (saying.empty()) return declared.size() == 1 ? Found(declared.front()) : std::nullopt;
    std::vector<Index> meant;
    std::copy_if(saying.begin(), saying.end(), std::back_inserter(meant),
                 [&](Index e) { return matches_[e].meant == Found(i); });
    return meant.size() == 1 ? Found(meant.front()) : std::nullopt;
  }

  void note_several(Index i) {
    std::string who;
    const auto name = [&](Index e, std::string_view how) {
      who += fmt::format("{}{} ({})", who.empty() ? "" : ", ", name_of(entries_[e].deployment), how);
    };
    for (const Index e : saying_[i]) name(e, is_registered_onprem(*matches_[e].view) ? "connected" : "not connected");
    for (const Index e : declared_[i]) name(e, "by the inventory");
    tell(saying_[i].empty() ? declared_[i].front() : saying_[i].front(), Kind::drift, "two_deployments",
         fmt::format("several deployments claim {}: {}", shown(listing_[i]), who),
         "find out which one holds the number, and remove the others from the inventory");
    contested_.insert(i);
  }

  DiscoveredNumber discovered(const Row& row) {
    DiscoveredNumber found;
    // A PIN belongs to the number it was declared for, not to whatever a deployment turns out to serve.
    const bool undeclared = row.deployment && !is_declared(entries_[*row.deployment]);
    found.number = row.owner ? entries_[*row.owner] : undeclared ? entries_[*row.deployment] : inventory_.defaults;
    found.number.deployment = {};
    found.number.deployment.gone = row.owner && entries_[*row.owner].deployment.gone && !row.deployment;
    if (row.listed) take_listed(listing_[*row.listed], found);
    if (row.deployment) take_deployment(*row.deployment, found);
    if (row.owner && row.deployment && entries_[*row.owner].deployment.gone) {
      tell(*row.owner, Kind::drift, "not_gone",
           fmt::format("the inventory declares its deployment gone, and {} serves it",
                       name_of(entries_[*row.deployment].deployment)),
           "remove `deployment: gone`");
    }
    for (const Found& e : {row.owner, row.deployment}) {
      if (!e) continue;
      Remarks& remarks = matches_[*e].remarks;
      std::move(remarks.begin(), remarks.end(), std::back_inserter(found.remarks));
      remarks.clear();
    }
    if (row.listed) look_at(*row.listed, found);
    for (Remark& remark : found.remarks) {
      if (remark.phone.empty()) remark.phone = found.number.phone.e164;
    }
    return found;
  }

  static void take_listed(const ListedNumber& listed, DiscoveredNumber& found) {
    found.listed = listed;
    found.number.phone_number_id = listed.id;
    found.number.waba_id = listed.waba_id;
    const std::string digits = digits_of(listed.display_phone_number);
    if (!found.number.phone.e164.empty() && same_number(found.number.phone, digits)) return;
    const auto phone = parse_phone("+" + digits);
    found.number.phone = phone ? *phone : Phone{};
  }

  void take_deployment(Index e, DiscoveredNumber& found) {
    const OnpremView& view = *matches_[e].view;
    Deployment& deployment = found.number.deployment = entries_[e].deployment;
    if (view.settings.answered()) found.on_premises = view.wa_id;
    if (view.shards_asked.answered() && view.shards > 0 && view.shards != deployment.shards) {
      // An entry that left the number open has left this open too; one that was complete has said otherwise.
      const bool said = !entries_[e].phone.e164.empty() && !entries_[e].phone_number_id.empty();
      tell(e, said ? Kind::drift : Kind::note, "shards",
           fmt::format("deployment {} has {} shards, the inventory says {}", name_of(deployment), view.shards,
                       deployment.shards),
           said ? fmt::format("write shards: {}", view.shards) : "");
      deployment.shards = view.shards;
    }
    // Without a name of its own it is called after its number, and that may turn out to be another one.
    const Phone& declared = entries_[e].phone;
    const bool unnamed = deployment.name.empty() || (!declared.e164.empty() && deployment.name == declared.digits());
    if (unnamed && !found.number.phone.e164.empty()) deployment.name = found.number.phone.digits();
  }

  void look_at(Index i, DiscoveredNumber& found) const {
    const auto add = [&found](Kind kind, std::string id, std::string message, std::string fix) {
      found.remarks.push_back({kind, std::move(id), found.number.phone.e164, "", std::move(message), std::move(fix)});
    };
    if (found.listed.on_app) {
      add(Kind::note, "on_app", shown(found.listed) + " lives on the WhatsApp Business app: left out", "");
      return;
    }
    if (found.number.phone.e164.empty()) {
      add(Kind::missing, "phone",
          fmt::format("what Graph shows of id {} is no phone number: {}", found.listed.id, shown(found.listed)),
          "look at the number in WhatsApp Manager");
    }
    const Deployment& deployment = found.number.deployment;
    if (deployment.url.empty() && !deployment.gone && !contested_.contains(i)) {
      add(Kind::missing, "number_without_deployment",
          fmt::format("Graph lists {}, and it has no deployment",
                      found.number.phone.e164.empty() ? "id " + found.listed.id : "it"),
          "add its deployment's url and password; write `deployment: gone` if it has none any more; or leave it out "
          "with --exclude");
    }
    if (found.number.pin.empty()) add(Kind::note, "pin", "no PIN is declared; `check` will ask for one", "");
  }

  const PartialInventory& inventory_;
  const std::vector<Number>& entries_;
  const Listing& listing_;
  std::vector<Match>& matches_;
  // By listed number: the entries that mean it, whose deployments say they serve it, or are declared to.
  std::vector<std::vector<Index>> meaning_, saying_, declared_;
  std::set<Index> contested_;
};

bool is_open(const Remark& remark) { return remark.kind != Kind::note; }

}  // namespace

std::string_view name(Remark::Kind kind) {
  switch (kind) {
    case Kind::missing:
      return "missing";
    case Kind::drift:
      return "drift";
    case Kind::note:
      break;
  }
  return "note";
}

std::vector<std::string> DiscoveredNumber::missing() const {
  std::vector<std::string> keys;
  if (number.phone.e164.empty()) keys.emplace_back("phone");
  if (listed.id.empty()) keys.insert(keys.end(), {"phone_number_id", "waba_id"});
  if (number.deployment.url.empty() && !number.deployment.gone) keys.emplace_back("deployment");
  return keys;
}

bool DiscoveredNumber::complete() const { return !listed.on_app && missing().empty(); }

bool Discovery::whole() const {
  return std::none_of(remarks.begin(), remarks.end(), is_open) &&
         std::all_of(numbers.begin(), numbers.end(), [](const DiscoveredNumber& one) {
           return (one.complete() || one.listed.on_app) &&
                  std::none_of(one.remarks.begin(), one.remarks.end(), is_open);
         });
}

Discovery discover(const PartialInventory& inventory, const Sightings& seen) {
  Discovery discovery;
  discovery.settings = inventory.fleet;
  discovery.settings.numbers.clear();
  look_at_token(seen.token, discovery.settings.graph, discovery.remarks);
  look_at_wabas(seen.wabas, discovery.remarks);
  const Listing listing(seen.wabas);
  std::vector<Match> matches = match(inventory.fleet.numbers, seen, listing);
  discovery.numbers = Rows(inventory, listing, matches).make();
  return discovery;
}

}  // namespace wamigrate
