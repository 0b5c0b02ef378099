// Each call is one transaction at one moment between its begin and its answer; what the client does of itself while the
// server is away (it tries again, and asks by the call's id whether it was done) is in how long that takes.
#include "simulation/shared_store.hpp"

#include <algorithm>

namespace wamigrate::simulation {
namespace {

tl::unexpected<Error> given_up() {
  return fail("the database's server does not answer", "check that it runs, then run the same command again");
}

template <class Call>
auto over(Line& line, bool writes, const Call& call) -> decltype(call()) {
  const Passage passage = line.draw(writes);
  line.wait(passage.there);
  if (!passage.carried_out) return given_up();
  auto result = call();
  line.wait(passage.back);
  if (!passage.answered) return given_up();
  return result;
}

}  // namespace

Result<std::vector<std::string>> SharedRunStore::commit(const Changes& changes) {
  return over(line_, true, [&]() -> Result<std::vector<std::string>> {
    std::vector<std::string> lost;
    for (const Fence& fence : changes.rests_on) {
      const auto lease = ledger_.lease_of(fence.phone);
      if (!lease || lease->epoch != fence.epoch) lost.push_back(fence.phone);
    }
    if (!lost.empty()) return lost;
    auto written = memory_.commit(changes);
    if (written) (void)memory_.scrub();  // what it drops is gone: how is the server's business
    return written;
  });
}

Result<std::vector<std::string>> SharedRunStore::journal() {
  return over(line_, false, [&] { return memory_.journal(); });
}
Result<std::vector<std::string>> SharedRunStore::journal_after(std::size_t known) {
  return over(line_, false, [&]() -> Result<std::vector<std::string>> {
    const auto& all = memory_.journal_;
    return std::vector<std::string>(all.begin() + static_cast<std::ptrdiff_t>(std::min(known, all.size())), all.end());
  });
}
Result<void> SharedRunStore::post(const std::string& message) {
  return over(line_, true, [&] { return memory_.post(message); });
}
Result<std::vector<RunStore::Message>> SharedRunStore::messages(std::int64_t after) {
  return over(line_, false, [&] { return memory_.messages(after); });
}
Result<std::optional<std::string>> SharedRunStore::blob(const std::string& name) {
  return over(line_, false, [&] { return memory_.blob(name); });
}
Result<std::vector<std::string>> SharedRunStore::blob_names() {
  return over(line_, false, [&] { return memory_.blob_names(); });
}

Result<Time> SharedLedger::created() {
  return over(line_, false, [&]() -> Result<Time> { return *memory_.created() + line_.caller_ahead; });
}
Result<int> SharedLedger::attempts(const std::string& phone, const std::string& kind, Time since) {
  return over(line_, false, [&] { return memory_.attempts(phone, kind, since - line_.caller_ahead); });
}
Result<bool> SharedLedger::has_mark(const std::string& phone, const std::string& mark) {
  return over(line_, false, [&] { return memory_.has_mark(phone, mark); });
}
Result<void> SharedLedger::commit(std::span<const Change> changes) {
  return over(line_, true, [&] {
    std::vector<Change> by_server(changes.begin(), changes.end());
    for (Change& change : by_server) change.at -= line_.caller_ahead;
    return memory_.commit(by_server);
  });
}

// The caller gives a length; it begins when the server takes the lease.
Result<LedgerStore::Lease> SharedLedger::lease(const std::string& phone, const std::string& holder, Time now,
                                               Time until) {
  return over(line_, true, [&]() -> Result<Lease> {
    const Time server_now = line_.server_clock.now();
    auto lease = memory_.lease(phone, holder, server_now, server_now + (until - now));
    if (!lease) return lease;
    lease->until = lease->holder == holder ? until : now + (lease->until - server_now);
    return lease;
  });
}

Result<std::vector<LedgerStore::Claim>> SharedLedger::claim(std::span<const std::string> phones, std::size_t count,
                                                            const std::string& holder, Time now, Time until) {
  return over(line_, true, [&]() -> Result<std::vector<Claim>> {
    const Time server_now = line_.server_clock.now();
    std::vector<Claim> claims;
    for (const std::string& phone : phones) {
      if (claims.size() == count) break;
      if (line_.row_is_locked()) continue;
      const auto taken = memory_.lease(phone, holder, server_now, server_now + (until - now));
      if (!taken) return tl::make_unexpected(taken.error());
      if (taken->holder == holder) claims.push_back({phone, Lease{holder, until, taken->epoch}});
    }
    return claims;
  });
}

}  // namespace wamigrate::simulation
