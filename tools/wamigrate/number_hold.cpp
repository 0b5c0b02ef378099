#include "number_hold.hpp"

#include <fmt/format.h>

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

}  // namespace wamigrate::cli
