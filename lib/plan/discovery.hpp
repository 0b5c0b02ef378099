// Discovery: an inventory that leaves things open, and what Graph and the deployments say, put together. Numbers are
// matched by their digits alone; where spellings differ a person decides, and what one side says against the
// inventory is reported as drift. Nothing here talks to anyone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/inventory.hpp"
#include "model/observation.hpp"

namespace wamigrate {

/// A number as its WABA lists it, in Graph's spelling; empty where Graph left a field out.
struct ListedNumber {
  std::string id;
  std::string waba_id;
  std::string display_phone_number;
  std::string verified_name;
  std::string status;
  std::string platform_type;
  bool on_app = false;  ///< On the WhatsApp Business app: never touched.
};

struct ListedWaba {
  std::string id;
  Asked asked;
  std::vector<ListedNumber> numbers;
};

/// What a number's deployment says: health, settings and shards.
struct SeenDeployment {
  std::size_t number = 0;  ///< Index into the inventory's numbers.
  OnpremView view;
};

/// All that was asked for a discovery.
struct Sightings {
  TokenView token;
  std::vector<ListedWaba> wabas;
  std::vector<SeenDeployment> deployments;
  std::map<std::string, GraphView> nodes;  ///< By id: what the inventory names and no WABA lists.
};

/// Something to tell about a number, a deployment, or (both empty) all.
struct Remark {
  enum class Kind {
    note,     ///< Nothing to do.
    missing,  ///< Not known yet.
    drift,    ///< The inventory says otherwise, or two sides contradict each other.
  };
  Kind kind = Kind::note;
  std::string id;  ///< Stable: scripts select by it.
  std::string phone;
  std::string deployment;
  std::string message;
  std::string fix;
};
using Remarks = std::vector<Remark>;
std::string_view name(Remark::Kind kind);

/// A number, a deployment, or both, as far as they are known.
struct DiscoveredNumber {
  Number number;            ///< Empty fields are not known.
  ListedNumber listed;      ///< As Graph lists it; no id: not listed.
  std::string on_premises;  ///< The number as its deployment spells it (wa_id); empty: not read, or none.
  Remarks remarks;

  /// It can stand in an inventory: phone, ids, and a deployment or `gone`.
  bool complete() const;
  /// The keys an inventory would need and does not have yet.
  std::vector<std::string> missing() const;
};

struct Discovery {
  Fleet settings;  ///< Everything of the inventory but its numbers.
  /// In the order of the inventory, then of WABA and phone.
  std::vector<DiscoveredNumber> numbers;
  Remarks remarks;  ///< About all.

  /// Nothing is missing, and there is no drift.
  bool whole() const;
};

/// Puts together what the inventory says and what was seen. The same sightings give the same result, in whatever order
/// they came.
Discovery discover(const PartialInventory& inventory, const Sightings& seen);

}  // namespace wamigrate
