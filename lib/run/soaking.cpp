// After a wave: its numbers are watched for a while, and looked at again before the next one begins.
#include <fmt/format.h>

#include <algorithm>

#include "run/active.hpp"

namespace wamigrate {
namespace {

constexpr double calls_of_a_recheck = 3;  ///< Its node, its health, a share of its account's list.

}  // namespace

// After a wave its numbers are watched for a while, then their checkpoints are asked again before the next begins.
bool Runner::has_soaked(std::size_t wave) {
  if (policy_.soak == Millis(0) || progress_.wave > static_cast<int>(wave) + 1 || soaked_.contains(wave)) return true;
  if (is_watching()) return false;
  const Time until = doors_.clock.now() + policy_.soak;
  Entry entry;
  entry.event = event::wave;
  entry.message = fmt::format("wave {} is watched until {} (soak), then asked again", wave + 1, to_iso(until));
  entry.more = {{"wave", wave + 1},
                {"size", tally_.waves()[wave].size},
                {"until", to_iso(until)},
                {"next", "nothing; to change it, plan anew with another soak"}};
  write(std::move(entry));
  watch();
  return false;
}

// A soak that has begun is brought to its end, whichever process began it: also when one of its numbers holds the run,
// or has been asked for again.
bool Runner::is_watching() const {
  return progress_.soak && !progress_.aborted && !soaked_.contains(static_cast<std::size_t>(progress_.soak->wave) - 1);
}

void Runner::watch() {
  const auto wave = static_cast<std::size_t>(progress_.soak->wave) - 1;
  ensure(wave < tally_.waves().size(), "what soaks is one of the plan's waves");
  if (doors_.clock.now() < progress_.soak->until) {
    begins_at_ = std::min(begins_at_.value_or(never), progress_.soak->until);
    return;
  }
  if (!rechecks_left_) {
    rechecks_left_ = 0;
    const WaveSpan& span = tally_.waves()[wave];
    for (std::size_t i = span.first; i < span.first + span.size; ++i) {
      if (progress_.numbers[i].state != NumberState::migrated) continue;
      to_recheck_[numbers_[i]->waba_id].push_back(i);
      ++*rechecks_left_;
    }
  }
  recheck_some();
  if (*rechecks_left_ > 0 || is_in_doubt()) return;
  soaked_.insert(wave);
  rechecks_left_.reset();
}

// All of the wave were looked at, and of one nobody can say how it is. The run pauses for it once nothing moves.
bool Runner::is_in_doubt() const { return is_watching() && rechecks_left_ == 0U && !soak_doubt_.empty(); }

// As many at once as may move, and as fast as their accounts' limits allow.
void Runner::recheck_some() {
  const Time now = doors_.clock.now();
  const double share = calls_of_a_recheck / pace_.calls_a_number();
  for (auto waba = to_recheck_.begin(); waba != to_recheck_.end() && rechecking_ < settings_.concurrency;) {
    auto& numbers = waba->second;
    while (!numbers.empty() && rechecking_ < settings_.concurrency) {
      const std::size_t index = numbers.front();
      // A person may have asked for it again meanwhile.
      if (progress_.numbers[index].state == NumberState::migrated) {
        if (active_[index]) break;  // from an earlier time
        if (const Time when = std::max(pace_.may_begin(waba->first, now, share), graph_not_before(waba->first));
            when > now) {
          begins_at_ = std::min(begins_at_.value_or(never), when);
          break;
        }
        pace_.asked_besides(waba->first, now, share);
        take_in_hand(index, true);
        ++rechecking_;
      } else {
        --*rechecks_left_;
      }
      numbers.pop_front();
    }
    waba = numbers.empty() ? to_recheck_.erase(waba) : std::next(waba);
  }
}

void Runner::end_recheck(Active& active) {
  active.rechecking = false;
  --rechecking_;
  if (rechecks_left_ && *rechecks_left_ > 0) --*rechecks_left_;
}

// After the soak: is it still whole? If not, nothing new begins, and a number that lost its home is told of.
void Runner::on_recheck(std::size_t index, const Sighting& sighting) {
  Active& active = *active_[index];
  const HomeFinding finding = home_of(sighting);
  const bool home = finding.settled && finding.home == new_home(direction_) && !finding.degraded;
  const bool blocked = sighting.seen.graph.can_send_message == "BLOCKED" && finding.home == Home::cloud;
  const bool unheard = finding.home == Home::cloud && sighting.seen.graph.health_asked.passes;
  if (home && !blocked && !unheard) return end_recheck(active);
  if (!sighting.patience_over) {
    active.due = next_look(active);
    return;
  }
  end_recheck(active);
  if (!sighting.seen.graph.asked.answered() || (home && !blocked)) {
    soak_doubt_ = fmt::format("after the soak it can't be told whether {} is as it was verified: {}",
                              progress_.numbers[index].phone, finding.why);
    return;
  }
  const std::string why =
      "after the soak it is no longer as it was verified: " + finding.why + (blocked ? "; Meta blocks it" : "");
  if (!finding.settled || finding.home == Home::nowhere) {
    end(index, NumberState::stranded, why);
  } else if (finding.home == old_home(direction_)) {
    end(index, NumberState::failed, why);
  }
  Entry entry;
  entry.event = event::held;
  entry.message = progress_.numbers[index].phone + ": " + why + "; no new number starts";
  write(std::move(entry));
}

}  // namespace wamigrate
