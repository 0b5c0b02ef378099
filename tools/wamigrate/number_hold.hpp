// A number's lease in the ledger, held while something other than a run uses the number: no run works on it meanwhile.
#pragma once

#include <optional>
#include <string>

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

}  // namespace wamigrate::cli
