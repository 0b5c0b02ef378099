// What stores do where they have no better way of their own.
#include "ports/store.hpp"

#include <algorithm>
#include <array>

namespace wamigrate {
namespace {

Result<void> without_value(const Result<std::vector<std::string>>& lost) {
  if (!lost) return tl::make_unexpected(lost.error());
  return {};
}

}  // namespace

Result<void> RunStore::append(std::span<const std::string> records) {
  return without_value(commit({.records = {records.begin(), records.end()}}));
}

Result<void> RunStore::put_blob(const std::string& name, const std::string& sealed) {
  return without_value(commit({.keep = {{name, sealed}}}));
}

Result<void> RunStore::drop_blob(const std::string& name) {
  auto dropped = without_value(commit({.drop = {name}}));
  return dropped ? scrub() : dropped;
}

Result<std::vector<std::string>> RunStore::journal_after(std::size_t known) {
  auto records = journal();
  if (!records) return records;
  const auto skipped = static_cast<std::ptrdiff_t>(std::min(known, records->size()));
  records->erase(records->begin(), records->begin() + skipped);
  return records;
}

Result<void> RunStore::each_record(const std::function<Result<void>(const std::string& record)>& take) {
  const auto records = journal();
  if (!records) return tl::make_unexpected(records.error());
  for (const std::string& record : *records) {
    if (auto taken = take(record); !taken) return taken;
  }
  return {};
}

Result<std::string> RunStore::keep_document(const std::string& name, const std::string& /*text*/) {
  return fail(name + " is not kept in a run's file but beside it");
}

Result<std::optional<std::string>> RunStore::document(const std::string& /*name*/) { return std::nullopt; }

Result<void> LedgerStore::add_attempt(const std::string& phone, const std::string& kind, Time at) {
  return commit(std::array{Change{Change::What::attempt, phone, kind, at}});
}

Result<void> LedgerStore::add_mark(const std::string& phone, const std::string& pin_mark) {
  return commit(std::array{Change{Change::What::marked, phone, pin_mark}});
}

Result<void> LedgerStore::drop_mark(const std::string& phone, const std::string& pin_mark) {
  return commit(std::array{Change{Change::What::unmarked, phone, pin_mark}});
}

Result<void> LedgerStore::release(const std::string& phone, const std::string& holder) {
  return commit(std::array{Change{Change::What::given_back, phone, holder}});
}

Result<std::vector<LedgerStore::Claim>> LedgerStore::claim(std::span<const std::string> phones, std::size_t count,
                                                           const std::string& holder, Time now, Time until) {
  std::vector<Claim> claims;
  for (const std::string& phone : phones) {
    if (claims.size() == count) break;
    auto taken = lease(phone, holder, now, until);
    if (!taken) return tl::make_unexpected(taken.error());
    if (taken->holder == holder) claims.push_back({phone, std::move(*taken)});
  }
  return claims;
}

}  // namespace wamigrate
