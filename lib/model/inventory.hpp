// The inventory: the YAML (and CSV) a user writes, read into a Fleet with every finding at once.
#pragma once

#include <functional>
#include <string>

#include "base/diagnostic.hpp"
#include "base/json_writer.hpp"
#include "model/number.hpp"

namespace wamigrate {

/// Hands over the text of a file that the inventory names; the path is already resolved against the inventory's folder.
using FileReader = std::function<Result<std::string>(const std::string& path)>;

/// Asks whether a time zone can be reckoned with; the error says why not, and does not name it. Empty: none is asked
/// about.
using ZoneCheck = std::function<Result<void>(const std::string& zone)>;

/// Reads an inventory (docs/formats.md). `file` is its path: findings name it, and relative paths inside the
/// inventory (numbers_file, ca_file, hooks, ledger, `file:` references) are taken from its folder.
/// Either a fleet without any doubt, or every finding; never both.
tl::expected<Fleet, Diagnostics> read_inventory(const std::string& text, const std::string& file,
                                                const FileReader& read_file, const ZoneCheck& check_zone = {});

/// An inventory that `discover` is to complete.
struct PartialInventory {
  /// Its numbers may lack phone, phone_number_id, waba_id and deployment (all empty), and it may lack `graph.app_id`.
  /// Each names at least a phone, an id or a deployment; a deployment that is given is given whole.
  Fleet fleet;
  Number defaults;  ///< What a number that is found inherits.
};

/// Reads an inventory that need not be complete, or have any number; all other mistakes are findings as above.
tl::expected<PartialInventory, Diagnostics> read_partial_inventory(const std::string& text, const std::string& file,
                                                                   const FileReader& read_file,
                                                                   const ZoneCheck& check_zone = {});

/// A fleet as JSON and back, for plans. Secrets are references; paths are as resolved.
void write_json(JsonWriter& out, const Fleet& fleet);
Result<Fleet> fleet_from_json(std::string_view json);
/// The same as one value, for who looks into it.
Json to_json(const Fleet& fleet);

}  // namespace wamigrate
