// Which numbers begin, and when: waves and their budgets, the approval before each, and what the status feed says
// before it.
#include <fmt/format.h>

#include <algorithm>

#include "plan/preflight_feed.hpp"
#include "run/active.hpp"
#include "run/windows.hpp"

namespace wamigrate {
namespace {

constexpr Millis usage_lasts = std::chrono::minutes(10);  ///< What was said about a limit, and not said again.

}  // namespace
// It waits its turn. One that a person has asked for again waits for no wave and no budget.
void Runner::line_up(std::size_t index) {
  take_out(index);
  if (progress_.numbers[index].home == Home::nowhere) unserved_.insert(index);
  if (progress_.numbers[index].retried) {
    asked_for_.insert(index);
  } else {
    to_start_.insert(index);
    wave_ = std::min(wave_, tally_.wave_of(index));
  }
}

void Runner::take_out(std::size_t index) {
  to_start_.erase(index);
  asked_for_.erase(index);
  unserved_.erase(index);
}

// What began within the last hour has spent from Graph's limits, whichever process began it.
void Runner::count_begun() {
  std::vector<std::pair<Time, std::size_t>> begun;
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    const auto& at = progress_.numbers[i].started_at;
    // A clock that was ahead and was set right since must not hold anything back.
    const Time now = doors_.clock.now();
    if (at && *at + budgeted_hour > now) begun.emplace_back(std::min(*at, now), i);
  }
  std::sort(begun.begin(), begun.end());
  for (const auto& [at, index] : begun) pace_.begun_elsewhere(numbers_[index]->waba_id, at);
}

// What was in another run's hands may be free by now.
void Runner::line_up_again() {
  for (auto held = other_runs_.begin(); held != other_runs_.end();) {
    const std::size_t index = held->first;
    if (doors_.clock.now() < held->second) {
      ++held;
      continue;
    }
    held = other_runs_.erase(held);
    if (is_free(index)) line_up(index);
  }
}

// What an account's numbers may ask of Graph is spent for now: they step aside, and others' go on.
void Runner::step_aside(std::size_t index, Time until) {
  Aside& aside = aside_[numbers_[index]->waba_id];
  aside.until = until;
  aside.asked_for = aside.asked_for || progress_.numbers[index].retried;
  aside.numbers.insert(index);
}

void Runner::step_back_in() {
  const Time now = doors_.clock.now();
  for (auto aside = aside_.begin(); aside != aside_.end();) {
    if (now < aside->second.until && !is_at_limit()) {
      begins_at_ = std::min(begins_at_.value_or(never), aside->second.until);
      ++aside;
      continue;
    }
    for (const std::size_t index : aside->second.numbers) {
      const bool waits = !is_final(progress_.numbers[index].state) && !active_[index];
      if (waits && (!shared() || is_free(index))) line_up(index);
    }
    aside = aside_.erase(aside);
  }
}

void Runner::start_numbers() {
  begins_at_.reset();
  needs_word_ = told_to_wait_ = false;
  if (stops_ > 0) return;
  line_up_again();
  step_back_in();
  if (progress_.on_hold) {
    needs_word_ = true;
    return wait_as_run("resume", "on hold: nothing begins, and nothing passes its commit point", {}, command("resume"));
  }
  start_from(asked_for_, numbers_.size());
  if (leads() && is_watching()) watch();
  if (!progress_.held.empty() || !asked_for_.empty()) return;
  const std::vector<WaveSpan>& waves = tally_.waves();
  if (!leads()) {
    // Whoever leads has begun these waves.
    const auto begun = std::min(waves.size(), static_cast<std::size_t>(std::max(progress_.wave, 0)));
    if (begun > 0 && over_budget(begun - 1, true).empty())
      start_from(to_start_, waves[begun - 1].first + waves[begun - 1].size);
    return;
  }
  for (; wave_ < waves.size() && tally_.is_over(wave_); ++wave_) {
    if (is_over_budget(wave_) || !has_soaked(wave_)) return;
  }
  if (wave_ == waves.size() || is_over_budget(wave_) || !has_begun(wave_)) return;
  start_from(to_start_, waves[wave_].first + waves[wave_].size);
}

// One that a person has asked for again has not begun: the run is not over without it.
bool Runner::is_asked_for_later() const {
  const auto retried = [this](std::size_t index) { return progress_.numbers[index].retried; };
  return !asked_for_.empty() ||
         std::any_of(aside_.begin(), aside_.end(), [](const auto& aside) { return aside.second.asked_for; }) ||
         std::any_of(other_runs_.begin(), other_runs_.end(), [&](const auto& held) { return retried(held.first); });
}

// In plan order, but for those that nobody serves: they stand behind nobody.
std::optional<std::size_t> Runner::next_of(const std::set<std::size_t>& lined_up, std::size_t end) const {
  for (auto index = unserved_.begin(); index != unserved_.end() && *index < end; ++index) {
    if (lined_up.contains(*index)) return *index;
  }
  return lined_up.empty() || *lined_up.begin() >= end ? std::nullopt : std::optional(*lined_up.begin());
}

// Takes in hand what is lined up, as many at once and as fast as is allowed.
void Runner::start_from(std::set<std::size_t>& lined_up, std::size_t end) {
  const Time now = doors_.clock.now();
  const auto usage = doors_.site.usage();
  std::map<std::string, int> used;
  for (const auto& [account, percent] : usage.percent) {
    Heard& heard = usage_heard_[account];
    if (const std::int64_t said = usage.said_by.at(account); heard.call != said) heard = {said, now};
    if (now - heard.at > usage_lasts) continue;
    // What is no account of ours may be anybody's: it counts for all.
    int& highest = used[wabas_.contains(account) ? account : ""];
    highest = std::max(highest, percent);
  }
  pace_.learn(std::move(used), usage.calls);
  std::vector<std::size_t> chosen;  // of several workers only one begins with a number
  const auto last_start_before = last_start_;
  Time first_aside = never;
  while (const auto next = next_of(lined_up, end)) {
    const std::size_t index = *next;
    const bool unserved = progress_.numbers[index].home == Home::nowhere;
    // Nor do they wait for a place that others keep until their window opens.
    const auto most = static_cast<std::size_t>(settings_.concurrency) * (unserved ? 2 : 1);
    if (tally_.busy() + chosen.size() >= most) break;
    if (is_at_limit() && &lined_up == &to_start_) {
      needs_word_ = true;
      if (tally_.busy() == 0) {
        wait_as_run(
            "limit",
            fmt::format("as many numbers have begun as --limit {0} allows; the same command begins the next {0}",
                        *settings_.limit),
            {}, "");
      }
      break;
    }
    if (has_other_run(index)) {
      take_out(index);  // lined up again when it may have let go
      continue;
    }
    // One that nobody serves is looked at all the same.
    const Time app_until = limit_until("");
    if (now < app_until && !unserved) {
      begins_at_ = std::min(begins_at_.value_or(never), app_until);
      if (app_until - now >= worth_telling) {
        wait_as_run(waits_for_graph, graph_wait_text("", app_until), app_until, "");
      }
      break;
    }
    if (const auto when = slowed_until()) {
      begins_at_ = std::min(begins_at_.value_or(never), *when);
      tell_of_pace("as slowly as a person has said (throttle)", *when, command("throttle", "off"));
      break;
    }
    if (const Time when = may_ask_at(index); when > now && !unserved) {
      first_aside = std::min(first_aside, when);
      step_aside(index, when);
      take_out(index);
      continue;
    }
    if (!fits_now(index)) {
      if (begins_at_) break;
      take_out(index);  // no window is ever long enough
      continue;
    }
    if (!may_start(index)) {
      behind_pin_[numbers_[index]->pin.text()].push_back(index);
      take_out(index);
      pass_over_prover(index);
      continue;
    }
    take_out(index);
    if (&lined_up == &to_start_) ++begun_;
    last_start_ = now;
    pace_.begun(numbers_[index]->waba_id, now);
    if (shared()) {
      chosen.push_back(index);
    } else {
      take_in_hand(index);
      active_[index]->began_here = true;
    }
  }
  if (first_aside != never) {
    begins_at_ = std::min(begins_at_.value_or(never), first_aside);
  }
  if (chosen.empty()) return;
  const auto began_last = [&] {
    return std::any_of(chosen.begin(), chosen.end(), [this](std::size_t index) { return is_ours(index); });
  };
  if (auto claimed = claim_chosen(chosen, &lined_up == &to_start_); !claimed) trouble_ = claimed.error();
  if (!began_last() && last_start_ == now) last_start_ = last_start_before;
}

// As slowly as a person has said.
std::optional<Time> Runner::slowed_until() const {
  if (progress_.starts_per_hour <= 0 || !last_start_) return std::nullopt;
  const Time when = *last_start_ + Millis(std::chrono::hours(1)) / progress_.starts_per_hour;
  return when > doors_.clock.now() ? std::optional(when) : std::nullopt;
}

// As Graph's limits ask for.
Time Runner::may_ask_at(std::size_t index) const {
  const std::string& waba = numbers_[index]->waba_id;
  const auto aside = aside_.find(waba);
  const Time paced = aside != aside_.end() ? aside->second.until : pace_.may_begin(waba, doors_.clock.now());
  return std::max(paced, graph_not_before(waba));
}

// Told where nothing else goes on meanwhile, and it is long enough to be noticed.
void Runner::tell_of_pace(std::string_view why, Time begins, std::string next_command) {
  if (tally_.busy() > 0 || begins - doors_.clock.now() < worth_telling) return;
  wait_as_run("pace", fmt::format("{}: the next number begins at {}", why, to_iso(begins)), begins,
              std::move(next_command));
}

void Runner::tell_of_aside() {
  if (aside_.empty() || !begins_at_ || told_to_wait_) return;
  const auto& [waba, first] = *std::min_element(aside_.begin(), aside_.end(), [](const auto& one, const auto& other) {
    return one.second.until < other.second.until;
  });
  const Time now = doors_.clock.now();
  if (const Time until = limit_until(waba); until >= first.until && until - now >= worth_telling) {
    // What all wait for stays told.
    if (tally_.busy() > 0 || (progress_.waits && !gives_way(*progress_.waits))) return;
    return wait_as_run(waits_for_graph, graph_wait_text(waba, until), until, "", waba);
  }
  tell_of_pace("what Graph lets the account ask in an hour is spent", *begins_at_,
               "nothing; to change it, plan anew with another graph_calls_per_hour");
}

Result<void> Runner::lay_out_windows() {
  if (policy_.windows.empty() || (laid_out_ && openings_.covers(doors_.clock.now()))) return {};
  ensure(doors_.zones != nullptr, "a run with windows has time zones");
  auto openings = lay_out(policy_, *doors_.zones, doors_.clock.now());
  if (!openings) return tl::make_unexpected(openings.error());
  openings_ = std::move(*openings);
  laid_out_ = true;
  return {};
}

Millis Runner::expected_length(std::size_t index) const { return plan_.roads[plan_.numbers[index].road].expected; }

// A number starts only if it is expected to end while a window is open. One that nobody serves starts at any hour.
bool Runner::fits_now(std::size_t index) {
  if (auto laid = lay_out_windows(); !laid) {
    trouble_ = laid.error();
    return false;
  }
  const Time now = doors_.clock.now();
  if (progress_.numbers[index].home == Home::nowhere) return true;
  const auto start = openings_.earliest_start(now, expected_length(index));
  if (start && *start <= now) return true;
  begins_at_ = start;
  if (start) {
    wait_as_run("window", "outside its windows: the next number begins at " + to_iso(*start), start,
                "nothing; to change it, plan anew with other windows");
  }
  return false;
}

// A shared PIN reference is proven on one number before a second uses it.
bool Runner::may_start(std::size_t index) {
  const std::string ref = numbers_[index]->pin.text();
  const auto shared = pin_refs_.find(ref);
  if (shared == pin_refs_.end() || shared->second) return true;
  const auto& road = progress_.numbers[index].road;
  const bool uses_pin =
      std::any_of(road.begin(), road.end(), [](const std::string& step) { return step_of(step).kind.uses_pin; });
  if (!uses_pin) return true;
  const auto prover = pin_prover_.find(ref);
  if (prover != pin_prover_.end()) {
    // It has failed to prove it for all: only where a person has named it for just this number it is tried again.
    const NumberProgress& first = progress_.numbers[prover->second];
    const bool failed = is_final(first.state) || numbers_[prover->second]->pin.text() != ref;
    if (!failed || progress_.numbers[index].pin_override.empty()) return prover->second == index;
  }
  if (!leads()) return false;
  pin_prover_[ref] = index;
  return true;
}

// Who was to prove its PIN has given up before sending it: that is left to the next.
void Runner::pass_over_prover(std::size_t index) {
  const auto prover = pin_prover_.find(numbers_[index]->pin.text());
  if (prover == pin_prover_.end() || !active_[prover->second]) return;
  const std::size_t before = prover->second;
  const NumberProgress& number = progress_.numbers[before];
  if (!has_given_up(number) || has_sent_pin(number)) return;
  const std::string why = number.reason + "; others wait for it to prove their PIN";
  number.started ? stop_number(before, why) : end(before, NumberState::stale, why);
  place(before);
}

// What the journal tells of who was chosen to prove a shared PIN, and of what came of it.
void Runner::recall_prover(std::size_t index) {
  const NumberProgress& number = progress_.numbers[index];
  if (!number.worker.empty() || number.started || has_sent_pin(number)) {
    pin_prover_.emplace(numbers_[index]->pin.text(), index);
  }
  for (const std::string& ref : number.tried_pins) pin_prover_.emplace(ref, index);
  if (has_proven_pin(number)) note_proven_pin(index);
  free_prover(index);
}

// What was named for one number later proves nothing about what it shared before.
void Runner::note_proven_pin(std::size_t index) {
  const auto ref = pin_refs_.find(numbers_[index]->pin.text());
  const std::string& named = progress_.numbers[index].pin_override;
  if (ref == pin_refs_.end() || (!named.empty() && named != ref->first)) return;
  // Nor does what was sent earlier prove what it has now. (Journals of older versions don't tell what was sent.)
  const std::set<std::string>& tried = progress_.numbers[index].tried_pins;
  if (!tried.empty() && !tried.contains(ref->first)) return;
  ref->second = true;
  for (const std::size_t behind : std::exchange(behind_pin_[ref->first], {})) {
    if (!shared() || is_free(behind)) line_up(behind);
  }
}

// Who was to prove a PIN and has ended without sending it leaves that to the next.
void Runner::free_prover(std::size_t index) {
  const NumberProgress& number = progress_.numbers[index];
  const std::string ref = numbers_[index]->pin.text();
  const auto prover = pin_prover_.find(ref);
  const auto shared_ref = pin_refs_.find(ref);
  if (shared_ref == pin_refs_.end() || shared_ref->second || prover == pin_prover_.end() || prover->second != index) {
    return;
  }
  if (!is_final(number.state) || has_sent_pin(number)) return;
  pin_prover_.erase(prover);
  for (const std::size_t behind : std::exchange(behind_pin_[ref], {})) {
    if (!shared() || is_free(behind)) line_up(behind);
  }
}

// Which limit is reached; empty when none is.
std::string Runner::over_budget(std::size_t wave, bool with_given_up) const {
  const auto over = [](const Amount& most, std::size_t failed, std::size_t of, const auto& whose) {
    const auto limit = static_cast<std::size_t>(most.of(static_cast<int>(of)));
    if (failed == 0 || failed < limit) return std::string();
    return fmt::format("{} of the {} failures that {} allows: no new number starts", failed, limit, whose());
  };
  const std::size_t of_wave = tally_.failed(wave) + (with_given_up ? tally_.gave_up(wave) : 0);
  const std::size_t of_run = tally_.failed() + (with_given_up ? tally_.gave_up() : 0);
  std::string limit = over(policy_.max_failures, of_wave, tally_.waves()[wave].size,
                           [wave] { return fmt::format("wave {}", wave + 1); });
  return limit.empty() ? over(policy_.max_failures_run, of_run, numbers_.size(), [] { return "the run"; }) : limit;
}

// A limit that is reached stops new starts; what has begun goes on. With those that may yet be tried again it is only
// waited for.
bool Runner::is_over_budget(std::size_t wave) {
  if (is_asked_for_later()) return !over_budget(wave, true).empty();
  if (std::string limit = over_budget(wave, false); !limit.empty()) {
    Entry entry;
    entry.event = event::held;
    entry.message = std::move(limit);
    write(std::move(entry));
    return true;
  }
  const std::string limit = over_budget(wave, true);
  if (limit.empty()) return false;
  needs_word_ = true;
  wait_as_run(waits_for_retry, limit + ". Some of them have used up their retries, and may be tried again", {},
              resume_command() + " tries again");
  return true;
}

// Before a wave begins: a person's approval where the policy asks for one, and what the status feed says.
bool Runner::has_begun(std::size_t wave) {
  const int number = static_cast<int>(wave) + 1;
  if (progress_.wave >= number) return true;
  if (policy_.gate_each_wave && number > 1 && progress_.approved_wave < number) {
    needs_word_ = true;
    wait_as_run("approval", fmt::format("wave {} of {} waits for an approval", number, tally_.waves().size()), {},
                command("approve"));
    return false;
  }
  if (!has_heard_feed(wave) || !hook_lets_begin(wave)) return false;
  wave_hook_ = WaveHook::unasked;  // the next wave asks again
  const std::size_t size = tally_.waves()[wave].size;
  Entry entry;
  entry.event = event::wave;
  entry.message = fmt::format("wave {} of {}: {} number{}", number, tally_.waves().size(), size, size == 1 ? "" : "s");
  entry.more = {{"wave", number}, {"size", size}};
  write(std::move(entry));
  return true;
}

// Why nothing new begins, for whoever looks; told once.
void Runner::wait_as_run(std::string what, std::string message, std::optional<Time> until, std::string next_command,
                         const std::string& waba) {
  if (!leads()) return;
  told_to_wait_ = true;
  const bool told = progress_.waits && progress_.waits->what == what && progress_.waits->message == message;
  // Who else has a number is told once, until that should have ended.
  const bool told_of_lease = progress_.waits && progress_.waits->what == "lease" && what == "lease" &&
                             progress_.waits->until > doors_.clock.now();
  if (!told && !told_of_lease) {
    tell_run_waits(std::move(what), std::move(message), until, std::move(next_command), waba);
  }
}

void Runner::tell_run_waits(std::string what, std::string message, std::optional<Time> until, std::string next_command,
                            const std::string& waba) {
  Entry entry;
  entry.event = event::waiting;
  entry.message = std::move(message);
  entry.more = {{"for", std::move(what)}, {"next", std::move(next_command)}};
  if (until) entry.more["until"] = to_iso(*until);
  if (!waba.empty()) entry.more["waba"] = waba;
  write(std::move(entry));
}

// The feed is looked at before each wave, told where it has something to tell, and never waited for beyond that.
bool Runner::has_heard_feed(std::size_t wave) {
  if (plan_.fleet.status_feed.empty() || waves_told_ > wave) return true;
  if (feed_asked_for_) return false;
  auto job = std::make_unique<Job>();
  job->is_feed = true;
  starting_.push_back(std::move(job));
  feed_asked_for_ = wave;
  return false;
}

// What was told in this run already, by this process or an earlier one, is not told again.
void Runner::on_feed(const StatusFeed& feed) {
  waves_told_ = feed_asked_for_.value_or(0) + 1;
  feed_asked_for_.reset();
  std::string notice = feed_notice(feed);
  const std::string before = progress_.notices.empty() ? std::string() : progress_.notices.back().message;
  constexpr std::string_view clear = "Meta's status feed shows no open disruption any more";
  if (notice.empty() && !before.empty()) notice = clear;
  if (notice.empty() || notice == before) return;
  Entry entry;
  entry.event = event::notice;
  entry.message = std::move(notice);
  write(std::move(entry));
}

}  // namespace wamigrate
