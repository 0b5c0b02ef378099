// The keys of an inventory and what each means. Numbers are read one at a time and kept as values, so a hundred
// thousand rows of CSV never stand in memory as a tree.
#include "model/inventory_fleet.hpp"

#include <fmt/format.h>

#include "base/database_url.hpp"
#include "model/inventory_values.hpp"

namespace wamigrate::inventory {

namespace {

auto ref_in(const std::string& folder) {
  return [&folder](std::string_view text) { return parse_ref(text, folder); };
}

auto path_in(const std::string& folder) {
  return [&folder](std::string_view text) { return parse_path(text, folder); };
}

void read_graph(const Section& root, Form form, const std::string& folder, Graph& graph) {
  static constexpr std::array<std::string_view, 7> keys{"url",        "version", "token",      "app_id",
                                                        "app_secret", "proxy",   "proxy_login"};
  const Section section = root.section("graph", keys);
  section.read("url", graph.url, parse_base_url);
  section.read("version", graph.version, parse_graph_version);
  section.read("token", graph.token, ref_in(folder));
  section.read("app_id", graph.app_id, parse_id);
  section.read("app_secret", graph.app_secret, ref_in(folder));
  section.read("proxy", graph.proxy, parse_proxy);
  section.read("proxy_login", graph.proxy_login, ref_in(folder));
  if (section.given("proxy_login") && !section.given("proxy")) {
    section.fault("proxy_login", section.find("proxy_login")->line,
                  {"there is no proxy to log in to", "name it as `proxy`, or remove this key"});
  }
  if (form == Form::plan) return;
  section.require("token", "write where the access token is to be had, as in env:WAMIGRATE_GRAPH_TOKEN");
  if (form == Form::partial) return;  // the token knows its app
  section.require("app_id", "copy it from the app's dashboard, and put quotes around it");
}

std::vector<std::string_view> policy_keys() {
  std::vector<std::string_view> keys{"waves", "gate", "windows", "hooks"};
  for (const auto& duration : duration_keys) keys.push_back(duration.key);
  for (const auto& count : count_keys) keys.push_back(count.key);
  for (const auto& amount : amount_keys) keys.push_back(amount.key);
  return keys;
}

void read_waves(const Section& section, Policy& policy) {
  const Node* list = section.list("waves");
  if (list == nullptr) return;
  policy.waves.clear();
  for (const NodePtr& item : list->items) {
    section.read_text(*item, item->line, "waves", policy.waves.emplace_back(), parse_amount);
  }
  if (list->items.empty()) {
    section.fault("waves", list->line, {"there is no wave", "write at least one, as in [1, 5%, 100%]"});
  }
}

void read_gate(const Section& section, Policy& policy) {
  section.read("gate", policy.gate_each_wave, [](std::string_view text) -> Result<bool> {
    if (text == "none" || text == "wave") return text == "wave";
    return fail("there is no such gate",
                "write `wave` (a person approves before each wave but the first), `none`, or remove the key");
  });
}

void read_windows(const Section& section, const ZoneCheck& check_zone, Policy& policy) {
  const Node* list = section.list("windows");
  if (list == nullptr) return;
  const auto parse = [&](std::string_view text) -> Result<Window> {
    Result<Window> window = parse_window(text);
    if (!window || window->zone == utc || !check_zone) return window;
    if (const Result<void> known = check_zone(window->zone); !known) return tl::make_unexpected(known.error());
    return window;
  };
  policy.windows.clear();
  for (const NodePtr& item : list->items) {
    section.read_text(*item, item->line, "windows", policy.windows.emplace_back(), parse);
  }
}

void read_hooks(const Section& section, const std::string& folder, Policy& policy) {
  static const std::vector<std::string_view> keys = [] {
    std::vector<std::string_view> names;
    names.reserve(hook_names.size());
    for (const HookName& hook : hook_names) names.push_back(hook.name);
    return names;
  }();
  const Section hooks = section.section("hooks", keys);
  for (const HookName& hook : hook_names) hooks.read(hook.name, policy.hooks.*hook.path, path_in(folder));
}

void read_policy(const Section& root, const std::string& folder, const ZoneCheck& check_zone, Policy& policy) {
  static const std::vector<std::string_view> keys = policy_keys();
  const Section section = root.section("policy", keys);
  for (const DurationKey& duration : duration_keys) {
    section.read(duration.key, policy.*duration.field,
                 [&](std::string_view text) { return parse_length(text, duration.least); });
  }
  for (const CountKey& count : count_keys) {
    section.read(count.key, policy.*count.field,
                 [&](std::string_view text) { return parse_count(text, count.least, count.most); });
  }
  for (const AmountKey& amount : amount_keys) section.read(amount.key, policy.*amount.field, parse_amount);
  read_waves(section, policy);
  read_gate(section, policy);
  read_windows(section, check_zone, policy);
  read_hooks(section, folder, policy);
  if (policy.retry_max < policy.retry_initial) {
    const Entry* entry = section.given("retry_max") ? section.find("retry_max") : section.find("retry_initial");
    section.fault("retry_max", entry->line, {"this is shorter than `retry_initial`", "make it at least as long"});
  }
}

}  // namespace

void read_settings(const Section& root, Form form, const std::string& folder, const ZoneCheck& check_zone,
                   Fleet& fleet) {
  read_graph(root, form, folder, fleet.graph);
  root.read("ledger", fleet.ledger, [&](std::string_view text) { return parse_ledger(text, folder); });
  root.read("seal_key", fleet.seal_key, ref_in(folder));
  if (is_database_url(fleet.ledger) && !root.given("seal_key")) {
    root.fault("ledger", root.find("ledger")->line,
               {"a ledger in PostgreSQL is shared, and the key that goes with it is not given",
                "write `seal_key:` with the reference of one key for all machines"});
  }
  root.read("status_feed", fleet.status_feed, parse_feed_url);
  read_policy(root, folder, check_zone, fleet.policy);
}

void NumbersReader::read_defaults(const Section& root) {
  static constexpr std::array<std::string_view, 7> shared{
      "waba_id", "pin", "pin_mode", "storage_region", "region_confirmed", "deployment", "test_message"};
  static constexpr std::array<std::string_view, 5> shared_of_deployment{"shards", "username", "password",
                                                                        "backup_password", "ca_file"};
  defaults_ = read(root.section("defaults", shared), shared_of_deployment);
}

void NumbersReader::add(const Node& node, const std::string& file, const Columns* columns) {
  static const std::vector<std::string_view> plan_deployment_keys = [] {
    std::vector<std::string_view> keys(deployment_keys.begin(), deployment_keys.end());
    keys.push_back("gone");
    return keys;
  }();
  if (node.kind != Node::Kind::map) {
    findings_.add({file, node.line}, {fmt::format("a number is a map, but this is {}", describe(node.kind)),
                                      "write phone, phone_number_id, waba_id and deployment"});
    return;
  }
  const Section section(&node, "", file, findings_, number_keys);
  Draft draft = read(section, form_ == Form::plan ? Keys(plan_deployment_keys) : Keys(deployment_keys));
  if (form_ != Form::plan) {
    inherit(draft);
    note_missing(draft, section, columns);
  } else {
    section.require("phone", "make the plan again");
  }
  check_test_message(draft, section);
  note_repeated(draft, section);
  numbers_.push_back(number_of(std::move(draft)));
  numbers_.back().declared_at = section.place(section.line());
}

Number NumbersReader::defaults() const {
  Draft draft;
  inherit(draft);
  return number_of(std::move(draft));
}

NumbersReader::Draft NumbersReader::read(const Section& section, Keys deployment_known) const {
  Draft draft;
  draft.phone.given = section.read("phone", draft.phone.value, parse_phone);
  draft.phone_number_id.given = section.read("phone_number_id", draft.phone_number_id.value, parse_id);
  draft.waba_id.given = section.read("waba_id", draft.waba_id.value, parse_id);
  draft.pin.given = section.read("pin", draft.pin.value, ref_in(folder_));
  draft.pin_mode.given = section.read("pin_mode", draft.pin_mode.value, parse_pin_mode);
  draft.storage_region.given = section.read("storage_region", draft.storage_region.value, parse_storage_region);
  draft.region_confirmed.given = section.read("region_confirmed", draft.region_confirmed.value, parse_flag);
  if (section.given("deployment")) read_deployment(section, deployment_known, draft);
  if (section.given("test_message")) read_test_message(section, draft);
  return draft;
}

void NumbersReader::read_deployment(const Section& section, Keys known, Draft& draft) const {
  const Entry& entry = *section.find("deployment");
  draft.gone.given = true;
  if (entry.value->kind == Node::Kind::text) {
    draft.gone.value = draft.deployment_readable = entry.value->text == "gone";
    if (!draft.gone.value) {
      section.fault("deployment", entry.line, {"this is neither `gone` nor a map", "write url, password and so on"});
    }
    return;
  }
  draft.deployment_readable = entry.value->kind != Node::Kind::list;
  const Section deployment = section.section("deployment", known);
  draft.name.given = deployment.read("name", draft.name.value, parse_word);
  draft.url.given = deployment.read("url", draft.url.value, parse_base_url);
  draft.shards.given = deployment.read("shards", draft.shards.value, parse_shards);
  draft.username.given = deployment.read("username", draft.username.value, parse_word);
  draft.password.given = deployment.read("password", draft.password.value, ref_in(folder_));
  draft.backup_password.given = deployment.read("backup_password", draft.backup_password.value, ref_in(folder_));
  draft.ca_file.given = deployment.read("ca_file", draft.ca_file.value, path_in(folder_));
  deployment.read("gone", draft.gone.value, parse_flag);
}

void NumbersReader::inherit(Draft& draft) const {
  draft.waba_id.inherit(defaults_.waba_id);
  draft.pin.inherit(defaults_.pin);
  draft.pin_mode.inherit(defaults_.pin_mode);
  draft.storage_region.inherit(defaults_.storage_region);
  draft.region_confirmed.inherit(defaults_.region_confirmed);
  inherit_test_message(draft);
  draft.deployment_readable = draft.deployment_readable && defaults_.deployment_readable;
  draft.gone.inherit(defaults_.gone);
  if (!draft.gone.value) {
    draft.shards.inherit(defaults_.shards);
    draft.username.inherit(defaults_.username);
    draft.password.inherit(defaults_.password);
    draft.backup_password.inherit(defaults_.backup_password);
    draft.ca_file.inherit(defaults_.ca_file);
    if (!draft.username.given) draft.username.value = "admin";
  }
  if (!draft.name.given && draft.phone.given && !draft.phone.value.e164.empty()) {
    draft.name.value = draft.phone.value.digits();
  }
}

void NumbersReader::note_missing(const Draft& draft, const Section& section, const Columns* columns) const {
  const std::string who = draft.phone.value.e164.empty() ? std::string("the number") : draft.phone.value.e164;
  const auto require = [&](bool given, std::string_view key, std::string_view fix) {
    if (given) return;
    if (columns != nullptr && !columns->names.contains(key)) {
      findings_.add(section.place(columns->line),
                    {fmt::format("there is no column `{}`, and no default for it", key), std::string(fix)});
    } else {
      findings_.add(section.place(section.line()), {fmt::format("{} has no `{}`", who, key), std::string(fix)});
    }
  };
  constexpr std::string_view own = "give every number its own";
  constexpr std::string_view own_or_shared = "give it here or under `defaults`";
  if (form_ == Form::partial) {
    if (!section.given("deployment")) {
      if (!draft.phone.given && !draft.phone_number_id.given) {
        findings_.add(section.place(section.line()),
                      {"the number has neither `phone` nor `phone_number_id` nor `deployment`",
                       "give one of them: that is what it is found by"});
      }
      return;
    }
  } else {
    require(draft.phone.given, "phone", own);
    require(draft.phone_number_id.given, "phone_number_id", own);
    require(draft.waba_id.given, "waba_id", own_or_shared);
  }
  if (draft.gone.value || !draft.deployment_readable) return;
  require(draft.url.given, "deployment.url", "give every number its own, or write `deployment: gone`");
  require(draft.password.given, "deployment.password", own_or_shared);
  require(draft.backup_password.given, "deployment.backup_password", own_or_shared);
}

void NumbersReader::note_repeated(const Draft& draft, const Section& section) {
  const auto note = [&](Seen& seen, std::string_view key, const std::string& value) {
    if (value.empty()) return;
    const auto [first, is_new] = seen.try_emplace(value, numbers_.size());
    if (is_new) return;
    const Number& other = numbers_[first->second];
    const Place& place = other.declared_at;
    findings_.add(
        section.place(section.line()),
        {fmt::format(
             "`{}` is the same as that of {} ({})", key, other.phone.e164.empty() ? "another number" : other.phone.e164,
             place.file.empty() ? fmt::format("number {}", place.line) : fmt::format("{}:{}", place.file, place.line)),
         "remove one of the two, or correct it"});
  };
  note(phones_, "phone", draft.phone.value.e164);
  note(ids_, "phone_number_id", draft.phone_number_id.value);
  note(urls_, "deployment.url", draft.url.value);
  note(names_, "deployment.name", draft.name.value);
}

Number NumbersReader::number_of(Draft draft) {
  Number number;
  number.phone = std::move(draft.phone.value);
  number.phone_number_id = std::move(draft.phone_number_id.value);
  number.waba_id = std::move(draft.waba_id.value);
  number.pin = std::move(draft.pin.value);
  number.pin_mode = draft.pin_mode.value;
  number.storage_region = std::move(draft.storage_region.value);
  number.region_confirmed = draft.region_confirmed.value;
  number.test_message = test_message_of(draft);
  number.deployment = {.name = std::move(draft.name.value),
                       .url = std::move(draft.url.value),
                       .shards = draft.shards.value,
                       .gone = draft.gone.value,
                       .username = std::move(draft.username.value),
                       .password = std::move(draft.password.value),
                       .backup_password = std::move(draft.backup_password.value),
                       .ca_file = std::move(draft.ca_file.value)};
  return number;
}

}  // namespace wamigrate::inventory
