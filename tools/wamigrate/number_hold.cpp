#include "number_hold.hpp"

#include <fmt/format.h>

#include <set>

namespace wamigrate::cli {
namespace {

using namespace std::chrono_literals;

constexpr Millis lasts = 2min;  // a process that was killed holds nobody up for longer

}  // namespace

NumberHold::NumberHold(LedgerStore& ledger, Clock& clock, std::string phone)
    : ledger_(ledger), clock_(clock), phone_(std::move(phone)), holder_(worker_name() + " loadtest") {}

NumberHold::~NumberHold() {
  if (until_) (void)ledger_.release(phone_, holder_);
}

Result<void> NumberHold::keep() {
  const Time now = clock_.now();
  if (until_ && *until_ - now > lasts / 2) return {};
  const auto lease = ledger_.lease(phone_, holder_, now, now + lasts);
  if (!lease) return tl::make_unexpected(lease.error());
  if (lease->holder != holder_) {
    until_.reset();
    return fail(fmt::format("{} is in use by {} until {} at the latest", phone_, lease->holder, to_iso(lease->until)),
                "let that end first");
  }
  until_ = now + lasts;
  return {};
}

Result<std::vector<LedgerStore::Claim>> in_other_hands(LedgerStore& ledger, Clock& clock,
                                                       const std::vector<std::string>& phones) {
  const std::string asker = worker_name() + " rollback";
  const Time now = clock.now();
  const auto claims = ledger.claim(phones, phones.size(), asker, now, now + lasts);
  if (!claims) return tl::make_unexpected(claims.error());
  std::set<std::string> free;
  std::vector<LedgerStore::Change> given_back;
  for (const LedgerStore::Claim& claim : *claims) {
    free.insert(claim.phone);
    given_back.push_back({LedgerStore::Change::What::given_back, claim.phone, asker});
  }
  std::vector<LedgerStore::Claim> held;
  for (const std::string& phone : phones) {
    if (free.contains(phone)) continue;
    const auto lease = ledger.lease(phone, asker, now, now + lasts);
    if (!lease) return tl::make_unexpected(lease.error());
    if (lease->holder == asker) {
      given_back.push_back({LedgerStore::Change::What::given_back, phone, asker});
    } else {
      held.push_back({phone, *lease});
    }
  }
  if (auto given = ledger.commit(given_back); !given) return tl::make_unexpected(given.error());
  return held;
}

std::string told(const LedgerStore::Claim& held) {
  return fmt::format("{} is being worked on by {} until {} at the latest", held.phone, held.lease.holder,
                     to_iso(held.lease.until));
}

}  // namespace wamigrate::cli
