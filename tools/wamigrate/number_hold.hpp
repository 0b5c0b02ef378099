// Leases in the ledger, for what is not a run: a number's, held while a load test uses it, and a look at who has
// others.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ports/clock.hpp"
#include "ports/store.hpp"

namespace wamigrate::cli {

class NumberHold {
 public:
  /// Nothing is held yet. `ledger` and `clock` must outlive it.
  NumberHold(LedgerStore& ledger, Clock& clock, std::string phone);
  /// Gives the number back.
  ~NumberHold();
  NumberHold(const NumberHold&) = delete;
  NumberHold& operator=(const NumberHold&) = delete;

  /// Takes the lease, or renews it when that is due. An error names who has it; then it is not held (any more).
  Result<void> keep();

 private:
  LedgerStore& ledger_;
  Clock& clock_;
  const std::string phone_, holder_;
  std::optional<Time> until_;
};

/// Which of these numbers somebody is at work on, and who. The others are free: taken and given back at once.
Result<std::vector<LedgerStore::Claim>> in_other_hands(LedgerStore& ledger, Clock& clock,
                                                       const std::vector<std::string>& phones);
/// Who that is, for people.
std::string told(const LedgerStore::Claim& held);

}  // namespace wamigrate::cli
