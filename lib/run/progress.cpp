#include "run/progress.hpp"

#include <algorithm>
#include <array>

#include "steps/step.hpp"

namespace wamigrate {
namespace {

constexpr std::array states = {NumberState::pending,  NumberState::active,      NumberState::waiting,
                               NumberState::migrated, NumberState::rolled_back, NumberState::untouched,
                               NumberState::stale,    NumberState::failed,      NumberState::stranded};

/// What is said to last longer was told by a clock that was far ahead.
constexpr Millis waits_at_most = std::chrono::hours(24);

std::optional<NumberState> state_from(std::string_view text) {
  const auto found = std::find_if(states.begin(), states.end(), [&](NumberState state) { return name(state) == text; });
  return found == states.end() ? std::nullopt : std::optional(*found);
}

Facts facts_in(const Json& more, std::string_view key) {
  Facts facts;
  for (const Json& word : at_path(more, {key})) {
    if (!word.is_string()) continue;
    if (const auto fact = fact_from(word.get<std::string>())) facts.add(*fact);
  }
  return facts;
}

std::vector<std::string> texts_in(const Json& more, std::string_view key) {
  std::vector<std::string> texts;
  for (const Json& text : at_path(more, {key})) {
    if (text.is_string()) texts.push_back(text.get<std::string>());
  }
  return texts;
}

void stop_waiting(NumberProgress& number) {
  if (number.state == NumberState::waiting) number.state = NumberState::active;
  number.waits_for.clear();
  number.until.reset();
  number.reason.clear();
  number.next_command.clear();
}

// Whoever takes it up has patience of its own.
void begin_patience_anew(NumberProgress& number) {
  if (number.waits_for == waits_to_settle) stop_waiting(number);
}

// One that had not begun waits for its turn again.
void try_again(NumberProgress& number) {
  stop_waiting(number);
  if (!number.started) number.state = NumberState::pending;
}

/// What was backed up or drained before is old, whoever did it.
void forget_freshness(NumberProgress& number) {
  if (number.backup_session != 0) number.backup_session = -1;
  if (number.drained_session != 0) number.drained_session = -1;
}

void on_observed(NumberProgress& number, const Entry& entry) {
  number.home = home_from(text_at(entry.more, "home")).value_or(Home::unknown);
  number.home_at = entry.time;
  number.why = entry.message;
  const bool served = is_served(number.home);
  if (!served) number.down_confirmed = number.down_since.has_value();
  if (served && number.down_since) {
    if (number.down_confirmed || number.home != number.last_served) number.downtime += entry.time - *number.down_since;
    number.down_since.reset();
    number.down_confirmed = false;
  }
  if (served) number.last_served = number.home;
}

void on_intent(NumberProgress& number, const Entry& entry) {
  stop_waiting(number);
  number.open_intent = entry.step;
  number.attempts[entry.step] = entry.attempt;
  if (const std::string pin = text_at(entry.more, "pin"); !pin.empty()) number.tried_pins.insert(pin);
  number.last_sent[entry.step] = number.last_unsure[entry.step] = entry.time;
  const Effect& effect = step_of(entry.step).kind.effect;
  const Facts homes = {Fact::onprem_is_home, Fact::cloud_is_home};
  if ((effect.takes | effect.may_take).has_any(homes) && !number.down_since) number.down_since = entry.time;
  number.vouched = number.vouched - ((effect.takes | effect.may_take) & homes);
  number.doubtful = number.doubtful | effect.gives;
  if (step_of(entry.step).names != nullptr) number.test.sent.push_back({text_at(entry.more, "tag"), "", entry.time});
}

void on_outcome(NumberProgress& number, const Entry& entry, int session) {
  const Effect& effect = step_of(entry.step).kind.effect;
  number.open_intent.clear();
  for (const std::string& note : texts_in(entry.more, "notes")) number.notes.push_back(note);
  if (entry.outcome == name(Outcome::How::ambiguous)) {
    number.last_sent[entry.step] = number.last_unsure[entry.step] = entry.time;
    return;
  }
  number.doubtful = number.doubtful - effect.gives;
  if (const std::string id = text_at(entry.more, "id"); !id.empty() && !number.test.sent.empty()) {
    number.test.sent.back().id = id;
  }
  if (entry.outcome == name(Outcome::How::done)) {
    number.last_sent[entry.step] = number.last_unsure[entry.step] = entry.time;
    const Facts vouched = facts_in(entry.more, "vouched");
    number.vouched = number.vouched | vouched;
    number.denied = number.denied - vouched;
    if (vouched.has(Fact::backup_in_hand)) number.backup_session = session;
    const std::string kept(step_of(entry.step).keeps);
    if (!kept.empty()) number.kept_by.erase(kept);
    if (!entry.by.empty() && !kept.empty() && kept != "snapshot") number.kept_by[kept] = session;
    return;
  }
  number.last_unsure.erase(entry.step);
  if (step_of(entry.step).names != nullptr && !number.test.sent.empty()) number.test.sent.pop_back();
  if (entry.outcome == name(Outcome::How::not_sent)) {
    number.last_sent.erase(entry.step);
  } else {
    number.last_sent[entry.step] = entry.time;
    const std::string error_class = text_at(entry.more, "class");
    ++number.refusals[error_class];
    if (error_class == "pin") number.pin_refused = true;
  }
}

void take_road(NumberProgress& number, const Entry& entry) {
  number.road = texts_in(entry.more, "road");
  number.next = 0;
}

// A person says what became of the test message, where webhooks don't: it arrived, or the number is to do without.
void on_word_about_test(NumberProgress& number, bool arrived, const std::string& word) {
  const bool inbound = step_of(number.step()).kind.effect.gives.has(Fact::inbound_message_seen);
  const Facts message = {Fact::test_message_sent, Fact::test_message_delivered};
  const Facts settled = !arrived ? test_message_facts : inbound ? Facts{Fact::inbound_message_seen} : message;
  number.vouched = number.vouched | settled;
  number.doubtful = number.doubtful - settled;
  (inbound ? number.test.inbound_outcome : number.test.outcome) =
      arrived ? "a person says that it arrived" : "left open by a person";
  number.notes.push_back((inbound ? "message from the test recipient: " : "test message: ") + word);
}

void on_heard(NumberProgress& number, const Entry& entry) {
  const std::string said = text_at(entry.more, "said");
  if (said == "ignored") return;
  if (awaits_messages(number) && (said == "done" || said == "not-done")) {
    on_word_about_test(number, said == "done", entry.message);
    return stop_waiting(number);
  }
  if (said == "done") {
    number.vouched = number.vouched | number.doubtful;
    number.doubtful = {};
  } else if (said == "not-done") {
    number.doubtful = {};
    number.last_unsure.clear();
  } else if (said == "retry" && has_given_up(number) && text_at(entry.more, "pin").empty()) {
    // It goes on where it was, and forgets nothing.
  } else if (said == "retry") {
    number.denied = {};
    number.doubtful = {};
    // A test message that nobody is known to have is sent anew.
    number.vouched = number.vouched - Facts{Fact::onprem_is_home, Fact::cloud_is_home, Fact::test_message_sent};
    number.stopping = false;
    number.rescues = 0;
    number.to_old_home = false;
    number.retried = true;
    forget_freshness(number);
    if (const std::string pin = text_at(entry.more, "pin"); !pin.empty()) {
      number.vouched = number.vouched - Facts{Fact::pin_given, Fact::pin_known};
      number.pin_override = pin;
      number.pin_refused = false;
    }
    number.state = NumberState::pending;
    number.started = false;
    number.ended_at.reset();
    number.next_command.clear();
  }
  stop_waiting(number);
}

void on_heard_by_run(Progress& progress, const Entry& entry) {
  const std::string said = text_at(entry.more, "said");
  if (said == "ignored") return;
  if (said == "pause" || said == "resume") progress.on_hold = said == "pause";
  if (said == "approve") progress.approved_wave = static_cast<int>(number_at(entry.more, "wave").value_or(0));
  if (said == "throttle") {
    progress.starts_per_hour = static_cast<int>(number_at(entry.more, "starts_per_hour").value_or(0));
  }
  if (said == "abort") {
    progress.aborted = true;
    progress.on_hold = false;
    progress.held = entry.message;
  }
  progress.waits.reset();
}

/// Names of steps never change: one that is not known is another version's, or nobody's.
Result<void> check_steps(const Entry& entry) {
  const std::string& e = entry.event;
  const auto check = [](const std::string& step) -> Result<void> {
    if (find_kind(catalogue(), step) != nullptr) return {};
    return fail("the journal has a step this version does not know: " + step, "use the version that wrote it");
  };
  if (e == event::intent || e == event::outcome || e == event::settled || e == event::forgone) return check(entry.step);
  if (e != event::started && e != event::replanned) return {};
  for (const std::string& step : texts_in(entry.more, "road")) {
    if (auto known = check(step); !known) return known;
  }
  return {};
}

/// The session of whoever wrote it.
int session_of(const Progress& progress, const Entry& entry) {
  if (entry.by.empty()) return progress.session;
  const auto worker = progress.workers.find(entry.by);
  return worker == progress.workers.end() ? -1 : worker->second.session;
}

/// Nothing was sent later than now, by whatever clock it was told; and what was under way in other hands may have left
/// until now, for all that is known.
void may_have_left_until(NumberProgress& number, Time now) {
  for (auto* sent : {&number.last_sent, &number.last_unsure}) {
    for (auto& [step, time] : *sent) time = std::min(time, now);
  }
  for (TestProgress::Sent& sent : number.test.sent) sent.at = std::min(sent.at, now);
  if (number.open_intent.empty()) return;
  number.last_sent[number.open_intent] = number.last_unsure[number.open_intent] = now;
}

void on_left(Progress& progress, const Entry& entry) {
  progress.workers.erase(entry.by);
  for (NumberProgress& number : progress.numbers) {
    if (number.worker != entry.by || number.started) continue;
    if (has_given_up(number)) try_again(number);
    if (number.state == NumberState::pending) number.worker.clear();
  }
  const bool others = std::any_of(progress.workers.begin(), progress.workers.end(),
                                  [](const auto& worker) { return !worker.second.silent; });
  if (others || progress.done || !progress.paused.empty()) return;
  progress.paused = "signal";
  progress.pause_message = entry.message;
  progress.ended_at = entry.time;
}

Result<void> fold_number(Progress& progress, NumberProgress& number, const Entry& entry) {
  if (auto known = check_steps(entry); !known) return known;
  const std::string& e = entry.event;
  if (e == event::observed) {
    on_observed(number, entry);
  } else if (e == event::taken) {
    if (const auto before = progress.workers.find(number.worker); before != progress.workers.end()) {
      before->second.silent = number.worker != entry.by;
    }
    number.worker = entry.by;
    if (has_given_up(number)) try_again(number);  // in other hands
    begin_patience_anew(number);
    forget_freshness(number);
    may_have_left_until(number, entry.time);
  } else if (e == event::started) {
    take_road(number, entry);
    number.started = true;
    number.state = NumberState::active;
    number.wave = static_cast<int>(number_at(entry.more, "wave").value_or(0));
    number.started_at = number.home_at = entry.time;
  } else if (e == event::intent) {
    on_intent(number, entry);
  } else if (e == event::outcome) {
    on_outcome(number, entry, session_of(progress, entry));
  } else if (e == event::settled) {
    stop_waiting(number);
    // The checkpoint held: what it stands for is our own knowledge from now on, and no longer in doubt.
    const Facts gives = step_of(entry.step).kind.effect.gives;
    number.vouched = number.vouched | (gives - Facts{Fact::onprem_is_home, Fact::cloud_is_home, Fact::nowhere_is_home});
    if (gives.has(Fact::queue_drained)) number.drained_session = session_of(progress, entry);
    number.doubtful = number.doubtful - gives;
    if (!entry.message.empty() && gives.has(Fact::test_message_delivered)) number.test.outcome = entry.message;
    if (!entry.message.empty() && gives.has(Fact::inbound_message_seen)) number.test.inbound_outcome = entry.message;
    number.open_intent.clear();
    ++number.next;
  } else if (e == event::forgone) {
    stop_waiting(number);
    const Facts forgoes = step_of(entry.step).kind.forgoes;
    number.vouched = number.vouched | forgoes;
    number.doubtful = number.doubtful - forgoes;
    number.open_intent.clear();
    number.notes.push_back(entry.message);
  } else if (e == event::waiting) {
    number.waits_for = text_at(entry.more, "for");
    if (number.waits_for != waits_to_settle) {
      number.state = NumberState::waiting;
    } else if (number.state == NumberState::waiting) {
      number.state = NumberState::active;  // what it waited for before is over
    }
    number.until = parse_iso(text_at(entry.more, "until"));
    number.next_command = text_at(entry.more, "next");
    number.reason = entry.message;
  } else if (e == event::replanned) {
    stop_waiting(number);
    take_road(number, entry);
    number.denied = number.denied | facts_in(entry.more, "denied");
    number.vouched = number.vouched - facts_in(entry.more, "denied");
    number.stopping = false;
    if (flag_at(entry.more, "rescue").value_or(false)) ++number.rescues;
    number.to_old_home = flag_at(entry.more, "to_old_home").value_or(false);
  } else if (e == event::stopping) {
    stop_waiting(number);
    number.stopping = true;
    number.reason = entry.message;
    number.denied = number.denied | facts_in(entry.more, "denied");
    if (number.denied.has(Fact::pin_given)) number.pin_refused = true;
  } else if (e == event::ended) {
    const auto state = state_from(entry.outcome);
    if (!state || !is_final(*state)) return fail("the journal ends a number in an unknown state: " + entry.outcome);
    stop_waiting(number);
    number.worker.clear();
    number.state = *state;
    number.reason = entry.message;
    number.next_command = text_at(entry.more, "next");
    number.stopping = false;
    number.ended_at = entry.time;
  } else if (e == event::heard) {
    on_heard(number, entry);
  } else {
    return fail("the journal has an event this version does not know: " + e, "use the version that wrote it");
  }
  return {};
}

}  // namespace

std::string_view name(NumberState state) {
  switch (state) {
    case NumberState::pending:
      return "pending";
    case NumberState::active:
      return "active";
    case NumberState::waiting:
      return "waiting";
    case NumberState::migrated:
      return "migrated";
    case NumberState::rolled_back:
      return "rolled_back";
    case NumberState::untouched:
      return "untouched";
    case NumberState::stale:
      return "stale";
    case NumberState::failed:
      return "failed";
    case NumberState::stranded:
      break;
  }
  return "stranded";
}

bool is_final(NumberState state) {
  return state != NumberState::pending && state != NumberState::active && state != NumberState::waiting;
}

bool is_failure(NumberState state) {
  return state == NumberState::failed || state == NumberState::stranded || state == NumberState::rolled_back;
}

bool waits_for_people(const NumberProgress& number) {
  return number.state == NumberState::waiting && number.waits_for != "time" && number.waits_for != "postponement";
}

bool has_given_up(const NumberProgress& number) {
  return number.state == NumberState::waiting && number.waits_for == waits_for_retry;
}

bool gives_way(const RunWait& waits) { return waits.what == "pace" || !waits.waba.empty(); }

bool awaits_messages(const NumberProgress& number) {
  return number.started && !is_final(number.state) && !number.stopping && !number.step().empty() &&
         step_of(number.step()).kind.after_arrival;
}

bool is_inconclusive(const NumberProgress& number) {
  return number.state == NumberState::waiting && number.waits_for == "person" && awaits_messages(number);
}

int NumberProgress::registers_used() const {
  int used = 0;
  for (const auto& [step, count] : attempts) {
    const Ration ration = step_of(step).kind.ration;
    if (ration == Ration::registration || ration == Ration::account) used += count;
  }
  return used;
}

const std::string& NumberProgress::step() const {
  static const std::string none;
  return next < road.size() ? road[next] : none;
}

NumberProgress* Progress::find(const std::string& phone) {
  const auto found = by_phone_.find(phone);
  return found == by_phone_.end() ? nullptr : &numbers[found->second];
}

const NumberProgress* Progress::find(const std::string& phone) const {
  const auto found = by_phone_.find(phone);
  return found == by_phone_.end() ? nullptr : &numbers[found->second];
}

void Progress::index() {
  by_phone_.reserve(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) by_phone_[numbers[i].phone] = i;
}

Progress begin(const Plan& plan) {
  Progress progress;
  progress.plan_digest = plan.digest;
  progress.direction = plan.direction;
  progress.numbers.reserve(plan.numbers.size());
  for (const PlannedNumber& planned : plan.numbers) {
    NumberProgress number;
    number.phone = planned.phone;
    number.road = plan.roads[planned.road].steps;
    number.home = planned.home;
    if (is_served(planned.home)) number.last_served = planned.home;
    number.why = planned.why;
    progress.numbers.push_back(std::move(number));
  }
  progress.index();
  return progress;
}

void tell_by(Progress& progress, const ClockMark& clock) {
  const Millis later = progress.clock.to(clock);
  progress.clock = clock;
  if (later == Millis(0)) return;
  const auto move = [later](std::optional<Time>& time) {
    if (time) *time += later;
  };
  move(progress.started_at);
  move(progress.ended_at);
  if (progress.waits) move(progress.waits->until);
  if (progress.soak) progress.soak->until += later;
  for (auto& [limit, until] : progress.graph_until) until += later;
  for (Notice& notice : progress.notices) notice.time += later;
  for (NumberProgress& number : progress.numbers) {
    for (TestProgress::Sent& sent : number.test.sent) sent.at += later;
    for (std::optional<Time>* time :
         {&number.home_at, &number.down_since, &number.until, &number.started_at, &number.ended_at})
      move(*time);
    for (auto* sent : {&number.last_sent, &number.last_unsure}) {
      for (auto& [step, time] : *sent) time += later;
    }
  }
}

Result<void> fold(Progress& progress, const Entry& entry) {
  const std::string& e = entry.event;
  if (const auto message = number_at(entry.more, "message")) progress.heard.insert(*message);
  if (const auto worker = progress.workers.find(entry.by); worker != progress.workers.end()) {
    worker->second.last_heard_of = entry.time;
    worker->second.silent = false;
  }
  if (progress.waits && progress.waits->what == waits_for_graph && progress.waits->until <= entry.time) {
    progress.waits.reset();
  }
  if (!entry.phone.empty()) {
    NumberProgress* number = progress.find(entry.phone);
    if (number == nullptr) {
      return fail("the journal speaks of " + entry.phone + ", which is not in the plan",
                  "give the run directory that belongs to this plan");
    }
    if (e == event::heard && text_at(entry.more, "said") == "retry" && is_final(number->state)) {
      // A person has looked: the run goes on, and what held it back is counted anew. Called off it was for all others.
      if (progress.done) progress.aborted = false;
      progress.done = false;
      if (!progress.aborted) progress.held.clear();
    }
    if (e == event::started) progress.waits.reset();
    return fold_number(progress, *number, entry);
  }
  if (e == event::created) {
    if (text_at(entry.more, "plan") != progress.plan_digest) {
      return fail("this run directory belongs to another plan (" + text_at(entry.more, "plan").substr(0, 12) + "…)",
                  "give another --run directory, or the plan it was made with");
    }
    progress.started_at = entry.time;
  } else if (e == event::session) {
    ++progress.session;
    tell_by(progress, {text_at(entry.more, "boot"), Time(Millis(number_at(entry.more, "booted").value_or(0)))});
    if (!entry.by.empty()) {
      // The others' numbers stay theirs: what may have left is settled when one changes hands.
      progress.workers[entry.by] = {progress.session, entry.time};
      for (NumberProgress& number : progress.numbers) {
        if (progress.paused.empty() || !has_given_up(number)) continue;
        try_again(number);
        if (!number.started) number.worker.clear();
      }
    } else {
      progress.workers.clear();
      for (NumberProgress& number : progress.numbers) {
        may_have_left_until(number, entry.time);
        begin_patience_anew(number);
        if (has_given_up(number)) try_again(number);
        number.worker.clear();
      }
    }
    progress.paused.clear();
    progress.pause_message.clear();
    progress.ended_at.reset();
    const Time in_a_day = entry.time + waits_at_most;
    std::erase_if(progress.graph_until, [in_a_day](const auto& limit) { return limit.second > in_a_day; });
    for (NumberProgress& number : progress.numbers) {
      if (number.until > in_a_day) number.until = entry.time;
    }
    const bool lasts = progress.waits && (progress.waits->what == "watch" || (progress.waits->what == waits_for_graph &&
                                                                              progress.waits->until <= in_a_day));
    if (!lasts) progress.waits.reset();
  } else if (e == event::left) {
    on_left(progress, entry);
  } else if (e == event::wave) {
    progress.wave = static_cast<int>(number_at(entry.more, "wave").value_or(0));
    progress.waits.reset();
    progress.soak.reset();
    if (const auto until = parse_iso(text_at(entry.more, "until"))) {
      progress.waits = RunWait{"watch", entry.message, until, text_at(entry.more, "next")};
      progress.soak = Soak{progress.wave, *until};
    }
  } else if (e == event::waiting) {
    RunWait waits{text_at(entry.more, "for"), entry.message, parse_iso(text_at(entry.more, "until")),
                  text_at(entry.more, "next"), text_at(entry.more, "waba")};
    if (waits.what == waits_for_graph && waits.until) {
      Time& until = progress.graph_until[waits.waba];
      until = std::max(until, *waits.until);  // another may know of a longer one
    }
    if (waits.waba.empty() || !progress.waits || gives_way(*progress.waits)) progress.waits = std::move(waits);
  } else if (e == event::heard) {
    on_heard_by_run(progress, entry);
  } else if (e == event::notice) {
    progress.notices.push_back({entry.time, entry.message});
  } else if (e == event::held) {
    progress.held = entry.message;
  } else if (e == event::paused) {
    progress.paused = text_at(entry.more, "for");
    progress.pause_message = entry.message;
    progress.ended_at = entry.time;
  } else if (e == event::done) {
    progress.done = true;
    progress.ended_at = entry.time;
    progress.waits.reset();
    progress.soak.reset();
  } else {
    return fail("the journal has an event this version does not know: " + e, "use the version that wrote it");
  }
  return {};
}

namespace {

Result<void> fold_line(Progress& progress, const std::string& line) {
  const auto entry = entry_from(line);
  return entry ? fold(progress, *entry) : tl::make_unexpected(entry.error());
}

}  // namespace

Result<Progress> fold_journal(const Plan& plan, const std::vector<std::string>& journal) {
  Progress progress = begin(plan);
  for (const std::string& line : journal) {
    if (auto folded = fold_line(progress, line); !folded) return tl::make_unexpected(folded.error());
  }
  return progress;
}

Result<Progress> fold_journal(const Plan& plan, RunStore& store, std::size_t* records) {
  Progress progress = begin(plan);
  std::size_t known = 0;
  auto read = store.each_record([&](const std::string& line) {
    ++known;
    return fold_line(progress, line);
  });
  if (!read) return tl::make_unexpected(read.error());
  if (records != nullptr) *records = known;
  return progress;
}

namespace {

bool is_for_people(std::string_view waits_for) {
  return waits_for == "person" || waits_for == "pin" || waits_for == "code" || waits_for == waits_for_retry;
}

}  // namespace

int exit_code(const Progress& progress) {
  // Held back it has found something that a person has to see, and paused it is not at its end.
  int code = !progress.done && !progress.paused.empty() ? 4 : !progress.held.empty() && !progress.aborted ? 3 : 0;
  for (const NumberProgress& number : progress.numbers) {
    switch (number.state) {
      case NumberState::migrated:
        break;
      case NumberState::stranded:
        code = std::max(code, 5);
        break;
      case NumberState::untouched:
      case NumberState::stale:
        // Not for what this run did: but nobody serves it, and the highest code is for that.
        code = std::max(code, is_served(number.home) ? 3 : 5);
        break;
      case NumberState::failed:
      case NumberState::rolled_back:
        code = std::max(code, 3);
        break;
      case NumberState::waiting:
        // Waiting for a person with nobody known to serve it is the worst there is.
        code = std::max(code, is_for_people(number.waits_for) && !is_served(number.home) ? 5 : 4);
        break;
      case NumberState::pending:
        // Nobody serves it, and with the run paused it does not begin by itself either.
        code = std::max(code, number.home == Home::nowhere && !progress.paused.empty() ? 5 : 4);
        break;
      case NumberState::active:
        code = std::max(code, 4);
        break;
    }
  }
  return code;
}

Json status_json(const Progress& progress, const std::string& run, Time now) {
  Json numbers = Json::array();
  for (const NumberProgress& number : progress.numbers) {
    const Millis open = number.down_since && number.down_confirmed ? now - *number.down_since : Millis(0);
    numbers.push_back({{"phone", number.phone},
                       {"home", name(number.home)},
                       {"state", name(number.state)},
                       {"step", number.step().empty() ? Json(nullptr) : Json(number.step())},
                       {"reason", number.reason.empty() ? Json(nullptr) : Json(number.reason)},
                       {"waits_for", number.waits_for.empty() ? Json(nullptr) : Json(number.waits_for)},
                       {"next", number.next_command.empty() ? Json(nullptr) : Json(number.next_command)},
                       {"until", number.until ? Json(to_iso(*number.until)) : Json(nullptr)},
                       {"downtime_ms", (number.downtime + open).count()},
                       {"registers_used", number.registers_used()}});
  }
  const char* state = progress.done ? "done" : !progress.paused.empty() ? "paused" : "running";
  Json waits;
  if (progress.waits) {
    waits = {{"for", progress.waits->what},
             {"reason", progress.waits->message},
             {"until", progress.waits->until ? Json(to_iso(*progress.waits->until)) : Json(nullptr)},
             {"next", progress.waits->next_command.empty() ? Json(nullptr) : Json(progress.waits->next_command)}};
  }
  Json graph_limits = Json::array();
  for (const auto& [waba, until] : progress.graph_until) {
    if (until <= now || progress.done) continue;
    graph_limits.push_back({{"waba", waba.empty() ? Json(nullptr) : Json(waba)}, {"until", to_iso(until)}});
  }
  return {{"run", run},
          {"plan", progress.plan_digest},
          {"direction", name(progress.direction)},
          {"state", state},
          {"wave", progress.wave},
          {"paused_for", progress.paused.empty() ? Json(nullptr) : Json(progress.paused)},
          {"held", progress.held.empty() ? Json(nullptr) : Json(progress.held)},
          {"on_hold", progress.on_hold},
          {"waits", waits},
          {"graph_limits", graph_limits},
          {"numbers", numbers}};
}

}  // namespace wamigrate
