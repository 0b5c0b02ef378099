// A simulated database that several processes share: what PostgreSQL's stores promise (ports/store.hpp, and "One run,
// several workers" in docs/architecture.md), over the same memory that the stores of single processes use. What is
// written may rest on leases, leases end by the server's clock, and a call takes its time, fails, or is carried out
// without its caller ever hearing of it.
#pragma once

#include <functional>

#include "support/rig.hpp"

namespace wamigrate::simulation {

/// What becomes of one call. Between begin and answer its caller stands still, and others do not.
struct Passage {
  Millis there{0};
  bool carried_out = true;
  Millis back{0};
  bool answered = true;  ///< False: the caller has given up waiting, and knows nothing.
};

/// One process's way to the server, and what is different there.
struct Line {
  std::function<Passage(bool writes)> draw;
  std::function<void(Millis)> wait;
  /// Another transaction has this row just now: who claims goes past it.
  std::function<bool()> row_is_locked;
  rig::SimClock& server_clock;
  Millis caller_ahead{0};  ///< How much later it is by the caller's clock.
};

class SharedRunStore : public RunStore {
 public:
  SharedRunStore(rig::MemoryRunStore& memory, rig::MemoryLedger& ledger, Line& line)
      : memory_(memory), ledger_(ledger), line_(line) {}
  Result<std::vector<std::string>> commit(const Changes& changes) override;
  Result<std::vector<std::string>> journal() override;
  Result<std::vector<std::string>> journal_after(std::size_t known) override;
  Result<void> post(const std::string& message) override;
  Result<std::vector<Message>> messages(std::int64_t after) override;
  Result<std::optional<std::string>> blob(const std::string& name) override;
  Result<std::vector<std::string>> blob_names() override;
  std::string database_id() const override { return "simulated"; }

 private:
  rig::MemoryRunStore& memory_;
  rig::MemoryLedger& ledger_;
  Line& line_;
};

class SharedLedger : public LedgerStore {
 public:
  SharedLedger(rig::MemoryLedger& memory, Line& line) : memory_(memory), line_(line) {}
  Result<Time> created() override;
  Result<int> attempts(const std::string& phone, const std::string& kind, Time since) override;
  Result<bool> has_mark(const std::string& phone, const std::string& mark) override;
  Result<void> commit(std::span<const Change> changes) override;
  Result<Lease> lease(const std::string& phone, const std::string& holder, Time now, Time until) override;
  Result<std::vector<Claim>> claim(std::span<const std::string> phones, std::size_t count, const std::string& holder,
                                   Time now, Time until) override;
  std::string database_id() const override { return "simulated"; }

 private:
  rig::MemoryLedger& memory_;
  Line& line_;
};

}  // namespace wamigrate::simulation
