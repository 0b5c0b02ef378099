// What stores do where they have no better way of their own.
#include "ports/store.hpp"

#include <algorithm>

namespace wamigrate {

Result<std::vector<std::string>> RunStore::append_fenced(std::span<const std::string> records,
                                                         std::span<const Fence> /*rests_on*/) {
  if (auto appended = append(records); !appended) return tl::make_unexpected(appended.error());
  return std::vector<std::string>();
}

Result<std::vector<std::string>> RunStore::journal_after(std::size_t known) {
  auto records = journal();
  if (!records) return records;
  const auto skipped = static_cast<std::ptrdiff_t>(std::min(known, records->size()));
  records->erase(records->begin(), records->begin() + skipped);
  return records;
}

Result<std::string> RunStore::keep_document(const std::string& name, const std::string& /*text*/) {
  return fail(name + " is not kept in a run's file but beside it");
}

Result<std::optional<std::string>> RunStore::document(const std::string& /*name*/) { return std::nullopt; }

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
