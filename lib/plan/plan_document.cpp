// Writing the plan document: docs/formats.md describes it. Piece by piece, since a plan may be of 100,000 numbers.
#include "base/digest.hpp"
#include "model/inventory.hpp"
#include "plan/plan.hpp"

namespace wamigrate {
namespace {

void write(JsonWriter& out, const PlanOptions& options) {
  out.open_object();
  out.member("allow_after_sunset", options.allow_after_sunset);
  out.member("deregister_first", options.deregister_first);
  out.member("as_of", to_iso(options.as_of).substr(0, 10));
  out.close_object();
}

void write(JsonWriter& out, const PlannedRoad& road) {
  out.open_object();
  out.key("steps");
  out.list(road.steps, [&out](const std::string& step) { out.value(step); });
  out.key("way_back");
  out.list(road.way_back, [&out](WayBack way) { out.value(name(way)); });
  out.key("commit");
  if (road.commit) {
    out.value(*road.commit);
  } else {
    out.value(nullptr);
  }
  out.member("expected_ms", road.expected.count());
  out.member("expected_downtime_ms", road.expected_downtime.count());
  out.close_object();
}

void write(JsonWriter& out, const PlannedNumber& number) {
  out.open_object();
  out.member("phone", number.phone);
  out.member("home", name(number.home));
  out.member("why", number.why);
  out.member("road", number.road);
  out.key("facts");
  out.list(number.facts.list(), [&out](Fact fact) { out.value(name(fact)); });
  out.key("around");
  write_json(out, number.around);
  out.close_object();
}

void write(JsonWriter& out, const Checks& checks) {
  out.list(checks, [&out](const Check& check) { out.value(to_json(check)); });
}

void write(JsonWriter& out, const RefusedNumber& refused) {
  out.open_object();
  out.member("phone", refused.phone);
  out.key("checks");
  write(out, refused.checks);
  out.close_object();
}

/// The digest comes second, for people; without it while it is being made.
void write_document(JsonWriter& out, const Plan& plan, bool with_digest) {
  out.open_object();
  out.member("wamigrate_plan", plan_format);
  if (with_digest) out.member("digest", plan.digest);
  out.member("to", name(plan.direction));
  out.member("observed_at", to_iso(plan.observed_at));
  out.key("options");
  write(out, plan.options);
  out.member("rollback_of", plan.rollback_of);
  out.key("roads");
  out.list(plan.roads, [&out](const PlannedRoad& road) { write(out, road); });
  out.key("numbers");
  out.list(plan.numbers, [&out](const PlannedNumber& number) { write(out, number); });
  out.key("refused");
  out.list(plan.refused, [&out](const RefusedNumber& refused) { write(out, refused); });
  out.key("warnings");
  write(out, plan.warnings);
  out.key("secrets");
  out.list(plan.secrets, [&out](const std::string& reference) { out.value(reference); });
  out.key("fleet");
  write_json(out, plan.fleet);
  out.close_object();
}

}  // namespace

void sign(Plan& plan) {
  Sha256 digest;
  JsonWriter out(JsonWriter::Form::compact, [&digest](std::string_view piece) { digest.add(piece); });
  write_document(out, plan, false);
  out.finish();
  plan.digest = digest.hex();
}

void write_json(JsonWriter& out, const Plan& plan) { write_document(out, plan, true); }

std::string to_document(const Plan& plan) {
  return text_written(JsonWriter::Form::document, [&plan](JsonWriter& out) { write_json(out, plan); });
}

}  // namespace wamigrate
