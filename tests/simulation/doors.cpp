#include "simulation/doors.hpp"

#include <algorithm>
#include <set>

namespace wamigrate::simulation {
namespace {

/// One call to a store.
template <class Call>
auto through(Gate& gate, bool writes, const Call& call) -> decltype(call()) {
  const bool last = gate.enter(false).has_value();
  if (writes) gate.note_lasting();
  if (writes && gate.disk_is_full()) return fail("the disk is full", "make room, then run the same command again");
  auto result = call();
  if (last) gate.die();
  if (gate.after_call) gate.after_call(gate.calls());
  return result;
}

/// Whose door a request is for, told from its URL as the vendor's servers would.
sim::Subject subject_of(sim::World& world, const HttpRequest& request) {
  auto state = world.hold();
  sim::DoorRequest door;
  door.method = request.method;
  door.body = std::string(request.body.reveal());
  sim::Side side = sim::Side::graph;
  std::size_t base = state->graph_url.size();
  if (!request.url.starts_with(state->graph_url)) {
    side = sim::Side::onprem;
    for (const auto& [url, name] : state->deployment_by_url) {
      if (!request.url.starts_with(url + "/")) continue;
      door.deployment = name;
      base = url.size();
    }
  }
  const auto target = sim::split_target(request.url.substr(std::min(base, request.url.size())));
  if (!target) return {};
  door.path = target->first;
  door.query = target->second;
  return sim::subject_of(*state, side, door);
}

bool can_change(const sim::Subject& subject) {
  static const auto kinds = [] {
    std::set<std::string> all;
    for (const sim::Side side : {sim::Side::graph, sim::Side::onprem}) {
      for (const std::string& kind : sim::request_kinds(side, true)) all.insert(kind);
    }
    all.erase("login");
    all.erase("logout");
    return all;
  }();
  return kinds.contains(subject.kind);
}

}  // namespace

std::string_view name(Cut cut) {
  switch (cut) {
    case Cut::before:
      return "before";
    case Cut::after:
      return "after";
    case Cut::torn:
      return "torn";
  }
  return "";
}

std::optional<Crash> Gate::enter(bool is_request) {
  const int call = calls() + 1;
  made_.push_back({call, is_request, false});
  if (++calls_that_tell_ > calls_at_most_) throw Endless{};
  if (at_call) at_call(call, is_request);
  if (!crash_ || crash_->call != call) return std::nullopt;
  if (crash_->cut == Cut::before || (crash_->cut == Cut::torn && !is_request)) die();
  return crash_;
}

void Gate::die() const {
  if (dying) dying();
  throw rig::Killed{};
}

HttpResult WatchedTransport::send(const HttpRequest& request) {
  const auto crash = gate_.enter(true);
  const sim::Subject subject = subject_of(world_, request);
  const Leaving leaving{request, subject, can_change(subject), clock_.now()};
  if (leaving.changes) gate_.note_lasting();
  audience_.on_leaving(leaving);
  if (crash && crash->cut == Cut::torn) {
    arrive_late(leaving, crash->late);
    gate_.die();
  }
  if (way_there_) be_under_way(leaving);
  const std::size_t logged = world_.hold()->log.size();
  HttpResult result = inner_.send(request);
  Sent sent{leaving, result, {}, clock_.now()};
  {
    auto state = world_.hold();
    if (state->log.size() > logged) sent.answered = state->log.back().result;
  }
  audience_.on_sent(sent);
  if (crash) gate_.die();
  return result;
}

void WatchedTransport::be_under_way(const Leaving& leaving) {
  const Millis way = way_there_();
  if (!pass_) return clock_.advance(way);
  bool is_dead = false;
  try {
    pass_(way, leaving.subject);
  } catch (const rig::Killed&) {
    is_dead = true;
  }
  if (!is_dead) return;
  if (arrives_()) arrive_late(leaving, way);
  throw rig::Killed{};
}

void WatchedTransport::arrive_late(const Leaving& leaving, Millis late) {
  sim::FaultRule rule;
  rule.action = sim::Action::late;
  rule.delay = late;
  sim::Faults faults({rule});
  HttpRequest hasty = leaving.request;
  hasty.timeout = Millis(0);
  const HttpResult result = sim::SimTransport(world_, &faults).send(hasty);
  audience_.on_sent({leaving, result, {}, clock_.now()});
}

Result<std::vector<std::string>> WatchedStore::commit(const Changes& changes) {
  return through(gate_, true, [&] {
    auto lost = inner_.commit(changes);
    if (!lost || !lost->empty()) return lost;
    for (const Blob& blob : changes.keep) scribe_(blob.name), scribe_(blob.sealed);
    for (const std::string& record : changes.records) scribe_(record);
    return lost;
  });
}
Result<std::vector<std::string>> WatchedStore::journal() {
  return through(gate_, false, [&] { return inner_.journal(); });
}
Result<std::vector<std::string>> WatchedStore::journal_after(std::size_t known) {
  gate_.allow_another();
  return through(gate_, false, [&] { return inner_.journal_after(known); });
}
Result<void> WatchedStore::post(const std::string& message) {
  return through(gate_, true, [&] {
    scribe_(message);
    return inner_.post(message);
  });
}
Result<std::vector<RunStore::Message>> WatchedStore::messages(std::int64_t after) {
  gate_.allow_another();  // asked twice a second, however long it waits
  return through(gate_, false, [&] { return inner_.messages(after); });
}
Result<std::optional<std::string>> WatchedStore::blob(const std::string& name) {
  return through(gate_, false, [&] { return inner_.blob(name); });
}
Result<std::vector<std::string>> WatchedStore::blob_names() {
  return through(gate_, false, [&] { return inner_.blob_names(); });
}

Result<void> WatchedStore::scrub() {
  return through(gate_, true, [&] { return inner_.scrub(); });
}

Result<Time> WatchedLedger::created() {
  return through(gate_, false, [&] { return inner_.created(); });
}
Result<int> WatchedLedger::attempts(const std::string& phone, const std::string& kind, Time since) {
  return through(gate_, false, [&] { return inner_.attempts(phone, kind, since); });
}
Result<bool> WatchedLedger::has_mark(const std::string& phone, const std::string& mark) {
  return through(gate_, false, [&] { return inner_.has_mark(phone, mark); });
}
Result<void> WatchedLedger::commit(std::span<const Change> changes) {
  if (changes.empty()) return {};
  return through(gate_, true, [&] {
    auto made = inner_.commit(changes);
    if (!made) return made;
    for (const Change& change : changes) scribe_(change.subject);
    return made;
  });
}
Result<LedgerStore::Lease> WatchedLedger::lease(const std::string& phone, const std::string& holder, Time now,
                                                Time until) {
  return through(gate_, true, [&] { return inner_.lease(phone, holder, now, until); });
}
Result<std::vector<LedgerStore::Claim>> WatchedLedger::claim(std::span<const std::string> phones, std::size_t count,
                                                             const std::string& holder, Time now, Time until) {
  if (phones.empty()) return std::vector<Claim>();
  return through(gate_, true, [&] { return inner_.claim(phones, count, holder, now, until); });
}

}  // namespace wamigrate::simulation
