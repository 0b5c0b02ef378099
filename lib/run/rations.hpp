// Rations: how often a number may still be registered or deregistered, over this run and over all runs.
#pragma once

#include <optional>
#include <string>

#include "plan/preflight.hpp"
#include "ports/sealer.hpp"
#include "ports/store.hpp"

namespace wamigrate {

/// Why a rationed request may not leave now; empty when it may. `used_in_run`: of that ration, for that number.
/// Eight of the ten that 72 hours allow; the last two are for a number that nobody serves. Says when it may.
Result<std::string> ration_refusal(LedgerStore& ledger, const std::string& phone, Ration ration, int used_in_run,
                                   bool nobody_serves, Time now);

/// What preflight asks of the ledger.
Result<LedgerView> ledger_view(LedgerStore& ledger, const Sealer& sealer, const Number& number, const Secret& pin,
                               Time now);

/// The mark under which a refused PIN is kept: bound to its number.
std::string pin_mark(const Sealer& sealer, const Number& number, const Secret& pin);
/// … and that under which it is kept while nobody knows whether it was refused.
std::string mark_of_doubt(const std::string& pin_mark);
bool is_doubt(std::string_view mark);
/// The mark of a number that on-premises was the last to serve, as far as any run has seen.
inline constexpr std::string_view onprem_served_last = "served last by on-premises";

}  // namespace wamigrate
