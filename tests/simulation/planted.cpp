#include "simulation/planted.hpp"

#include <fmt/format.h>

#include <map>

#include "support/passing.hpp"

namespace wamigrate::simulation {
namespace {

using namespace std::chrono_literals;

/// A transport with a bug, as a function of what is sent.
class BuggyTransport : public Transport {
 public:
  using Bugged = std::function<HttpResult(const HttpRequest&, Transport&)>;
  BuggyTransport(Transport& inner, Bugged bugged) : inner_(inner), bugged_(std::move(bugged)) {}
  HttpResult send(const HttpRequest& request) override { return bugged_(request, inner_); }

 private:
  Transport& inner_;
  Bugged bugged_;
};

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

/// Sends what brought no reply a second time, as some HTTP sessions do.
HttpResult sent_again(const HttpRequest& request, Transport& inner) {
  HttpResult first = inner.send(request);
  return first ? std::move(first) : inner.send(request);
}

HttpResult without_backup(const HttpRequest& request, Transport& inner) {
  auto body = parse_json(request.body.reveal());
  if (!body || !body->is_object() || !body->contains("backup")) return inner.send(request);
  body->erase("backup");
  HttpRequest stripped = request;
  stripped.body = Secret(to_compact(*body));
  return inner.send(stripped);
}

HttpResult with_apps_hidden(const HttpRequest& request, Transport& inner) {
  HttpResult result = inner.send(request);
  const bool lists = request.method == "GET" && request.url.find("/subscribed_apps") != std::string::npos;
  if (result && lists) result->body = Secret(R"({"data":[]})");
  return result;
}

/// Names a state by the secret that came along.
HttpResult with_state_named(const HttpRequest& request, Transport& inner) {
  HttpResult result = inner.send(request);
  if (!result || request.method != "GET") return result;
  std::string body(result->body.reveal());
  replace_all(body, "\"CONNECTED\"", fmt::format("\"{}\"", request.authorization.reveal().substr(7)));
  result->body = Secret(body);
  return result;
}

/// From its first change on every number is on Cloud, and every client off.
class MistakenHomes : public Transport {
 public:
  /// `begun` outlives it: what was said once is said in every process.
  MistakenHomes(Transport& inner, bool& begun) : inner_(inner), begun_(begun) {}
  HttpResult send(const HttpRequest& request) override {
    begun_ = begun_ || request.url.ends_with("/register");
    HttpResult result = inner_.send(request);
    if (!result || request.method != "GET" || !begun_) return result;
    std::string body(result->body.reveal());
    replace_all(body, "ON_PREMISE", "CLOUD_API");
    replace_all(body, "\"connected\"", "\"disconnected\"");
    result->body = Secret(body);
    return result;
  }

 private:
  Transport& inner_;
  bool& begun_;
};

class RememberedReads : public Transport {
 public:
  /// `replies` outlives it.
  RememberedReads(Transport& inner, std::map<std::string, HttpReply>& replies) : inner_(inner), replies_(replies) {}
  HttpResult send(const HttpRequest& request) override {
    if (request.method != "GET") return inner_.send(request);
    const auto known = replies_.find(request.url);
    if (known != replies_.end()) return known->second;
    HttpResult result = inner_.send(request);
    if (result) replies_.emplace(request.url, *result);
    return result;
  }

 private:
  Transport& inner_;
  std::map<std::string, HttpReply>& replies_;
};

/// Reads go on as if the token were good, and what else is refused is refused for another reason.
class HiddenExpiry : public Transport {
 public:
  explicit HiddenExpiry(Transport& inner) : inner_(inner) {}
  HttpResult send(const HttpRequest& request) override {
    HttpResult result = inner_.send(request);
    const bool reads = request.method == "GET";
    if (!result || result->body.reveal().find("\"code\":190") == std::string_view::npos) {
      if (result && reads) replies_.insert_or_assign(request.url, *result);
      return result;
    }
    const auto known = replies_.find(request.url);
    if (reads && known != replies_.end()) return known->second;
    std::string body(result->body.reveal());
    replace_all(body, "\"code\":190", "\"code\":100");
    result->body = Secret(body);
    return result;
  }

 private:
  Transport& inner_;
  std::map<std::string, HttpReply> replies_;
};

/// Shows each number as it was before somebody mixed them up.
class HiddenMixUp : public Transport {
 public:
  HiddenMixUp(Transport& inner, sim::World& world, const Scenario& scenario, const bool& is_mixed_up)
      : inner_(inner), world_(world), scenario_(scenario), is_mixed_up_(is_mixed_up) {}
  HttpResult send(const HttpRequest& request) override {
    const bool reads = request.method == "GET" || request.url.ends_with("/login");
    if (!is_mixed_up_ || !reads) return inner_.send(request);
    mix_up(world_, scenario_);
    HttpResult result = inner_.send(request);
    mix_up(world_, scenario_);
    return result;
  }

 private:
  Transport& inner_;
  sim::World& world_;
  const Scenario& scenario_;
  const bool& is_mixed_up_;
};

class ForgettingReads : public Transport {
 public:
  explicit ForgettingReads(Transport& inner) : inner_(inner, replies_) {}
  HttpResult send(const HttpRequest& request) override { return inner_.send(request); }

 private:
  std::map<std::string, HttpReply> replies_;
  RememberedReads inner_;
};

/// Says that records are durable, and makes them so with the next ones.
class ForgetfulStore : public PassingStore {
 public:
  using PassingStore::PassingStore;
  Result<std::vector<std::string>> commit(const Changes& changes) override {
    Changes late = changes;
    late.records = std::exchange(unwritten_, changes.records);
    return inner_.commit(late);
  }

 private:
  std::vector<std::string> unwritten_;
};

/// Drops what it is told to, and leaves the bytes where they were.
class UnscrubbedStore : public PassingStore {
 public:
  using PassingStore::PassingStore;
  Result<void> scrub() override { return {}; }
};

/// A ledger that answers wrong where it is told to, and right elsewhere.
class BuggyLedger : public PassingLedger {
 public:
  BuggyLedger(LedgerStore& inner, Bug bug) : PassingLedger(inner), bug_(bug) {}
  Result<int> attempts(const std::string& phone, const std::string& kind, Time since) override {
    if (bug_ == Bug::ledger_forgets) return 0;
    if (bug_ == Bug::ledger_says_spent) return 100;
    return inner_.attempts(phone, kind, since);
  }
  Result<bool> has_mark(const std::string& phone, const std::string& mark) override {
    if (bug_ == Bug::ledger_forgets) return false;
    return inner_.has_mark(phone, mark);
  }
  Result<Lease> lease(const std::string& phone, const std::string& holder, Time now, Time until) override {
    if (bug_ == Bug::leases_for_all) return Lease{holder, until};
    return inner_.lease(phone, holder, now, until);
  }
  Result<std::vector<Claim>> claim(std::span<const std::string> phones, std::size_t count, const std::string& holder,
                                   Time now, Time until) override {
    return LedgerStore::claim(phones, count, holder, now, until);  // lease by lease
  }

 private:
  const Bug bug_;
};

/// What several processes share, as if it were each one's own.
class CarelessStore : public PassingStore {
 public:
  CarelessStore(RunStore& inner, rig::MemoryLedger& memory, Bug bug)
      : PassingStore(inner), memory_(memory), bug_(bug) {}
  Result<std::vector<std::string>> commit(const Changes& changes) override {
    Changes careless = changes;
    if (bug_ == Bug::fences_unchecked) careless.rests_on.clear();
    for (Fence& fence : careless.rests_on) {
      const auto lease = memory_.lease_of(fence.phone);
      if (bug_ == Bug::epochs_alike && lease) fence.epoch = lease->epoch;
    }
    return inner_.commit(careless);
  }
  Result<std::vector<std::string>> journal_after(std::size_t known) override {
    if (bug_ == Bug::journal_hidden) return std::vector<std::string>();
    return inner_.journal_after(known);
  }

 private:
  rig::MemoryLedger& memory_;
  const Bug bug_;
};

class CarelessLedger : public PassingLedger {
 public:
  CarelessLedger(LedgerStore& inner, rig::MemoryLedger& memory, Bug bug)
      : PassingLedger(inner), memory_(memory), bug_(bug) {}
  Result<Lease> lease(const std::string& phone, const std::string& holder, Time now, Time until) override {
    auto lease = inner_.lease(phone, holder, now, shortened(now, until));
    if (lease && lease->holder == holder) lease->until = until;
    if (lease && bug_ == Bug::epochs_alike) lease->epoch = 1;
    return lease;
  }
  Result<std::vector<Claim>> claim(std::span<const std::string> phones, std::size_t count, const std::string& holder,
                                   Time now, Time until) override {
    auto claims = inner_.claim(phones, count, holder, now, shortened(now, until));
    if (!claims) return claims;
    for (Claim& claim : *claims) {
      claim.lease.until = until;
      if (bug_ == Bug::epochs_alike) claim.lease.epoch = 1;
    }
    if (bug_ == Bug::claimed_twice) add_others(phones, count, holder, until, *claims);
    return claims;
  }

 private:
  Time shortened(Time now, Time until) const { return bug_ == Bug::lease_outlasts ? now + (until - now) / 32 : until; }
  void add_others(std::span<const std::string> phones, std::size_t count, const std::string& holder, Time until,
                  std::vector<Claim>& claims) const {
    for (const std::string& phone : phones) {
      const auto lease = memory_.lease_of(phone);
      if (claims.size() < count && lease && lease->holder != holder) {
        claims.push_back({phone, {holder, until, lease->epoch}});
      }
    }
  }

  rig::MemoryLedger& memory_;
  const Bug bug_;
};

class LateWorkers : public Workers {
 public:
  LateWorkers(Workers& inner, rig::SimClock& clock) : inner_(inner), clock_(clock) {}
  using Workers::start;
  void start(Ticket ticket, std::function<void()> job, Lane lane) override {
    inner_.start(ticket, std::move(job), lane);
  }
  std::vector<Ticket> wait(Time until) override {
    auto ended = inner_.wait(until);
    if (!ended.empty()) clock_.advance(30s);
    return ended;
  }
  void wake() override { inner_.wake(); }

 private:
  Workers& inner_;
  rig::SimClock& clock_;
};

}  // namespace

void Simulation::Planted::change(Fleet& fleet, PlanOptions& options) const {
  if (bug_ == Bug::settling_too_short) {
    fleet.policy.server_delay_max = fleet.policy.status_lag_max = 0s;
    fleet.policy.register_timeout = fleet.policy.request_timeout = 1s;
  }
  if (bug_ == Bug::cloud_first) options.deregister_first = true;
}

void Simulation::Planted::approve(Plan& plan) const {
  if (bug_ == Bug::cloud_first) plan.options.deregister_first = false;
}

void Simulation::Planted::doctor(Plan& plan) const {
  if (bug_ == Bug::cloud_first) plan.options.deregister_first = true;
  if (bug_ == Bug::pin_aliased) {
    for (std::size_t i = 0; i < plan.fleet.numbers.size(); ++i) {
      SecretRef& pin = plan.fleet.numbers[i].pin;
      const std::string alias = fmt::format("ALIAS_{}", i);
      rig_.secrets.known[alias] = rig_.secrets.known[pin.target];
      pin.target = alias;
    }
  }
  if (bug_ != Bug::plan_not_compared) return;
  for (PlannedNumber& number : plan.numbers) {
    number.home = Home::nowhere;
    number.facts = {};
  }
}

Transport& Simulation::Planted::transport(Transport& inner) {
  const auto keep = [this](std::unique_ptr<Transport> between) -> Transport& {
    return *transports_.emplace_back(std::move(between));
  };
  switch (bug_) {
    case Bug::posts_repeated:
      return keep(std::make_unique<BuggyTransport>(inner, sent_again));
    case Bug::backup_stripped:
      return keep(std::make_unique<BuggyTransport>(inner, without_backup));
    case Bug::shared_hidden:
      return keep(std::make_unique<BuggyTransport>(inner, with_apps_hidden));
    case Bug::expiry_hidden:
      return keep(std::make_unique<HiddenExpiry>(inner));
    case Bug::secret_as_state:
      return keep(std::make_unique<BuggyTransport>(inner, with_state_named));
    case Bug::reads_remembered:
      return keep(std::make_unique<ForgettingReads>(inner));
    case Bug::mix_up_hidden:
      return keep(std::make_unique<HiddenMixUp>(inner, *rig_.world, scenario_, is_mixed_up_));
    case Bug::sights_shared:
      return keep(std::make_unique<RememberedReads>(inner, sights_));
    case Bug::homes_mistaken:
      return keep(std::make_unique<MistakenHomes>(inner, registered_));
    default:
      return inner;
  }
}

RunStore& Simulation::Planted::store(rig::MemoryRunStore& inner) {
  if (bug_ == Bug::scrub_skipped) return *stores_.emplace_back(std::make_unique<UnscrubbedStore>(inner));
  if (bug_ != Bug::store_forgets) return inner;
  return *stores_.emplace_back(std::make_unique<ForgetfulStore>(inner));
}

LedgerStore& Simulation::Planted::ledger(rig::MemoryLedger& inner) {
  return *ledgers_.emplace_back(std::make_unique<BuggyLedger>(inner, bug_));
}

LedgerStore* Simulation::Planted::asked(rig::MemoryLedger& inner) {
  return bug_ == Bug::ledger_forgets ? &ledger(inner) : nullptr;
}

Workers& Simulation::Planted::workers(Workers& inner) {
  if (bug_ != Bug::completions_late) return inner;
  return *workers_.emplace_back(std::make_unique<LateWorkers>(inner, rig_.clock));
}

RunStore& Simulation::Planted::shared_store(RunStore& inner, rig::MemoryLedger& memory) {
  const bool careless = bug_ == Bug::fences_unchecked || bug_ == Bug::epochs_alike || bug_ == Bug::journal_hidden;
  return careless ? *stores_.emplace_back(std::make_unique<CarelessStore>(inner, memory, bug_)) : inner;
}

LedgerStore& Simulation::Planted::shared_ledger(LedgerStore& inner, rig::MemoryLedger& memory) {
  const bool careless = bug_ == Bug::lease_outlasts || bug_ == Bug::claimed_twice || bug_ == Bug::epochs_alike;
  return careless ? *ledgers_.emplace_back(std::make_unique<CarelessLedger>(inner, memory, bug_)) : inner;
}

}  // namespace wamigrate::simulation
