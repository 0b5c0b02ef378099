// The plan: a reviewable document that says, for each number, the road from its observed home to the wanted one. It
// holds all that `apply` needs, secrets by reference only, and its own digest. The same observation gives the same
// bytes. Numbers that take the same road share it.
#pragma once

#include <string>
#include <vector>

#include "base/json_writer.hpp"
#include "model/home.hpp"
#include "plan/check.hpp"
#include "plan/planner.hpp"
#include "plan/surroundings.hpp"

namespace wamigrate {

/// Of the document: this version writes and reads no other.
inline constexpr int plan_format = 1;

/// What the person who made the plan decided.
struct PlanOptions {
  bool allow_after_sunset = false;
  bool deregister_first = false;
  Time as_of{};  ///< The day the dated rules are asked about; midnight UTC.
};

struct PlannedRoad {
  std::vector<std::string> steps;  ///< Kind names, in order; empty: nothing to do.
  std::vector<WayBack> way_back;   ///< After each step.
  std::optional<std::size_t> commit;
  Millis expected{0};           ///< Whole length.
  Millis expected_downtime{0};  ///< From the commit point's request until a home serves again.
  bool operator==(const PlannedRoad&) const = default;
};

struct PlannedNumber {
  std::string phone;
  Home home = Home::unknown;  ///< As observed.
  std::string why;            ///< The evidence for that, for people.
  Facts facts;                ///< All that held.
  std::size_t road = 0;       ///< Index into roads.
  Surroundings around = {};   ///< As observed; decides nothing.
  std::size_t entry = 0;      ///< Where it most likely stands in fleet.numbers; not part of the document.
};

struct RefusedNumber {
  std::string phone;
  std::vector<Check> checks;  ///< Those that failed.
};

struct Plan {
  Direction direction = Direction::to_cloud;
  PlanOptions options;
  std::string rollback_of;  ///< Digest of the plan whose run this takes back; empty otherwise.
  Time observed_at{};
  Fleet fleet;
  std::vector<PlannedRoad> roads;
  std::vector<PlannedNumber> numbers;  ///< In inventory order.
  std::vector<RefusedNumber> refused;  ///< Left out by --partial.
  std::vector<Check> warnings;         ///< Checks that did not pass and do not block.
  std::vector<std::string> secrets;    ///< References it will resolve before its first change.
  std::string digest;                  ///< SHA-256 over the compact document without this member: see sign().

  const Number& number(std::size_t index) const;  ///< The inventory's entry for numbers[index].
};

/// What was observed of one number, and the facts judged from it.
struct Evidence {
  std::size_t number = 0;  ///< Index into fleet.numbers.
  HomeFinding home;
  Facts facts;  ///< Those answered yes and not perishable: what a plan may count on.
  Surroundings around = {};
};

/// Plans every number of `evidence` (in the order given). A number with no road becomes a failing check (`road`) in
/// `failed`. Unsigned: whoever has completed the plan signs it.
Plan make_plan(Catalogue catalogue, const Fleet& fleet, Direction direction, const PlanOptions& options,
               Time observed_at, const std::vector<Evidence>& evidence, Checks& failed);

/// Sets the digest to that of all the rest: once when a plan is complete, and again by whoever changes it afterwards.
void sign(Plan& plan);

/// The document, with the digest that the plan has, and back. Reading refuses other formats, unknown and repeated
/// members, unknown steps and a digest that does not fit; white space between values does not matter to it.
void write_json(JsonWriter& out, const Plan& plan);
Result<Plan> plan_from_json(std::string_view text, Catalogue catalogue);
/// The document as it stands in files. Large fleets are better written piece by piece.
std::string to_document(const Plan& plan);

/// What differs between two plans, a line each, numbers first; empty when nothing does.
struct Difference {
  std::string phone;  ///< Empty for what concerns all.
  std::string what;
};
std::vector<Difference> diff(const Plan& before, const Plan& after);

}  // namespace wamigrate
