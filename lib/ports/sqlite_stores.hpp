// Stores in SQLite files: what one machine uses. store.hpp says what they promise.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "ports/store.hpp"

namespace wamigrate {

Result<std::unique_ptr<RunStore>> open_sqlite_run_store(const std::filesystem::path& file, bool create);
Result<std::unique_ptr<LedgerStore>> open_sqlite_ledger_store(const std::filesystem::path& file, Time now,
                                                              const std::string& key_mark);

}  // namespace wamigrate
