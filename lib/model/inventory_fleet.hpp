// The parts of a fleet, read from sections of the tree. read_inventory and fleet_from_json differ in what surrounds
// them, not in what they are. Internal to the inventory reader.
#pragma once

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/inventory.hpp"
#include "model/inventory_section.hpp"
#include "model/number.hpp"

namespace wamigrate::inventory {

struct DurationKey {
  std::string_view key;
  Millis Policy::*field;
  Millis least;  ///< 0, unless waiting no time at all would be a busy loop or a request that can't be answered.
};
inline constexpr std::array duration_keys{
    DurationKey{"soak", &Policy::soak, Millis(0)},
    DurationKey{"request_timeout", &Policy::request_timeout, Millis(1)},
    DurationKey{"register_timeout", &Policy::register_timeout, Millis(1)},
    DurationKey{"server_delay_max", &Policy::server_delay_max, Millis(0)},
    DurationKey{"status_lag_max", &Policy::status_lag_max, Millis(0)},
    DurationKey{"retry_initial", &Policy::retry_initial, Millis(1)},
    DurationKey{"retry_max", &Policy::retry_max, Millis(1)},
    DurationKey{"api_down_wait", &Policy::api_down_wait, Millis(0)},
    DurationKey{"recently_deleted_wait", &Policy::recently_deleted_wait, Millis(0)},
    DurationKey{"settle_timeout", &Policy::settle_timeout, Millis(1)},
    DurationKey{"settle_poll", &Policy::settle_poll, Millis(1)},
    DurationKey{"drain_timeout", &Policy::drain_timeout, Millis(1)},
};

struct CountKey {
  std::string_view key;
  int Policy::*field;
  int least;
  int most;
};
inline constexpr std::array count_keys{
    CountKey{"concurrency", &Policy::concurrency, 1, 10'000},
    CountKey{"graph_calls_per_hour", &Policy::graph_calls_per_hour, 1, 1'000'000'000},
    CountKey{"retries", &Policy::retries, 0, 1'000},
};

struct AmountKey {
  std::string_view key;
  Amount Policy::*field;
};
inline constexpr std::array amount_keys{
    AmountKey{"max_failures", &Policy::max_failures},
    AmountKey{"max_failures_run", &Policy::max_failures_run},
};

inline constexpr std::array<std::string_view, 9> number_keys{
    "phone",          "phone_number_id",  "waba_id",    "pin",         "pin_mode",
    "storage_region", "region_confirmed", "deployment", "test_message"};
inline constexpr std::array<std::string_view, 7> deployment_keys{
    "name", "url", "shards", "username", "password", "backup_password", "ca_file"};
inline constexpr std::array<std::string_view, 6> test_message_keys{"to",   "text",    "template",
                                                                   "wait", "inbound", "evidence"};
inline constexpr std::array<std::string_view, 2> template_keys{"name", "language"};

/// What a fleet is read from: an inventory leaves out what is shared or can be derived, a partial one also what can be
/// discovered; a plan says what there is, and may keep what a deployment was before it was `gone`.
enum class Form { inventory, partial, plan };

/// Reads `graph`, `ledger`, `seal_key`, `status_feed` and `policy` of `root` into `fleet`, over the values it has.
void read_settings(const Section& root, Form form, const std::string& folder, const ZoneCheck& check_zone,
                   Fleet& fleet);

/// The columns of a file that can give no other keys, with dots for nesting, and the line that names them.
struct Columns {
  std::set<std::string, std::less<>> names;
  int line = 0;
};

/// Gathers numbers, puts the defaults under them, and finds what is missing or there twice.
class NumbersReader {
 public:
  NumbersReader(Form form, std::string folder, Findings& findings)
      : form_(form), folder_(std::move(folder)), findings_(findings) {}

  /// Reads `defaults` of `root`: before the first number.
  void read_defaults(const Section& root);
  /// Reads one number, written in `file`. `columns` is null if its file could give any key.
  void add(const Node& node, const std::string& file, const Columns* columns = nullptr);
  bool empty() const { return numbers_.empty(); }
  /// What a number inherits that says nothing.
  Number defaults() const;
  std::vector<Number> take() { return std::move(numbers_); }

 private:
  /// A value, and whether the file gives it: one that is given and of no use has a finding of its own already.
  template <class T>
  struct Written {
    T value{};
    bool given = false;
    void inherit(const Written& from) {
      if (!given) *this = from;
    }
  };
  struct Draft {
    Written<Phone> phone;
    Written<std::string> phone_number_id, waba_id, storage_region;
    Written<SecretRef> pin;
    Written<PinMode> pin_mode;
    Written<bool> region_confirmed;
    Written<bool> gone;  ///< Given with any deployment that can be read.
    bool deployment_readable = true;
    Written<std::string> name, url, username, ca_file;
    Written<int> shards{1};
    Written<SecretRef> password, backup_password;
    Written<Phone> test_to;
    Written<std::string> test_text, template_name, template_language;
    Written<Millis> test_wait{std::chrono::minutes(2)};
    Written<std::optional<Millis>> test_inbound;
    Written<EvidencePlace> test_evidence;
    int test_line = 0;  ///< Where the number itself, or else `defaults`, speaks of a test message; 0: neither does.
  };

  Draft read(const Section& section, Keys deployment_known) const;
  void read_deployment(const Section& section, Keys known, Draft& draft) const;
  // inventory_test_message.cpp
  void read_test_message(const Section& section, Draft& draft) const;
  void inherit_test_message(Draft& draft) const;
  void check_test_message(const Draft& draft, const Section& section) const;
  static TestMessage test_message_of(Draft& draft);
  void inherit(Draft& draft) const;
  void note_missing(const Draft& draft, const Section& section, const Columns* columns) const;
  void note_repeated(const Draft& draft, const Section& section);
  static Number number_of(Draft draft);

  Form form_;
  std::string folder_;
  Findings& findings_;
  Draft defaults_;
  std::vector<Number> numbers_;
  using Seen = std::unordered_map<std::string, std::size_t>;  ///< Which number had this value first.
  Seen phones_, ids_, urls_, names_;
};

}  // namespace wamigrate::inventory
