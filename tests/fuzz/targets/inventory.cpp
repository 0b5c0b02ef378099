// Inventories: YAML, and the CSV it names. Either a fleet that survives being written and read, or findings of which
// each says where and what to do.
#include "model/inventory.hpp"

#include <algorithm>

#include "fuzz/targets/target.hpp"

namespace wamigrate::fuzz {
namespace {

void check_findings(const Diagnostics& findings, std::string_view yaml, std::string_view csv) {
  holds(!findings.empty(), "a refused inventory has findings");
  const auto lines = [](std::string_view text) {
    const auto breaks = std::count_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; });
    return static_cast<int>(breaks) + 1;
  };
  const int last = std::max(lines(yaml), lines(csv));
  for (const Diagnostic& finding : findings) {
    holds(!finding.place.file.empty(), "a finding names its file");
    holds(finding.place.line >= 0 && finding.place.line <= last, "a finding's line is one of the file");
    holds(!finding.message.empty() && !finding.fix.empty(), "a finding says what is wrong and what to do");
    holds(is_plain(to_text(finding)), "a finding is one plain line");
  }
}

void check_inventory(const std::string& yaml, const std::string& csv) {
  const FileReader reader = [&csv](const std::string&) -> Result<std::string> { return csv; };
  const auto fleet = read_inventory(yaml, "dir/inventory.yaml", reader);
  const auto partial = read_partial_inventory(yaml, "dir/inventory.yaml", reader);
  if (!partial) check_findings(partial.error(), yaml, csv);
  if (!fleet) {
    check_findings(fleet.error(), yaml, csv);
    return;
  }
  holds(partial.has_value(), "a complete inventory passes for one that need not be");
  const Json written = to_json(*fleet);
  const auto again = fleet_from_json(to_compact(written));
  holds(again.has_value(), "a fleet that was read can be read from its JSON");
  holds(to_json(*again) == written, "a fleet's JSON says all of it");
}

const std::string with_numbers_file =
    "version: 1\ngraph: { app_id: \"900100200300\", token: env:T }\ndefaults:\n  waba_id: \"102290129340398\"\n"
    "  pin: env:P\n  deployment: { username: admin, password: env:A, backup_password: env:B }\n"
    "numbers_file: numbers.csv\n";

void run_yaml(std::string_view input) {
  Fields fields(input);
  const std::string yaml = fields.next();
  check_inventory(yaml, std::string(fields.rest()));
}

void run_csv(std::string_view input) { check_inventory(with_numbers_file, std::string(input)); }

std::vector<std::string> yaml_seeds() {
  std::vector<std::string> seeds = worked_situations("inventory.yaml");
  seeds.push_back(
      with_numbers_file +
      "policy:\n  gate: wave\n  windows: [\"Sat,Mon-Wed 01:00-05:00 Europe/Berlin\", 22:00-24:00]\n"
      "  hooks: { before_wave: hooks/wave, before_commit: /bin/true, after_number: ~/n, after_run: \"\" }\n");
  for (std::string& seed : seeds) seed = joined({seed, worked_situations("numbers.csv").front()});
  return seeds;
}

std::vector<std::string> csv_seeds() {
  std::vector<std::string> seeds = worked_situations("numbers.csv");
  seeds.push_back(
      "phone,phone_number_id,deployment.url,deployment.name\n"
      "+4915110000000,\"106540352240000\",https://10.0.0.5:9090,\"a \"\"quoted\"\", name\"\r\n");
  return seeds;
}

}  // namespace

const Target inventory{"inventory", run_yaml, yaml_seeds};
const Target numbers_file{"numbers_file", run_csv, csv_seeds};

}  // namespace wamigrate::fuzz
