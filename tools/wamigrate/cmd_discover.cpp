// discover: an inventory that leaves things open is completed from what Graph and the deployments say. Reads only; the
// inventory it was given is never written.
#include <filesystem>

#include "base/database_url.hpp"
#include "model/inventory.hpp"
#include "ports/files.hpp"
#include "report/discovery.hpp"
#include "run/look_around.hpp"
#include "workbench.hpp"

namespace wamigrate::cli {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

tl::expected<PartialInventory, Diagnostics> load_partial(const std::string& path) {
  const auto text = read_file(path);
  if (!text) return tl::make_unexpected(Diagnostics{{{path, 0}, text.error().message, text.error().fix}});
  return read_partial_inventory(
      *text, path, [](const std::string& file) { return read_file(expand_home(file)); }, check_zones_here());
}

bool is_same_file(const fs::path& one, const fs::path& other) {
  std::error_code ignored;
  return fs::equivalent(one, other, ignored) ||
         fs::absolute(one).lexically_normal() == fs::absolute(other).lexically_normal();
}

// What would spoil a file is known before anyone is asked.
Result<void> may_write(const std::string& file, const std::vector<std::string>& inputs, bool force) {
  for (const std::string& input : inputs) {
    if (is_same_file(file, input))
      return fail(file + " is what is read: it is never written over", "name another file");
  }
  std::error_code ignored;
  if (!force && fs::exists(file, ignored)) {
    return fail(file + " exists already", "name another file, or say --force to write over it");
  }
  return {};
}

Result<void> may_write_all(const Invocation& invocation, const PartialInventory& inventory) {
  std::vector<std::string> inputs{invocation.text("INVENTORY")};
  for (const Number& number : inventory.fleet.numbers) {
    if (number.declared_at.file != inputs.back()) inputs.push_back(number.declared_at.file);
  }
  for (const std::string option : {"output", "mapping"}) {
    if (!invocation.has(option)) continue;
    const std::string file = invocation.text(option);
    if (auto may = may_write(file, inputs, invocation.flag("force")); !may) return may;
    inputs.push_back(file);
  }
  const std::string mapping = fs::path(invocation.text("mapping")).extension().string();
  if (invocation.has("mapping") && mapping != ".csv" && mapping != ".json") {
    return fail("--mapping " + invocation.text("mapping") + " says neither CSV nor JSON",
                "end its name in .csv or .json");
  }
  return {};
}

Result<void> write(const std::string& file, const std::string& text, bool force) {
  if (force) return write_file(file, text, true);
  auto written = write_new_file(file, text);
  if (!written) return tl::make_unexpected(written.error());
  if (!*written) return fail(file + " exists already", "name another file, or say --force to write over it");
  return {};
}

// Relative paths lead on from the folder of the file that names them.
std::string led_from(const fs::path& folder, const std::string& path) {
  if (path.empty() || path.starts_with('/') || path.starts_with("~/")) return path;
  return fs::absolute(path).lexically_normal().lexically_proximate(fs::absolute(folder).lexically_normal()).string();
}

void lead_from(const fs::path& folder, SecretRef& ref) {
  if (ref.kind == SecretRef::Kind::file) ref.target = led_from(folder, ref.target);
}

std::string ledger_led_from(const fs::path& folder, const std::string& ledger) {
  auto url = parse_database_url(ledger, DatabaseUse::ledger);
  if (!url) return led_from(folder, ledger);
  url->sslrootcert = led_from(folder, url->sslrootcert);
  lead_from(folder, url->password);
  return url->text();
}

Discovery led_from(const fs::path& folder, Discovery discovery) {
  Fleet& fleet = discovery.settings;
  fleet.ledger = ledger_led_from(folder, fleet.ledger);
  for (const HookName& hook : hook_names) {
    std::string& path = fleet.policy.hooks.*hook.path;
    path = led_from(folder, path);
  }
  for (SecretRef* ref : {&fleet.seal_key, &fleet.graph.token, &fleet.graph.app_secret, &fleet.graph.proxy_login})
    lead_from(folder, *ref);
  for (DiscoveredNumber& one : discovery.numbers) {
    Deployment& deployment = one.number.deployment;
    deployment.ca_file = led_from(folder, deployment.ca_file);
    for (SecretRef* ref : {&one.number.pin, &deployment.password, &deployment.backup_password}) lead_from(folder, *ref);
  }
  return discovery;
}

// --select and --exclude name what was found, not what the inventory knew before.
Result<void> narrow(Discovery& discovery, const Invocation& invocation) {
  if (!invocation.has("select") && !invocation.has("exclude")) return {};
  Fleet found;
  for (const DiscoveredNumber& one : discovery.numbers) found.numbers.push_back(one.number);
  const auto some = selected(found, invocation);
  if (!some) return tl::make_unexpected(some.error());
  std::vector<DiscoveredNumber> left;
  for (const std::size_t index : *some) left.push_back(std::move(discovery.numbers[index]));
  discovery.numbers = std::move(left);
  return {};
}

std::vector<std::string> waba_ids(const std::string& list) {
  std::vector<std::string> ids;
  std::string id;
  for (const char c : list + ",") {
    if (c != ',') {
      id += c;
    } else if (!id.empty()) {
      ids.push_back(std::exchange(id, {}));
    }
  }
  return ids;
}

Result<void> check_waba_ids(const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    if (id.find_first_not_of("0123456789") != std::string::npos || id.size() > 32) {
      return fail("--waba takes ids, which are digits alone",
                  "say --waba 102290129340398, with commas between several");
    }
  }
  return {};
}

tl::expected<Sightings, int> look_around(const PartialInventory& inventory, const std::vector<std::string>& wabas,
                                         const Console& console) {
  const Fleet& fleet = inventory.fleet;
  Workbench bench(fleet, secrets_for_real(fleet), std::min(fleet.policy.concurrency, 64));
  std::vector<const Number*> numbers;
  for (const Number& number : fleet.numbers) numbers.push_back(&number);
  const Diagnostics missing = bench.site().resolve(numbers, Need::reading, Direction::to_cloud, bench.secrets());
  if (!missing.empty()) return tl::make_unexpected(console.complain(missing));
  Sightings seen = wamigrate::look_around(inventory, wabas, {bench.site(), bench.workers(), bench.clock()});
  bench.site().log_out();
  return seen;
}

// Nothing is written where Graph said nothing: a file full of gaps looks like an answer.
bool was_answered(const Sightings& seen) {
  return std::any_of(seen.wabas.begin(), seen.wabas.end(),
                     [](const ListedWaba& waba) { return waba.asked.answered(); });
}

Result<void> write_files(const Discovery& discovery, const Invocation& invocation) {
  const bool force = invocation.flag("force");
  if (invocation.has("output")) {
    const std::string file = invocation.text("output");
    const fs::path folder = fs::absolute(file).parent_path();
    if (auto written = write(file, discovery_inventory(led_from(folder, discovery)), force); !written) return written;
    invocation.console().say("The inventory: " + file + ". Read it, then: wamigrate check " + file + " --to cloud");
  }
  if (invocation.has("mapping")) {
    const std::string file = invocation.text("mapping");
    const bool csv = fs::path(file).extension() == ".csv";
    const std::string text = csv ? mapping_csv(discovery) : to_document(mapping_json(discovery));
    if (auto written = write(file, text, force); !written) return written;
    invocation.console().say("The mapping for other systems: " + file);
  }
  return {};
}

int run_discover(const Invocation& invocation) {
  const Console& console = invocation.console();
  const auto inventory = load_partial(invocation.text("INVENTORY"));
  if (!inventory) return console.complain(inventory.error());
  if (auto may = may_write_all(invocation, *inventory); !may) return console.complain(may.error());
  const std::vector<std::string> wabas = waba_ids(invocation.text("waba"));
  if (auto good = check_waba_ids(wabas); !good) return console.complain(good.error());

  const auto seen = look_around(*inventory, wabas, console);
  if (!seen) return seen.error();
  Discovery discovery = discover(*inventory, *seen);
  if (auto narrowed = narrow(discovery, invocation); !narrowed) return console.complain(narrowed.error());
  console.print(discovery_json(discovery));
  console.say(discovery_text(discovery, console.colour()));
  if (was_answered(*seen)) {
    if (auto written = write_files(discovery, invocation); !written) return console.complain(written.error());
  } else if (invocation.has("output") || invocation.has("mapping")) {
    console.note("Nothing was written: no WABA could be listed.");
  }
  return discovery.whole() ? all_done : blocked;
}

}  // namespace

Command discover_command() {
  return {"discover",
          "INVENTORY [-o FILE] [--mapping FILE]",
          "Completes an inventory from what Graph and the deployments say; reports drift. Reads only.",
          {"INVENTORY"},
          [](auto& add) {
            add("output,o", po::value<std::string>(), "the file to write the completed inventory to");
            add("mapping", po::value<std::string>(),
                "the file (.csv or .json) to write deployment, ids and both spellings of each number to");
            add("waba", po::value<std::string>(), "WABAs to list as well, comma-separated");
            add("force", po::bool_switch(), "write over existing files; the inventory itself is never written");
            add_selection(add);
          },
          run_discover};
}

}  // namespace wamigrate::cli
