// Numbers and deployments: what an inventory declares, before anyone has asked either API.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/secret.hpp"
#include "base/seldom.hpp"
#include "base/time.hpp"
#include "model/test_message.hpp"
#include "model/window.hpp"

namespace wamigrate {

enum class Direction { to_cloud, to_onprem };
std::string_view name(Direction direction);  ///< "cloud", "onprem": the words of `--to`.

/// A telephone number, told apart the way libphonenumber does.
struct Phone {
  std::string e164;      ///< "+4915110000000": the number's name in every document of this program.
  std::string cc;        ///< Country calling code without "+": what on-premises calls `cc`.
  std::string national;  ///< The rest: what on-premises calls `phone_number`.
  std::string region;    ///< ISO 3166 alpha-2, "001" for numbers of no country. Crimea reads as RU or UA.

  /// The digits of e164: how Graph's webhooks and on-premises' wa_id spell it.
  std::string digits() const { return e164.substr(1); }
  bool operator==(const Phone& other) const { return e164 == other.e164; }
};

/// Reads an E.164 number ("+" and digits; blanks, dots, dashes and brackets between them are forgiven).
Result<Phone> parse_phone(std::string_view text);

/// The one on-premises client of a number.
struct Deployment {
  std::string name;
  std::string url;    ///< `/v1/…` is appended; no slash at its end.
  int shards = 1;     ///< 1, 2, 4, 8, 16 or 32.
  bool gone = false;  ///< `deployment: gone`: switched off for good; unreachable then means it does not serve.
  std::string username;
  SecretRef password;
  SecretRef backup_password;
  std::string ca_file;  ///< Empty: the system's certificates only.
};

/// How the two-step PIN is known: believed as declared, or set on-premises before the backup is taken.
enum class PinMode { declared, set };

struct Number {
  Phone phone;
  std::string phone_number_id;
  std::string waba_id;
  SecretRef pin;  ///< None: not known.
  PinMode pin_mode = PinMode::declared;
  std::string storage_region;     ///< Where Cloud is to keep its data ("DE"); empty: Meta's default.
  bool region_confirmed = false;  ///< A person vouches that the business is in no region that may not use the platform.
  Deployment deployment;
  Seldom<TestMessage> test_message;
  Place declared_at;
};

struct Graph {
  std::string url = "https://graph.facebook.com";
  std::string version = "v23.0";
  SecretRef token;
  std::string app_id;
  SecretRef app_secret;
  std::string proxy;      ///< `http://HOST:PORT`, the way to all that is Meta's and is asked by https; empty: none.
  SecretRef proxy_login;  ///< `USER:PASSWORD`
};

/// A count, or a share of the numbers it is asked about.
struct Amount {
  int value = 0;
  bool percent = false;
  /// Of `total`: a percentage is rounded up; never less than 1 unless value is 0.
  int of(int total) const;
  std::string text() const;
};

/// Programs of the user's that a run calls; paths, `~/…` allowed. Empty: none.
struct Hooks {
  std::string before_wave;
  std::string before_commit;
  std::string after_number;
  std::string after_run;

  bool empty() const;
};

/// The hooks by the names that the inventory, the plan and people use, in the order in which they are called.
struct HookName {
  std::string_view name;
  std::string Hooks::*path;
};
inline constexpr std::array hook_names{
    HookName{"before_wave", &Hooks::before_wave},
    HookName{"before_commit", &Hooks::before_commit},
    HookName{"after_number", &Hooks::after_number},
    HookName{"after_run", &Hooks::after_run},
};

inline bool Hooks::empty() const {
  return std::all_of(hook_names.begin(), hook_names.end(),
                     [&](const HookName& hook) { return (this->*hook.path).empty(); });
}

/// How a run behaves. The defaults are the contract's.
struct Policy {
  int concurrency = 32;
  std::vector<Amount> waves = {{1, false}, {5, true}, {100, true}};
  Millis soak{0};
  bool gate_each_wave = false;  ///< `gate: wave`: a person approves before the next one.
  std::vector<Window> windows;  ///< A number starts only when it fits into one; none: at any time.
  Hooks hooks;
  Amount max_failures{1, false};
  Amount max_failures_run{5, true};
  int graph_calls_per_hour = 4500;
  Millis request_timeout{15'000};
  Millis register_timeout{60'000};
  Millis server_delay_max{30'000};
  Millis status_lag_max{30'000};
  Millis retry_initial{1'000};
  Millis retry_max{60'000};
  int retries = 5;
  Millis api_down_wait{300'000};
  Millis recently_deleted_wait{300'000};
  Millis settle_timeout{360'000};
  Millis settle_poll{1'000};
  Millis drain_timeout{600'000};
};

struct Fleet {
  Graph graph;
  std::string ledger;  ///< A path, `~/…` allowed, or the URL of a PostgreSQL database; empty for the default.
  SecretRef seal_key;  ///< None for the default file.
  std::string status_feed;
  Policy policy;
  std::vector<Number> numbers;  ///< In inventory order.
};

}  // namespace wamigrate
