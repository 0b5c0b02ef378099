// The rules of moving a number. Each function checks in the order in which the vendor is believed to check, changes
// the timeline once, and says what changed.
#include "sim/registration.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wamigrate::sim {
namespace {

Gateway gateway_after_takeover(const Dialect& dialect) {
  switch (dialect.health_after_takeover) {
    case AfterTakeover::disconnected:
      return Gateway::disconnected;
    case AfterTakeover::unregistered:
      return Gateway::unregistered;
    case AfterTakeover::unreachable:
      return Gateway::unreachable;
    case AfterTakeover::not_running:
      return Gateway::not_running;
  }
  return Gateway::disconnected;
}

/// What a client that still runs says of a number that is no longer its.
Gateway gateway_without_number(const Dialect& dialect) {
  return dialect.health_after_takeover == AfterTakeover::unregistered ? Gateway::unregistered : Gateway::disconnected;
}

bool held_onprem(const WorldNumber& number) { return number.timeline.last().platform == Platform::on_premise; }
bool held_by_cloud(const WorldNumber& number) { return number.timeline.last().served_by == ServedBy::cloud; }

/// The side effect of registrations that fail too late: the client has been disconnected already.
std::string take_onprem_down(State& state, WorldNumber& number, Time at) {
  if (number.timeline.at(at).served_by != ServedBy::onprem) return {};
  number.timeline.set(
      {at, ServedBy::nobody, Platform::on_premise, "DISCONNECTED", gateway_after_takeover(state.dialect)});
  return "on-premises went down";
}

/// An unusable backup in the words of the reading.
Refusal worded(const Dialect& dialect, Refusal refusal) {
  switch (dialect.bad_backup_code) {
    case BadBackup::own_codes:
      break;
    case BadBackup::invalid_parameter:
      refusal.code = 100;
      break;
    case BadBackup::invalid_value:
      refusal.code = 131009;
      break;
    case BadBackup::verify_again:
      refusal.code = 133006;
      break;
  }
  return refusal;
}

std::optional<Refusal> check_backup(State& state, const WorldNumber& number, const RegisterOrder& order) {
  const auto found = state.backups.find(order.backup_data);
  if (found == state.backups.end()) return Refusal{133001, "The backup data could not be decrypted"};
  const Backup& backup = found->second;
  if (backup.password != order.backup_password) return Refusal{133002, "The backup password does not fit the data"};
  if (backup.phone != number.phone) return Refusal{133002, "The backup is not of this phone number"};
  if (backup.epoch != number.epoch && !state.dialect.backup_survives_cloud_registration) {
    return Refusal{133003, "The backup is older than the number's last registration"};
  }
  return std::nullopt;
}

void lose(Profile& profile, const std::string& member) {
  if (member == "about") profile.about.clear();
  if (member == "address") profile.address.clear();
  if (member == "description") profile.description.clear();
  if (member == "email") profile.email.clear();
  if (member == "vertical") profile.vertical.clear();
  if (member == "websites") profile.websites.clear();
  if (member == "picture") profile.picture_url = profile.picture = "";
}

/// What does not come along to Cloud.
void lose_in_move(const State& state, WorldNumber& number, bool with_backup) {
  for (const std::string& member : number.lost_in_move) {
    lose(number.profile, member);
    if (member == "compliance") number.compliance = Json();
  }
  if (with_backup || !held_onprem(number)) return;
  number.profile = {};
  if (state.dialect.oba_lost_without_backup) number.official = false;
}

Outcome move_to_cloud(State& state, WorldNumber& number, bool with_backup, Time at) {
  const std::string from(name(number.timeline.at(at).served_by));
  lose_in_move(state, number, with_backup);
  const bool was_onprem = held_onprem(number);
  const Deployment* deployment = state.deployment(number.deployment);
  const Gateway gateway = was_onprem ? gateway_after_takeover(state.dialect) : number.timeline.last().gateway;
  if (was_onprem) {
    number.timeline.set({at, ServedBy::nobody, Platform::on_premise, "DISCONNECTED", gateway});
    number.high_throughput = deployment != nullptr && deployment->shards >= 2;
  }
  const Time done = at + state.timing.register_time;
  const bool pending = state.dialect.pending_after_register;
  const Millis pending_time = state.dialect.pending_for_minutes ? Millis{240000} : state.timing.pending_time;
  number.timeline.set({done, ServedBy::cloud, Platform::cloud_api, pending ? "PENDING" : "CONNECTED", gateway});
  if (pending) {
    number.timeline.set({done + pending_time, ServedBy::cloud, Platform::cloud_api, "CONNECTED", gateway});
  }
  if (was_onprem && deployment != nullptr && deployment->starts_again.count() > 0) {
    number.timeline.set_gateway(done + deployment->starts_again, gateway_without_number(state.dialect));
  }
  ++number.epoch;
  ++number.cloud_registrations;
  number.verification = "VERIFIED";
  return {.change = fmt::format("home {} to cloud", from), .takes = state.timing.register_time};
}

Outcome refuse_register(State& state, WorldNumber& number, Refusal refusal, bool takes_down, Time at) {
  Outcome outcome{.refusal = std::move(refusal)};
  if (takes_down) outcome.change = take_onprem_down(state, number, at);
  return outcome;
}

Outcome try_register(State& state, WorldNumber& number, const RegisterOrder& order, Time at) {
  if (number.half_deregistered) return {.refusal = Refusal{133000, "A previous deregistration did not finish"}};
  if (number.settles_until > at) {
    return {.refusal = Refusal{133015, "The number was deregistered recently; wait a few minutes"}};
  }
  // One that was registered before its display name was approved is registered again to take effect.
  const bool again = held_by_cloud(number) && number.timeline.last().served_by == ServedBy::cloud;
  if (again && state.dialect.repeated_register_refused) {
    return {.refusal = Refusal{100, "Phone number is already registered or in invalid state", 0, 422}};
  }
  if (order.with_backup) {
    if (auto bad = check_backup(state, number, order)) {
      return refuse_register(state, number, worded(state.dialect, *bad), state.dialect.bad_backup_takes_onprem_down,
                             at);
    }
    const bool connected = number.timeline.at(at).served_by == ServedBy::onprem;
    if (state.dialect.backup_needs_connected_client && held_onprem(number) && !connected) {
      return {.refusal = Refusal{100, "(#100) The phone number is not connected on-premises"}};
    }
  } else if (state.dialect.onprem_needs_backup && held_onprem(number)) {
    return {.refusal = Refusal{100, "(#100) backup is required for a phone number of the On-Premises API"}};
  } else if (number.verification != "VERIFIED") {
    return {.refusal = Refusal{133006, "The phone number must be verified before it is registered"}};
  }
  if (number.pin) {
    if (auto bad = check_pin(state, number, order.pin, at)) {
      const bool down = state.dialect.wrong_pin_takes_onprem_down && bad->code == 133005;
      if (bad->code == 133005 && state.dialect.wrong_pin_as_locked) bad->code = 131031;
      return refuse_register(state, number, *bad, down, at);
    }
  }
  number.pin = order.pin;
  if (again) return {.change = ""};
  return move_to_cloud(state, number, order.with_backup, at);
}

Outcome connect_onprem(State& state, Deployment& deployment, WorldNumber& number, Time at) {
  const std::string from(name(number.timeline.at(at).served_by));
  number.deployment = deployment.name;
  deployment.phone = number.phone;
  deployment.pending.reset();
  if (state.dialect.settings_reset_on_registration) deployment.application = default_application();
  if (state.dialect.account_needs_restart) {
    number.timeline.set({at, ServedBy::nobody, Platform::on_premise, "DISCONNECTED", Gateway::disconnected});
  } else {
    if (state.timing.connect_time.count() > 0) {
      number.timeline.set({at, ServedBy::nobody, Platform::on_premise, "DISCONNECTED", Gateway::connecting});
    }
    number.timeline.set(
        {at + state.timing.connect_time, ServedBy::onprem, Platform::on_premise, "CONNECTED", Gateway::connected});
  }
  if (state.dialect.pin_ends_with_cloud) number.pin.reset();
  ++number.epoch;
  ++number.onprem_registrations;
  number.verification = "VERIFIED";
  number.half_deregistered = false;
  number.storage = {{"status", "DEFAULT"}};
  return {.change = fmt::format("home {} to onprem", from)};
}

std::optional<Refusal> account_obstacle(const State& state, const Deployment& deployment, const WorldNumber& number,
                                        const AccountOrder& order, Time at) {
  if (state.registration_blocked || number.registration_blocked) {
    return Refusal{1005, "Unknown error: biz_link_on_prem_reg_blocked"};
  }
  if (deployment.expires <= at) return Refusal{1005, "App expired, upgrade required"};
  if (number.on_biz_app) return Refusal{1005, "The number is on the WhatsApp Business app"};
  if (number.certificate.empty() || order.certificate != number.certificate) {
    return Refusal{1005, "The VName certificate is not valid for this number"};
  }
  if (held_by_cloud(number) && state.dialect.account_needs_deregister) {
    return Refusal{1005, "The number is registered with Cloud API; deregister it there first"};
  }
  if (number.pin && !order.pin) return Refusal{1008, "pin is required: two-step verification is on"};
  if (!number.pin && order.pin && state.dialect.needless_pin_refused) {
    return Refusal{1010, "pin is not required: two-step verification is off"};
  }
  return std::nullopt;
}

/// Nobody serves a number any more that Cloud did; the client has not got it yet.
std::string take_cloud_down(WorldNumber& number, Time at) {
  if (!held_by_cloud(number)) return {};
  number.timeline.set({at, ServedBy::nobody, Platform::not_applicable, "DISCONNECTED", number.timeline.last().gateway});
  return "; Cloud let the number go";
}

/// The same look at a PIN, in the codes of the other side.
std::optional<Refusal> check_account_pin(State& state, WorldNumber& number, const std::string& pin, Time at) {
  const auto bad = check_pin(state, number, pin, at);
  if (!bad) return std::nullopt;
  switch (state.dialect.account_wrong_pin) {
    case AccountPin::denied_naming_it:
      break;
    case AccountPin::denied:
      return Refusal{1005};
    case AccountPin::invalid:
      return Refusal{1009};
    case AccountPin::too_many:
      return Refusal{1015};
  }
  if (bad->code == 133005) return Refusal{1005, "The two-step verification PIN does not match"};
  return Refusal{1015, bad->details};
}

Refusal wrong_code(const Dialect& dialect) {
  switch (dialect.account_wrong_code) {
    case WrongCode::invalid:
      break;
    case WrongCode::denied:
      return Refusal{1005};
    case WrongCode::code_400:
      return Refusal{400};
  }
  return Refusal{1009, "The registration code does not match"};
}

}  // namespace

Phase settled_phase(ServedBy served_by, Time from) {
  switch (served_by) {
    case ServedBy::onprem:
      return {from, served_by, Platform::on_premise, "CONNECTED", Gateway::connected};
    case ServedBy::cloud:
      return {from, served_by, Platform::cloud_api, "CONNECTED", Gateway::unregistered};
    // The business app shows as on-premises too (field reports); only is_on_biz_app tells them apart.
    case ServedBy::app:
      return {from, served_by, Platform::on_premise, "CONNECTED", Gateway::unregistered};
    case ServedBy::nobody:
      break;
  }
  return {from, served_by, Platform::not_applicable, "DISCONNECTED", Gateway::unregistered};
}

std::vector<Node> usual_nodes(const Deployment& deployment) {
  if (deployment.mode == Mode::single) return {{"host1:wacore1", "", {}, false, {}}};
  std::vector<Node> nodes{{"host1:master1", "primary_master", {}, false, {}},
                          {"host2:master2", "secondary_master", {}, false, {}}};
  const int coreapps = deployment.mode == Mode::multiconnect ? deployment.shards + 1 : 2;
  for (int i = 1; i <= coreapps; ++i) {
    nodes.push_back({fmt::format("host{}:coreapp{}", i + 2, i), "coreapp", {}, false, {}});
  }
  return nodes;
}

Gateway gateway_of(State& state, const Deployment& deployment, Time at) {
  if (deployment.gone) return Gateway::unreachable;
  const WorldNumber* number = state.number(deployment.phone);
  if (number == nullptr || number->deployment != deployment.name) return Gateway::unregistered;
  const Gateway gateway = number->timeline.at(at).gateway;
  const bool expired = deployment.expires <= at && gateway == Gateway::connected;
  return expired ? Gateway::disconnected : gateway;
}

void start_client(State& state, Deployment& deployment, Time at) {
  deployment.gone = false;
  WorldNumber* number = state.number(deployment.phone);
  if (number == nullptr || number->timeline.at(at).served_by == ServedBy::onprem) return;
  if (!held_onprem(*number) || number->on_biz_app) {
    number->timeline.set_gateway(at, gateway_without_number(state.dialect));
    return;
  }
  number->timeline.set({at, ServedBy::nobody, Platform::on_premise, "DISCONNECTED", Gateway::connecting});
  number->timeline.set(
      {at + state.timing.connect_time, ServedBy::onprem, Platform::on_premise, "CONNECTED", Gateway::connected});
}

void stop_client(State& state, Deployment& deployment, Time at) {
  WorldNumber* number = state.number(deployment.phone);
  if (number == nullptr) {
    deployment.gone = true;
  } else if (held_onprem(*number) && !number->on_biz_app) {
    number->timeline.set({at, ServedBy::nobody, Platform::on_premise, "DISCONNECTED", Gateway::unreachable});
  } else {
    number->timeline.set_gateway(at, Gateway::unreachable);
  }
}

std::optional<Refusal> spend(Ration& ration, Time at) {
  std::erase_if(ration.used, [&](Time used) { return used <= at - moves_window; });
  if (ration.blocked_until <= at && ration.used.size() >= moves_allowed) ration.blocked_until = at + moves_window;
  if (ration.blocked_until > at) {
    return Refusal{133016, "Too many attempts for this phone number in 72 hours; it is blocked for the next 72"};
  }
  ration.used.push_back(at);
  return std::nullopt;
}

std::optional<Refusal> check_pin(State& state, WorldNumber& number, const std::string& pin, Time at) {
  const auto seconds_until = [&](Time then) { return std::chrono::ceil<std::chrono::seconds>(then - at).count(); };
  if (number.pins_locked_until > at) {
    return Refusal{
        133008, fmt::format("Too many PIN guesses; try again in {} seconds", seconds_until(number.pins_locked_until))};
  }
  if (number.wrong_pins.size() >= 2 && at < number.wrong_pins.back() + state.timing.pin_pause) {
    return Refusal{133009, fmt::format("PIN guessed too fast; try again in {} seconds",
                                       seconds_until(number.wrong_pins.back() + state.timing.pin_pause))};
  }
  if (!number.pin || *number.pin == pin) {
    number.wrong_pins.clear();
    return std::nullopt;
  }
  number.wrong_pins.push_back(at);
  if (number.wrong_pins.size() >= 5) {
    number.pins_locked_until = at + state.timing.pin_lock;
    number.wrong_pins.clear();
  }
  return Refusal{133005, "The two-step verification PIN does not match"};
}

Outcome register_on_cloud(State& state, WorldNumber& number, const RegisterOrder& order, Time at) {
  if (auto over = spend(number.registers, at)) return {.refusal = over};
  if (number.on_biz_app) return {.refusal = Refusal{100, "Register endpoint is not available for SMB businesses."}};
  Outcome outcome = try_register(state, number, order, at);
  if (outcome.refusal && !state.dialect.refused_attempts_count) number.registers.used.pop_back();
  return outcome;
}

Outcome deregister_from_cloud(State& state, WorldNumber& number, Time at) {
  if (auto over = spend(number.deregisters, at)) return {.refusal = over};
  if (number.on_biz_app) {
    return {.refusal = Refusal{100, "Deregister endpoint is not available for API solution for SMB businesses."}};
  }
  if (number.half_deregistered) {
    number.half_deregistered = false;
    ++number.deregistrations;
    return {.change = "the deregistration is complete", .takes = state.timing.deregister_time};
  }
  if (held_onprem(number)) {
    return {.refusal = Refusal{100, "Phone number is not currently linked in Facebook Hosted System"}};
  }
  if (!held_by_cloud(number)) {
    return {.refusal = Refusal{100, "Phone number not registered on the WhatsApp Business Platform.", 2207051}};
  }
  const Time done = at + state.timing.deregister_time;
  const Platform platform = state.dialect.deregistered_stays_cloud_api ? Platform::cloud_api : Platform::not_applicable;
  number.timeline.set({done, ServedBy::nobody, platform, "DISCONNECTED", number.timeline.last().gateway});
  if (state.dialect.deregister_settles) number.settles_until = done + state.timing.deregister_settle;
  number.storage = {{"status", "DEFAULT"}};
  if (state.dialect.deregister_unverifies) number.verification = "NOT_VERIFIED";
  ++number.epoch;
  ++number.deregistrations;
  return {.change = "home cloud to nowhere", .takes = state.timing.deregister_time};
}

Outcome register_onprem(State& state, Deployment& deployment, WorldNumber& number, const AccountOrder& order, Time at) {
  if (auto obstacle = account_obstacle(state, deployment, number, order, at)) return {.refusal = obstacle};
  if (order.pin) {
    if (auto bad = check_account_pin(state, number, *order.pin, at)) {
      Outcome outcome{.refusal = bad};
      if (state.dialect.account_wrong_pin_ends_cloud) outcome.change = take_cloud_down(number, at);
      return outcome;
    }
  }
  const bool here = number.deployment == deployment.name && held_onprem(number);
  if (here && number.timeline.last().served_by == ServedBy::onprem) return {};
  if (number.needs_code || state.dialect.account_asks_for_code) {
    deployment.pending = PendingAccount{number.phone, 0};
    std::string change = "a registration code was sent";
    if (state.dialect.account_code_ends_cloud) change += take_cloud_down(number, at);
    return {.change = std::move(change), .code_sent = true};
  }
  return connect_onprem(state, deployment, number, at);
}

Outcome verify_onprem(State& state, Deployment& deployment, const std::string& code, Time at) {
  WorldNumber* number = deployment.pending ? state.number(deployment.pending->phone) : nullptr;
  if (number == nullptr) return {.refusal = Refusal{1025, "No registration waits for a code"}};
  if (state.registration_blocked || number->registration_blocked) {
    return {.refusal = Refusal{1005, "Unknown error: biz_link_on_prem_reg_blocked"}};
  }
  if (code != number->code) {
    if (++deployment.pending->wrong_codes >= 5) deployment.pending.reset();
    return {.refusal = wrong_code(state.dialect)};
  }
  return connect_onprem(state, deployment, *number, at);
}

}  // namespace wamigrate::sim
