// How a number stops, is brought back to a home, waits for people, and ends.
#include <fmt/format.h>

#include <algorithm>

#include "run/active.hpp"
#include "run/texts.hpp"

namespace wamigrate {
namespace {

constexpr int rescues_at_most = 2;

}  // namespace

std::string kept_snapshot(const std::string& phone) { return "kept snapshot " + phone; }

std::string Runner::resume_command() const {
  return "wamigrate apply " + settings_.run_name + "/plan.json --run " + settings_.run_name;
}

std::string Runner::command(const std::string& verb, const std::string& rest) const {
  return "wamigrate " + verb + " --run " + settings_.run_name + (rest.empty() ? "" : " " + rest);
}

void Runner::wait_for(std::size_t index, std::string what, std::string message, std::optional<Time> until,
                      std::string next_command) {
  const NumberProgress& number = progress_.numbers[index];
  active_[index]->due = until.value_or(never);
  if (until) active_[index]->since = std::max(active_[index]->since, *until);  // no patience runs meanwhile
  const bool told = number.state == NumberState::waiting && number.waits_for == what && number.reason == message;
  if (told && number.until == until) return;
  Entry entry = entry_of(index, event::waiting);
  entry.step = number.step();
  entry.message = std::move(message);
  entry.more = {{"for", std::move(what)}, {"next", std::move(next_command)}};
  if (until) entry.more["until"] = to_iso(*until);
  write(std::move(entry));
}

// A PIN that was named while this process ran is read when the next one begins.
void Runner::wait_for_pin(std::size_t index, const std::string& why) {
  const NumberProgress& number = progress_.numbers[index];
  if (!number.pin_override.empty() && number.pin_override != numbers_[index]->pin.text()) {
    return wait_for(index, "pin",
                    "the PIN of " + number.phone + " is behind " + number.pin_override +
                        " now, and is taken up when apply starts again",
                    std::nullopt, resume_command());
  }
  wait_for(index, "pin", why, std::nullopt,
           "find or change the PIN in WhatsApp Manager, then: " + command("retry", number.phone + " --pin env:NAME") +
               ", then: " + resume_command());
}

void Runner::stop_number(std::size_t index, const std::string& why, Facts denied) {
  Entry entry = entry_of(index, event::stopping);
  entry.step = progress_.numbers[index].step();
  entry.message = why;
  entry.more = {{"denied", json_of(denied | progress_.numbers[index].denied)}};
  write(std::move(entry));
  Active& active = *active_[index];
  active.since = active.due = doors_.clock.now();
}

// What a new road may be made of: nothing that vouches for something or gives something up, but for what was approved.
std::vector<StepKind> Runner::kinds_open_to(std::size_t index, bool people) const {
  const std::vector<std::string>& approved = plan_.roads[plan_.numbers[index].road].steps;
  std::vector<StepKind> kinds;
  for (const StepKind& kind : catalogue()) {
    const bool planned = std::find(approved.begin(), approved.end(), kind.name) != approved.end();
    if ((kind.must_be_planned && !planned) || (kind.actor == Actor::person_during && !people)) continue;
    kinds.push_back(kind);
  }
  return kinds;
}

// Where does it stand now? Nothing is said to have failed before that is settled.
void Runner::on_stopping(std::size_t index, const Sighting& sighting) {
  const NumberProgress& number = progress_.numbers[index];
  Active& active = *active_[index];
  const HomeFinding finding = home_of(sighting);
  const bool sure = finding.settled && !too_early(index, {fact_of(finding.home)}, Answer::yes);
  if (!sure) {
    if (!sighting.patience_over || finding.settled) {
      return look_again(index);
    }
    const std::string unknown = sentence(number.reason) + " Its home can't be told: " + finding.why;
    write_home(index, Home::unknown, finding.why);
    if (!sighting.seen.graph.asked.answered()) {
      return wait_for(index, "person", unknown, std::nullopt, resume_command() + " looks again once Graph answers");
    }
    return end(index, NumberState::stranded, unknown);
  }
  const std::string reason = number.reason;
  if (finding.home == new_home(direction_) && !number.to_old_home) {
    // It arrived after all: the rest of the road is the verification.
    active.replan_why = "the number is served by its new home after all";
    active.due = doors_.clock.now();
    return;
  }
  if (finding.home == Home::nowhere) {
    if (rescue(index, sighting)) return;
    return end(index, NumberState::stranded, sentence(reason) + " Nobody serves it: " + finding.why);
  }
  if (is_served(finding.home)) {
    const bool was_away = number.downtime > Millis(0) || number.rescues > 0;
    return end(
        index, was_away ? NumberState::rolled_back : NumberState::failed,
        fmt::format("{} {} still serves it", sentence(reason), finding.home == Home::onprem ? "On-premises" : "Cloud"));
  }
  end(index, NumberState::stranded, sentence(reason) + " " + finding.why);
}

// It has arrived, and what is left of its road can't be done: it is not stopped again, nor tried for ever.
void Runner::leave_unfinished(std::size_t index) {
  const NumberProgress& number = progress_.numbers[index];
  const std::string arrived = "The number is served by its new home; what is left waits";
  const std::string reason = number.waits_for == waits_to_settle ? "" : number.reason;
  const std::string why = reason.empty()              ? arrived
                          : reason.ends_with(arrived) ? reason
                                                      : sentence(reason) + " " + arrived;
  if (number.pin_refused) return wait_for_pin(index, why);
  wait_for(index, "person", why, {}, "put right what the reason names, then: " + resume_command());
}

// A number is never left without a home while a safe way that needs nobody can give it one.
bool Runner::rescue(std::size_t index, const Sighting& sighting) {
  const NumberProgress& number = progress_.numbers[index];
  if (number.rescues >= rescues_at_most) return false;
  const std::vector<StepKind> automatic = kinds_open_to(index, false);
  const std::vector<StepKind> all = kinds_open_to(index);
  const Fact new_one = fact_of(new_home(direction_));
  const Fact old_one = fact_of(old_home(direction_));
  const Facts facts = facts_to_plan_from(sighting);
  for (const bool back : {false, true}) {
    const auto to_home = find_road(automatic, facts, {back ? old_one : new_one});
    if (!to_home) continue;
    const auto whole = back ? to_home : find_road(all, facts, full_goal(direction_, facts));
    if (!whole) continue;
    Entry entry = entry_of(index, event::replanned);
    entry.message = "nobody serves the number; " + std::string(back ? "its old home takes it back" : "trying again");
    entry.more = {
        {"road", json_of(*whole)}, {"denied", json_of(number.denied)}, {"rescue", true}, {"to_old_home", back}};
    write(std::move(entry));
    active_[index]->since = active_[index]->due = doors_.clock.now();
    return true;
  }
  return false;
}

std::string Runner::next_command_for(NumberState state, const NumberProgress& number) const {
  if (number.pin_refused && (state == NumberState::stranded || state == NumberState::failed)) {
    return "find the right PIN in WhatsApp Manager, then: " + command("retry", number.phone + " --pin env:NAME") +
           ", then: " + resume_command();
  }
  if (state == NumberState::stranded && number.denied.has(Fact::late_backup_possible)) {
    return "either start the client with a build that has not expired, then: " + command("retry", number.phone) +
           ", then: " + resume_command() + "; or give its profile up: declare `deployment: gone` for " + number.phone +
           " in the inventory, then: wamigrate plan INVENTORY --to cloud -o PLAN";
  }
  switch (state) {
    case NumberState::stranded:
      return "put right what the reason names, then: " + command("retry", number.phone) + ", then: " + resume_command();
    case NumberState::failed:
    case NumberState::rolled_back:
    case NumberState::stale:
    case NumberState::untouched:
      return "wamigrate check INVENTORY --to " + std::string(name(direction_)) + ", then plan again";
    default:
      return direction_ == Direction::to_cloud ? command("verify") : "";
  }
}

void Runner::free_waba_of(std::size_t index) {
  const auto holder = waba_holder_.find(numbers_[index]->waba_id);
  if (holder != waba_holder_.end() && holder->second == index) free_waba(holder->first);
}

void Runner::end(std::size_t index, NumberState state, const std::string& why) {
  const NumberProgress& number = progress_.numbers[index];
  Entry entry = entry_of(index, event::ended);
  entry.outcome = name(state);
  entry.message = why;
  entry.more = {{"next", next_command_for(state, number)}};
  write(std::move(entry));
  if (active_[index] && active_[index]->leased) {
    to_release_.push_back(number.phone);
    active_[index]->leased = false;
  }
  free_prover(index);
  queue_hook(hook_job("after_number", index));
  free_waba_of(index);
  // The backup has served its purpose once its number is migrated and verified.
  if (state == NumberState::migrated) {
    for (const std::string_view spent : {"backup", "upload", "handle"}) {
      const std::string purpose = blob_name(spent, number);
      std::erase_if(blobs_, [&](const auto& blob) { return blob.name == purpose; });
      spent_blobs_.push_back(purpose);
    }
  }
}

}  // namespace wamigrate
