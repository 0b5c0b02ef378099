// A fleet in a plan: in the keys and spellings of the inventory, so that a reviewer meets nothing new, but with every
// default written out, so that a plan goes on meaning what it meant. It is read by the inventory's own reader: a plan
// edited by hand may hold no more than an inventory may.
#include <fmt/format.h>

#include "base/json_reader.hpp"
#include "model/inventory.hpp"
#include "model/inventory_fleet.hpp"
#include "model/inventory_section.hpp"
#include "model/inventory_tree.hpp"
#include "model/inventory_values.hpp"

namespace wamigrate {

namespace {

using namespace inventory;

using Writer = JsonWriter;

void write(Writer& out, const Graph& graph) {
  out.open_object();
  out.member_unless_empty("url", graph.url);
  out.member_unless_empty("version", graph.version);
  out.member_unless_empty("token", graph.token.text());
  out.member_unless_empty("app_id", graph.app_id);
  out.member_unless_empty("app_secret", graph.app_secret.text());
  out.member_unless_empty("proxy", graph.proxy);
  out.member_unless_empty("proxy_login", graph.proxy_login.text());
  out.close_object();
}

void write(Writer& out, const Amount& amount) {
  if (amount.percent) {
    out.value(amount.text());
  } else {
    out.value(amount.value);
  }
}

void write(Writer& out, const Hooks& hooks) {
  if (hooks.empty()) return;
  out.key("hooks");
  out.open_object();
  for (const HookName& hook : hook_names) out.member_unless_empty(hook.name, hooks.*hook.path);
  out.close_object();
}

void write(Writer& out, const Policy& policy) {
  out.open_object();
  out.key("waves");
  out.list(policy.waves, [&out](const Amount& wave) { write(out, wave); });
  out.member("gate", policy.gate_each_wave ? "wave" : "none");
  if (!policy.windows.empty()) {
    out.key("windows");
    out.list(policy.windows, [&out](const Window& window) { out.value(window.text()); });
  }
  write(out, policy.hooks);
  for (const AmountKey& amount : amount_keys) {
    out.key(amount.key);
    write(out, policy.*amount.field);
  }
  for (const CountKey& count : count_keys) out.member(count.key, policy.*count.field);
  for (const DurationKey& duration : duration_keys) out.member(duration.key, to_text(policy.*duration.field));
  out.close_object();
}

void write(Writer& out, const Deployment& deployment) {
  out.open_object();
  out.member_unless_empty("name", deployment.name);
  out.member_unless_empty("url", deployment.url);
  out.member("shards", deployment.shards);
  if (deployment.gone) out.member("gone", true);
  out.member_unless_empty("username", deployment.username);
  out.member_unless_empty("password", deployment.password.text());
  out.member_unless_empty("backup_password", deployment.backup_password.text());
  out.member_unless_empty("ca_file", deployment.ca_file);
  out.close_object();
}

void write(Writer& out, const TestMessage& message) {
  out.open_object();
  out.member("to", message.to);
  out.member_unless_empty("text", message.text);
  if (!message.template_name.empty()) {
    out.key("template");
    out.open_object();
    out.member("name", message.template_name);
    out.member("language", message.template_language);
    out.close_object();
  }
  out.member("wait", to_text(message.wait));
  if (message.inbound) out.member("inbound", to_text(*message.inbound));
  out.member("evidence", message.evidence.text());
  out.close_object();
}

void write(Writer& out, const Number& number) {
  out.open_object();
  out.member_unless_empty("phone", number.phone.e164);
  out.member_unless_empty("phone_number_id", number.phone_number_id);
  out.member_unless_empty("waba_id", number.waba_id);
  out.member_unless_empty("pin", number.pin.text());
  out.member("pin_mode", name(number.pin_mode));
  out.member_unless_empty("storage_region", number.storage_region);
  if (number.region_confirmed) out.member("region_confirmed", true);
  out.key("deployment");
  write(out, number.deployment);
  if (number.test_message->asked()) {
    out.key("test_message");
    write(out, *number.test_message);
  }
  out.close_object();
}

/// The tree of a fleet without its numbers, and these as they are written: each becomes a tree, and then a number, by
/// itself, so that 100,000 never stand in memory as either.
struct Outline {
  Node settings;
  std::string_view numbers;  ///< A list; empty if there is none.
};

Outline outline_of(JsonReader& json) {
  Outline outline;
  outline.settings.kind = Node::Kind::map;
  json.enter_object();
  while (const auto key = json.next_member()) {
    if (*key == "numbers" && json.kind() == JsonReader::Kind::list) {
      outline.numbers = json.raw();
    } else {
      outline.settings.entries.push_back({std::string(*key), 0, tree_from_json(json, 0)});
    }
  }
  return outline;
}

}  // namespace

void write_json(JsonWriter& out, const Fleet& fleet) {
  out.open_object();
  out.key("graph");
  write(out, fleet.graph);
  out.member_unless_empty("ledger", fleet.ledger);
  out.member_unless_empty("seal_key", fleet.seal_key.text());
  out.member_unless_empty("status_feed", fleet.status_feed);
  out.key("policy");
  write(out, fleet.policy);
  out.key("numbers");
  out.list(fleet.numbers, [&out](const Number& number) { write(out, number); });
  out.close_object();
}

Json to_json(const Fleet& fleet) {
  const auto json =
      parse_json(text_written(JsonWriter::Form::compact, [&fleet](JsonWriter& out) { write_json(out, fleet); }));
  ensure(json.has_value(), "what is written as JSON can be read");
  return *json;
}

Result<Fleet> fleet_from_json(std::string_view text) {
  static constexpr std::array<std::string_view, 6> keys{"graph",       "ledger", "seal_key",
                                                        "status_feed", "policy", "numbers"};
  const std::string remade = "make the plan again: wamigrate plan INVENTORY --to cloud|onprem -o plan.json";
  JsonReader json(text);
  if (json.kind() != JsonReader::Kind::object) return fail("the plan's fleet is not a JSON object", remade);
  const Outline outline = outline_of(json);
  if (!json.at_end()) return fail("the plan's fleet is not written as JSON", remade);
  const std::string no_file;
  const std::string no_folder;
  Findings findings(no_file);
  const Section top(&outline.settings, "", no_file, findings, keys);
  Fleet fleet;
  read_settings(top, Form::plan, no_folder, {}, fleet);  // zones are asked about where windows are laid out
  NumbersReader numbers(Form::plan, no_folder, findings);
  top.list("numbers");  // notes whatever else stands in its place
  if (!outline.numbers.empty()) {
    JsonReader list(outline.numbers);
    list.enter_list();
    // The "line" of everything about a number is its place in the list.
    for (int position = 1; list.next_item(); ++position) numbers.add(*tree_from_json(list, position), no_file);
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
