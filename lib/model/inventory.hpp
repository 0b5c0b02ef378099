// The inventory: the YAML (and CSV) a user writes, read into a Fleet with every finding at once.
#pragma once

#include <functional>
#include <string>

#include "base/diagnostic.hpp"
#include "base/json.hpp"
#include "model/number.hpp"

namespace wamigrate {

/// Hands over the text of a file that the inventory names; the path is already resolved against the inventory's folder.
using FileReader = std::function<Result<std::string>(const std::string& path)>;

/// Reads an inventory (docs/formats.md). `file` is its path: findings name it, and relative paths inside the
/// inventory (numbers_file, ca_file, ledger, `file:` references) are taken from its folder.
/// Either a fleet without any doubt, or every finding; never both.
tl::expected<Fleet, Diagnostics> read_inventory(const std::string& text, const std::string& file,
                                                const FileReader& read_file);

/// A fleet as JSON and back, for plans. Secrets are references; paths are as resolved.
Json to_json(const Fleet& fleet);
Result<Fleet> fleet_from_json(const Json& json);

}  // namespace wamigrate
