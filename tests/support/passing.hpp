// Stores that pass every call on: what a test wants different of one is all that it has to say.
#pragma once

#include "ports/store.hpp"

namespace wamigrate {

/// `inner` outlives it.
class PassingStore : public RunStore {
 public:
  explicit PassingStore(RunStore& inner) : inner_(inner) {}
  Result<std::vector<std::string>> commit(const Changes& changes) override { return inner_.commit(changes); }
  Result<void> scrub() override { return inner_.scrub(); }
  Result<std::vector<std::string>> journal() override { return inner_.journal(); }
  Result<std::vector<std::string>> journal_after(std::size_t known) override { return inner_.journal_after(known); }
  Result<void> post(const std::string& message) override { return inner_.post(message); }
  Result<std::vector<Message>> messages(std::int64_t after) override { return inner_.messages(after); }
  Result<std::optional<std::string>> blob(const std::string& name) override { return inner_.blob(name); }
  Result<std::vector<std::string>> blob_names() override { return inner_.blob_names(); }
  std::string database_id() const override { return inner_.database_id(); }

 protected:
  RunStore& inner_;
};

/// `inner` outlives it.
class PassingLedger : public LedgerStore {
 public:
  explicit PassingLedger(LedgerStore& inner) : inner_(inner) {}
  Result<Time> created() override { return inner_.created(); }
  Result<int> attempts(const std::string& phone, const std::string& kind, Time since) override {
    return inner_.attempts(phone, kind, since);
  }
  Result<bool> has_mark(const std::string& phone, const std::string& mark) override {
    return inner_.has_mark(phone, mark);
  }
  Result<void> commit(std::span<const Change> changes) override { return inner_.commit(changes); }
  Result<Lease> lease(const std::string& phone, const std::string& holder, Time now, Time until) override {
    return inner_.lease(phone, holder, now, until);
  }
  Result<std::vector<Claim>> claim(std::span<const std::string> phones, std::size_t count, const std::string& holder,
                                   Time now, Time until) override {
    return inner_.claim(phones, count, holder, now, until);
  }
  std::string database_id() const override { return inner_.database_id(); }

 protected:
  LedgerStore& inner_;
};

}  // namespace wamigrate
