#include "simulation/process.hpp"

#include <algorithm>

namespace wamigrate::simulation {
namespace {

using namespace std::chrono_literals;

constexpr int calls_without_end =
    1'000'000;                            // a worker asks some times a second, and a limit may be waited for for hours
constexpr int waits_in_place = 10'000;    ///< One that waits for what is over runs in circles until a request ends.
constexpr Millis store_is_awaited = 30s;  ///< As PostgresTuning::patience.

Millis length_of_halt(Lots& lots) {
  switch (lots.below(4)) {
    case 0:
      return Millis(1 + lots.below(2'000));
    case 1:
      return std::chrono::seconds(5 + lots.below(120));
    default:  // longer than its leases last
      return std::chrono::seconds(300 + lots.below(900));
  }
}

}  // namespace

Fate draw_fate(Lots& lots) {
  Fate fate;
  const int reach = lots.one_in(2) ? 120 : 600;
  if (lots.one_in(2)) fate.crash = Crash{1 + lots.below(reach), static_cast<Cut>(lots.below(3))};
  for (int halts = lots.below(4); halts > 0; --halts) {
    Fate::Halt halt;
    halt.call = 1 + lots.below(reach);
    halt.after = lots.one_in(2);
    halt.cut_off = lots.one_in(3);
    halt.length = length_of_halt(lots);
    fate.halts.push_back(halt);
  }
  if (lots.one_in(6)) fate.stop_after = lots.below(40);
  if (lots.one_in(2))
    fate.clock_ahead = Millis(lots.below(static_cast<int>(clocks_differ_by.count()))) - clocks_differ_by / 2;
  fate.shaken = lots.one_in(2);
  return fate;
}

Process::Process(Fibers& fibers, rig::SimClock& clock, Lots& lots, Fate fate, std::function<void()> stood_still)
    : fibers_(fibers),
      clock_(clock),
      lots_(lots),
      fate_(std::move(fate)),
      stood_still_(std::move(stood_still)),
      own_clock_(clock, fate_.clock_ahead),
      line_{[this](bool writes) { return draw_passage(writes); }, [this](Millis length) { pass(length); },
            [this] { return fate_.shaken && lots_.one_in(16); }, clock, fate_.clock_ahead},
      workers_(*this) {
  gate_.open(fate_.crash, calls_without_end);
  gate_.at_call = [this](int call, bool is_request) { at_call(call, is_request); };
  gate_.after_call = [this](int call) { after_call(call); };
  gate_.dying = [this] { die(); };
}

void Process::end() {
  while (!jobs_.empty()) fibers_.wait_until(Time::max());
}

// What befalls a request's sender befalls it when the request has left: it had looked at the clock for the last time.
void Process::at_call(int call, bool is_request) {
  for (const Fate::Halt& one : fate_.halts) {
    if (one.call == call && (is_request || !one.after)) halt(one);
  }
  if (!is_request) pass(0ms);
}

void Process::after_call(int call) {
  for (const Fate::Halt& one : fate_.halts) {
    if (one.call == call && one.after) halt(one);
  }
  pass(0ms);
}

void Process::halt(const Fate::Halt& halt) {
  Time& until = halt.cut_off ? cut_off_until_ : still_until_;
  until = std::max(until, clock_.now() + halt.length);
  stood_still_();
}

// Its jobs first: they use what the deciding fiber owns.
void Process::die() {
  dead_ = true;
  const bool decides = fibers_.running() == deciding_;
  for (Fibers::Fiber* job : jobs_) {
    if (job != fibers_.running()) fibers_.wake(job);
  }
  if (decides) {
    while (!jobs_.empty()) fibers_.wait_until(clock_.now());
  } else {
    fibers_.wake(deciding_);
  }
}

void Process::live() const {
  if (dead_) throw rig::Killed{};
}

void Process::pass(Millis length) {
  const Time begun = clock_.now();
  const Time until = begun + length;
  while (clock_.now() < std::max(until, still_until_)) {
    fibers_.wait_until(std::max(until, still_until_));
    if (!dead_) continue;
    end();
    live();
  }
  if (clock_.now() > begun) stood_still_();
}

void Process::on_the_wire(Millis length, const sim::Subject& subject) {
  if (subject.kind == "phone_numbers") {
    holds_a_lock_ = true;
    return;
  }
  const Time until = clock_.now() + length;
  while (clock_.now() < until) {
    fibers_.wait_until(until);
    live();
  }
}

bool Process::until_reply(Millis length) {
  if (std::exchange(holds_a_lock_, false)) return false;
  const Time until = clock_.now() + length;
  while (clock_.now() < std::max(until, still_until_)) {
    fibers_.wait_until(std::max(until, still_until_));
    live();
  }
  return clock_.now() > until + 1s;
}

// A server that is away for a while is waited for; away for longer, the call has failed, or seems to have.
Passage Process::draw_passage(bool writes) {
  Passage passage;
  const Time now = clock_.now();
  if (now < cut_off_until_) {
    passage.there = std::min<Millis>(store_is_awaited, cut_off_until_ - now);
    passage.carried_out = passage.there < store_is_awaited;
    return passage;
  }
  if (!fate_.shaken || !lots_.one_in(24)) return passage;
  passage.there = Millis(lots_.below(lots_.one_in(8) ? 29'000 : 500));
  passage.back = Millis(lots_.below(500));
  if (!writes || !lots_.one_in(32)) return passage;
  passage.carried_out = lots_.one_in(2);
  passage.answered = false;
  return passage;
}

void Process::Jobs::start(Ticket ticket, std::function<void()> job, Lane) {
  Process& process = process_;
  auto self = std::make_shared<Fibers::Fiber*>(nullptr);
  *self = process.fibers_.begin(process.clock_.now(), [this, &process, ticket, self, job = std::move(job)] {
    try {
      process.live();
      job();
      ended_.push_back(ticket);
    } catch (const rig::Killed&) {
      // The process is dead; who decides there goes on to find out.
    }
    process.jobs_.erase(*self);
    process.fibers_.wake(process.deciding_);
  });
  process.jobs_.insert(*self);
}

// A process with nothing under way gets its time when the machine has some left: it is late by a lot, and turns that
// find nothing to do are few.
std::vector<Workers::Ticket> Process::Jobs::wait(Time until) {
  Process& process = process_;
  Time target = until == Time::max() ? until : std::max(until - process.fate_.clock_ahead, process.clock_.now());
  const bool for_what_is_over = target <= process.clock_.now() && process.clock_.now() == process.looked_;
  if (process.jobs_.empty() && target != Time::max()) target += Millis(process.lots_.below(3'000));
  in_place_ = ended_.empty() && for_what_is_over ? in_place_ + 1 : 0;
  if (in_place_ > waits_in_place) {
    process.end();
    throw Endless{};
  }
  if (ended_.empty()) process.fibers_.wait_until(target);
  while (ended_.empty() && process.clock_.now() < target && !process.dead_) process.fibers_.wait_until(target);
  if (process.dead_) process.end();
  process.live();
  process.pass(0ms);
  process.looked_ = process.clock_.now();
  return std::exchange(ended_, {});
}

}  // namespace wamigrate::simulation
