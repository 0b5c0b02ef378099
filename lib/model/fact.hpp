// Facts: what is true of a number, and matters to a migration. A plan is a road from the facts that hold to the facts
// that are wanted; a checkpoint is the facts a step gives, asked until they hold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wamigrate {

enum class Fact : std::uint8_t {
  onprem_is_home,
  cloud_is_home,
  nowhere_is_home,           ///< Served by nobody, and that is settled.
  onprem_healthy,            ///< Every node is as its mode asks: nothing commits on a degraded client.
  pin_given,                 ///< A PIN reference is declared, and no server has refused its PIN for this number.
  pin_known,                 ///< … and it is the number's PIN: believed as declared, or set in this run.
  app_subscribed,            ///< Our app receives the WABA's webhooks.
  webhook_effective,         ///< Messages of this number would go somewhere.
  snapshot_taken,            ///< Settings and profile are kept, to compare and restore.
  no_restart_promised,       ///< A person vouches that nothing restarts the old client.
  queue_drained,             ///< On-premises has delivered every callback it owes.
  backup_in_hand,            ///< An unmodified backup of this run, taken from the client as it is.
  cloud_was_last_home,       ///< So a registration without a backup loses nothing.
  backup_impossible,         ///< Served by nobody, and its client can't make a backup any more.
  late_backup_possible,      ///< Served by nobody; its client has expired, and still answers for this number.
  storage_region_set,        ///< Cloud will keep this number's data where the inventory wants it.
  ownership_code_requested,  ///< Meta has sent a code to the number.
  ownership_verified,        ///< Meta does not ask for a code before registering.
  cloud_released,            ///< Cloud has let go completely: no half-done deregistration (133000).
  release_asked,             ///< `--deregister-first`
  cloud_let_go,              ///< Nothing is to be released before on-premises is registered.
  certificate_in_hand,       ///< Graph hands out the certificate that on-premises registration needs.
  onprem_registration_open,  ///< Not past the sunset, or told to ignore it; not refused for good.
  account_requested,         ///< On-premises has accepted the registration; a code may be due.
  old_client_silent,         ///< No on-premises node serves or tries to.
  healthy_on_cloud,          ///< health_status is not BLOCKED.
  cloud_profile_restored,
  cloud_compliance_restored,  ///< What Indian law wants sellers to say; holds for every number of another country.
  picture_upload_opened,      ///< An upload session for the picture is open, or none is needed.
  picture_uploaded,           ///< Meta holds the picture and has handed out a handle, or none is needed.
  cloud_picture_restored,
  promises_compared,  ///< What Meta promises to keep was compared with the snapshot, differences noted.
  shards_restored,
  onprem_settings_restored,
  onprem_profile_restored,
  onprem_about_restored,
  onprem_compliance_restored,  ///< As on Cloud.
  onprem_picture_restored,
  test_message_asked,      ///< The inventory wants a test message sent once the number has arrived.
  test_message_sent,       ///< It was accepted by the new home.
  test_message_delivered,  ///< Webhooks say so, or a person.
  inbound_asked,           ///< The inventory wants a message from the recipient, too.
  inbound_message_seen,    ///< It came in at the new home.
  count_,
};

std::string_view name(Fact fact);
/// What holds, as half a sentence: "Cloud serves the number".
std::string_view in_words(Fact fact);
std::optional<Fact> fact_from(std::string_view name);

/// A set of facts.
class Facts {
 public:
  constexpr Facts() = default;
  constexpr Facts(std::initializer_list<Fact> list) {
    for (Fact fact : list) add(fact);
  }
  constexpr bool has(Fact fact) const { return (bits_ >> static_cast<unsigned>(fact) & 1u) != 0; }
  constexpr bool has_all(Facts other) const { return (bits_ & other.bits_) == other.bits_; }
  constexpr bool has_any(Facts other) const { return (bits_ & other.bits_) != 0; }
  constexpr void add(Fact fact) { bits_ |= std::uint64_t{1} << static_cast<unsigned>(fact); }
  constexpr void remove(Fact fact) { bits_ &= ~(std::uint64_t{1} << static_cast<unsigned>(fact)); }
  constexpr Facts operator|(Facts other) const { return from_bits(bits_ | other.bits_); }
  constexpr Facts operator-(Facts other) const { return from_bits(bits_ & ~other.bits_); }
  constexpr Facts operator&(Facts other) const { return from_bits(bits_ & other.bits_); }
  constexpr bool operator==(const Facts&) const = default;
  constexpr bool empty() const { return bits_ == 0; }
  constexpr std::uint64_t bits() const { return bits_; }
  static constexpr Facts from_bits(std::uint64_t bits) {
    Facts facts;
    facts.bits_ = bits;
    return facts;
  }
  std::vector<Fact> list() const;

 private:
  std::uint64_t bits_ = 0;
};
static_assert(static_cast<unsigned>(Fact::count_) <= 64);

/// What a probe says of a fact. Only yes and no settle anything.
enum class Answer { yes, no, unclear };

}  // namespace wamigrate
