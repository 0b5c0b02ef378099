// A fleet in a plan: in the keys and spellings of the inventory, so that a reviewer meets nothing new, but with every
// default written out, so that a plan goes on meaning what it meant. It is read by the inventory's own reader: a plan
// edited by hand may hold no more than an inventory may.
#include <fmt/format.h>

#include "model/inventory.hpp"
#include "model/inventory_fleet.hpp"
#include "model/inventory_section.hpp"
#include "model/inventory_tree.hpp"
#include "model/inventory_values.hpp"

namespace wamigrate {

namespace {

using namespace inventory;

void put(Json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

Json to_json(const Graph& graph) {
  Json json = Json::object();
  put(json, "url", graph.url);
  put(json, "version", graph.version);
  put(json, "token", graph.token.text());
  put(json, "app_id", graph.app_id);
  put(json, "app_secret", graph.app_secret.text());
  return json;
}

Json to_json(const Amount& amount) { return amount.percent ? Json(amount.text()) : Json(amount.value); }

Json to_json(const Policy& policy) {
  Json json = Json::object();
  json["waves"] = Json::array();
  for (const Amount& wave : policy.waves) json["waves"].push_back(to_json(wave));
  json["gate"] = policy.gate_each_wave ? "wave" : "none";
  for (const Window& window : policy.windows) json["windows"].push_back(window.text());
  for (const HookName& hook : hook_names) {
    if (!(policy.hooks.*hook.path).empty()) json["hooks"][std::string(hook.name)] = policy.hooks.*hook.path;
  }
  for (const AmountKey& amount : amount_keys) json[std::string(amount.key)] = to_json(policy.*amount.field);
  for (const CountKey& count : count_keys) json[std::string(count.key)] = policy.*count.field;
  for (const DurationKey& duration : duration_keys) {
    json[std::string(duration.key)] = to_text(policy.*duration.field);
  }
  return json;
}

Json to_json(const Deployment& deployment) {
  Json json = Json::object();
  put(json, "name", deployment.name);
  put(json, "url", deployment.url);
  json["shards"] = deployment.shards;
  if (deployment.gone) json["gone"] = true;
  put(json, "username", deployment.username);
  put(json, "password", deployment.password.text());
  put(json, "backup_password", deployment.backup_password.text());
  put(json, "ca_file", deployment.ca_file);
  return json;
}

Json to_json(const Number& number) {
  Json json = Json::object();
  put(json, "phone", number.phone.e164);
  put(json, "phone_number_id", number.phone_number_id);
  put(json, "waba_id", number.waba_id);
  put(json, "pin", number.pin.text());
  json["pin_mode"] = std::string(name(number.pin_mode));
  put(json, "storage_region", number.storage_region);
  if (number.region_confirmed) json["region_confirmed"] = true;
  json["deployment"] = to_json(number.deployment);
  return json;
}

/// The tree of a fleet, in which the "line" of everything about a number is the number's place in the list.
Node tree_of(const Json& json) {
  Node root;
  root.kind = Node::Kind::map;
  for (const auto& [key, value] : json.items()) {
    if (key != "numbers" || !value.is_array()) {
      root.entries.push_back({key, 0, tree_from_json(value, 0)});
      continue;
    }
    auto list = std::make_shared<Node>();
    list->kind = Node::Kind::list;
    int position = 0;
    for (const Json& number : value) list->items.push_back(tree_from_json(number, ++position));
    root.entries.push_back({key, 0, std::move(list)});
  }
  return root;
}

}  // namespace

Json to_json(const Fleet& fleet) {
  Json json = Json::object();
  json["graph"] = to_json(fleet.graph);
  put(json, "ledger", fleet.ledger);
  put(json, "seal_key", fleet.seal_key.text());
  put(json, "status_feed", fleet.status_feed);
  json["policy"] = to_json(fleet.policy);
  json["numbers"] = Json::array();
  for (const Number& number : fleet.numbers) json["numbers"].push_back(to_json(number));
  return json;
}

Result<Fleet> fleet_from_json(const Json& json) {
  static constexpr std::array<std::string_view, 6> keys{"graph",       "ledger", "seal_key",
                                                        "status_feed", "policy", "numbers"};
  const std::string remade = "make the plan again with `wamigrate plan`";
  if (!json.is_object()) return fail("the plan's fleet is not a JSON object", remade);
  const Node root = tree_of(json);
  const std::string no_file;
  const std::string no_folder;
  Findings findings(no_file);
  const Section top(&root, "", no_file, findings, keys);
  Fleet fleet;
  read_settings(top, Form::plan, no_folder, {}, fleet);  // zones are asked about where windows are laid out
  NumbersReader numbers(Form::plan, no_folder, findings);
  if (const Node* list = top.list("numbers")) {
    for (const NodePtr& item : list->items) numbers.add(*item, no_file);
  }
  if (!findings.none()) {
    const Diagnostic first = std::move(findings).in_file_order().front();
    const std::string where = first.place.line > 0 ? fmt::format("number {}: ", first.place.line) : std::string();
    return fail(fmt::format("the plan's fleet can't be read: {}{}", where, first.message), remade);
  }
  fleet.numbers = numbers.take();
  for (Number& number : fleet.numbers) number.declared_at = {};
  return fleet;
}

}  // namespace wamigrate
