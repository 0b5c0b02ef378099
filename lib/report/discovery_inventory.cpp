// The inventory a discovery leaves: what it knows as YAML, what it learnt and what it lacks as comments beside it.
// Every text is quoted as JSON does, which YAML reads; whatever came from a server goes into a comment on one line
// only.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/discovery.hpp"
#include "report/words.hpp"

namespace wamigrate {
namespace {

using report::plain;

std::string quoted(const std::string& text) { return to_compact(Json(text)); }

/// What numbers may share under `defaults`; the same keys that the reader takes there, in its order.
constexpr std::array<std::string_view, 4> shared_keys{"waba_id", "pin", "pin_mode", "storage_region"};
constexpr std::array<std::string_view, 4> shared_deployment_keys{"username", "password", "backup_password", "ca_file"};

/// In the keys and spellings of the inventory, so that no key is forgotten here.
Json json_of(const Number& number) {
  Fleet fleet;
  fleet.numbers.push_back(number);
  return at_path(to_json(fleet), {"numbers"}).at(0);
}

/// What a reader takes where nothing is said.
const Json& usual_number() {
  static const Json usual = [] {
    Number number;
    number.deployment.username = "admin";
    return json_of(number);
  }();
  return usual;
}

bool says(const Json& map, const std::string& key, const Json& value) {
  const Json& said = at_path(map, {key});
  return !said.is_null() && said == value;
}

/// The value that all of them have at `key`; null where one has another, or none.
Json common(const std::vector<Json>& maps, std::string_view key) {
  if (maps.size() < 2) return nullptr;
  const Json& first = at_path(maps.front(), {key});
  const bool alike =
      std::all_of(maps.begin(), maps.end(), [&](const Json& map) { return at_path(map, {key}) == first; });
  return alike ? first : Json(nullptr);
}

class InventoryWriter {
 public:
  explicit InventoryWriter(const Discovery& discovery) : discovery_(discovery) {}

  std::string write() {
    const auto complete = static_cast<std::size_t>(std::count_if(discovery_.numbers.begin(), discovery_.numbers.end(),
                                                                 [](const auto& one) { return one.complete(); }));
    share();
    line(fmt::format("# Made by `wamigrate discover`: {} of {} complete. What is not stands here as comments.",
                     complete, report::counted(discovery_.numbers.size(), "number")));
    for (const Remark& remark : discovery_.remarks) put_remark(remark, "");
    line("version: 1");
    put_settings();
    put_defaults();
    if (complete == 0) line("numbers: []");
    if (complete != 0) line("numbers:");
    for (const DiscoveredNumber& one : discovery_.numbers) put_number(one);
    put_policy();
    return std::move(text_);
  }

 private:
  void line(const std::string& text) { text_ += text + "\n"; }

  void put_remark(const Remark& remark, const std::string& indent) {
    line(fmt::format("{}# {}: {}", indent, name(remark.kind), plain(remark.message)));
    if (!remark.fix.empty()) line(fmt::format("{}#   {}", indent, plain(remark.fix)));
  }

  void put(const std::string& indent, std::string_view key, const std::string& text) {
    if (!text.empty()) line(fmt::format("{}{}: {}", indent, key, quoted(text)));
  }

  void put_settings() {
    const Fleet& fleet = discovery_.settings;
    const Graph usual;
    line("graph:");
    if (fleet.graph.url != usual.url) put("  ", "url", fleet.graph.url);
    put("  ", "version", fleet.graph.version);
    put("  ", "token", fleet.graph.token.text());
    put("  ", "app_id", fleet.graph.app_id);
    put("  ", "app_secret", fleet.graph.app_secret.text());
    put("  ", "proxy", fleet.graph.proxy);
    put("  ", "proxy_login", fleet.graph.proxy_login.text());
    put("", "ledger", fleet.ledger);
    put("", "seal_key", fleet.seal_key.text());
    line("status_feed: " + quoted(fleet.status_feed));
  }

  // What every complete number says alike is said once.
  void share() {
    std::vector<Json> numbers, deployments;
    for (const DiscoveredNumber& one : discovery_.numbers) {
      if (!one.complete()) continue;
      numbers.push_back(json_of(one.number));
      if (!one.number.deployment.gone) deployments.push_back(at_path(numbers.back(), {"deployment"}));
    }
    const auto take = [](Json& into, const std::vector<Json>& maps, const Json& usual, const auto& keys) {
      for (const std::string_view key : keys) {
        const Json value = common(maps, key);
        if (!value.is_null() && !says(usual, std::string(key), value)) into[std::string(key)] = value;
      }
    };
    take(shared_, numbers, usual_number(), shared_keys);
    take(shared_deployment_, deployments, at_path(usual_number(), {"deployment"}), shared_deployment_keys);
  }

  void put_defaults() {
    if (shared_.empty() && shared_deployment_.empty()) return;
    line("defaults:");
    put_map("  ", shared_, Json::object(), Json::object());
    if (!shared_deployment_.empty()) line("  deployment:");
    put_map("    ", shared_deployment_, Json::object(), Json::object());
  }

  // All of `map` but what is shared already, or is meant where nothing is said and nothing is shared.
  void put_map(const std::string& indent, const Json& map, const Json& shared, const Json& usual) {
    for (const auto& [key, value] : map.items()) {
      if (value.is_object()) continue;
      const bool unsaid = shared.contains(key) ? says(shared, key, value) : says(usual, key, value);
      if (!unsaid) line(fmt::format("{}{}: {}", indent, key, to_compact(value)));
    }
  }

  void put_number(const DiscoveredNumber& one) {
    put_findings(one);
    // A number that is not complete is written out too: whoever completes it takes the marks away.
    const std::string mark = one.complete() ? "" : "# ";
    const std::string indent = mark + "    ";
    Json number = json_of(one.number);
    const std::string& phone = one.number.phone.e164;
    line(fmt::format("{}  - phone: {}", mark, phone.empty() ? "?" : quoted(phone)));
    number.erase("phone");
    put_map(indent, number, shared_, usual_number());
    if (one.number.deployment.gone) {
      line(indent + "deployment: gone");
    } else if (!one.number.deployment.url.empty()) {
      line(indent + "deployment:");
      put_map(indent + "  ", number["deployment"], shared_deployment_, at_path(usual_number(), {"deployment"}));
    }
    if (number.contains("test_message")) line(indent + "test_message: " + to_compact(number["test_message"]));
  }

  void put_findings(const DiscoveredNumber& one) {
    if (!one.listed.id.empty()) {
      std::string found = fmt::format("\"{}\", {} {}; Graph spells it {}", one.listed.verified_name,
                                      one.listed.platform_type, one.listed.status, one.listed.display_phone_number);
      if (!one.on_premises.empty()) found += ", its deployment " + one.on_premises;
      line("  # " + plain(found));
    }
    for (const Remark& remark : one.remarks) put_remark(remark, "  ");
    const std::vector<std::string> missing = one.missing();
    if (missing.empty() || one.listed.on_app) return;
    std::string keys;
    for (const std::string& key : missing) keys += (keys.empty() ? "" : ", ") + key;
    line("  # not complete: " + keys);
  }

  void put_policy() {
    const Json usual = at_path(to_json(Fleet{}), {"policy"});
    const Json policy = at_path(to_json(discovery_.settings), {"policy"});
    bool opened = false;
    for (const auto& [key, value] : policy.items()) {
      if (usual.contains(key) && usual[key] == value) continue;
      if (!opened) line("policy:");
      opened = true;
      line(fmt::format("  {}: {}", key, to_compact(value)));
    }
  }

  const Discovery& discovery_;
  Json shared_ = Json::object();
  Json shared_deployment_ = Json::object();
  std::string text_;
};

}  // namespace

std::string discovery_inventory(const Discovery& discovery) { return InventoryWriter(discovery).write(); }

}  // namespace wamigrate
