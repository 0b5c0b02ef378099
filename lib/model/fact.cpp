#include "model/fact.hpp"

#include <array>

namespace wamigrate {
namespace {

struct FactText {
  std::string_view name;   // Written into plans and journals: never rename.
  std::string_view words;  // What holds, as half a sentence.
};

// In the order of the enumeration.
constexpr std::array<FactText, static_cast<std::size_t>(Fact::count_)> texts = {{
    {"onprem_is_home", "on-premises serves the number"},
    {"cloud_is_home", "Cloud serves the number"},
    {"nowhere_is_home", "nobody serves the number"},
    {"onprem_healthy", "every on-premises node is as its mode asks"},
    {"pin_given", "a PIN is declared and was never refused"},
    {"pin_known", "the declared PIN is the number's PIN"},
    {"app_subscribed", "our app receives the WABA's webhooks"},
    {"webhook_effective", "messages to this number have somewhere to go"},
    {"snapshot_taken", "settings and profile are kept"},
    {"no_restart_promised", "a person vouches that nothing restarts the old client"},
    {"queue_drained", "every callback is delivered"},
    {"backup_in_hand", "an unmodified backup of this run is kept"},
    {"cloud_was_last_home", "Cloud was the last to serve the number"},
    {"backup_impossible", "nobody serves the number and its client can't make a backup any more"},
    {"late_backup_possible", "nobody serves the number, and its expired client still answers for it"},
    {"storage_region_set", "Cloud will keep the number's data where the inventory wants it"},
    {"ownership_code_requested", "Meta has sent a code to the number"},
    {"ownership_verified", "Meta asks for no code before registering"},
    {"cloud_released", "no deregistration is left half-done"},
    {"release_asked", "Cloud is to be deregistered first, as asked"},
    {"cloud_let_go", "nothing is left to release on Cloud"},
    {"certificate_in_hand", "Graph hands out the number's certificate"},
    {"onprem_registration_open", "on-premises registration is open"},
    {"account_requested", "on-premises has accepted the registration"},
    {"old_client_silent", "no on-premises node serves the number or tries to"},
    {"healthy_on_cloud", "Meta does not block the number"},
    {"cloud_profile_restored", "the profile on Cloud is as it was kept"},
    {"cloud_compliance_restored", "the compliance information on Cloud is as it was kept"},
    {"picture_upload_opened", "the profile picture may be uploaded, or need not be"},
    {"picture_uploaded", "Meta holds the profile picture, or needs none"},
    {"cloud_picture_restored", "the profile on Cloud has its picture"},
    {"promises_compared", "what Meta promises to keep was compared, differences noted"},
    {"shards_restored", "the client has its shards"},
    {"onprem_settings_restored", "the on-premises settings are as they were kept"},
    {"onprem_profile_restored", "the on-premises profile is as it was kept"},
    {"onprem_about_restored", "the on-premises about text is as it was kept"},
    {"onprem_compliance_restored", "the compliance information on-premises is as it was kept"},
    {"onprem_picture_restored", "the profile on-premises has its picture"},
    {"test_message_asked", "a test message is to be sent once the number has arrived"},
    {"test_message_sent", "the new home has accepted a test message"},
    {"test_message_delivered", "the test message was delivered"},
    {"inbound_asked", "a message from the test recipient is to come in"},
    {"inbound_message_seen", "a message from the test recipient came in at the new home"},
}};

}  // namespace

std::string_view name(Fact fact) { return texts.at(static_cast<std::size_t>(fact)).name; }

std::string_view in_words(Fact fact) { return texts.at(static_cast<std::size_t>(fact)).words; }

std::optional<Fact> fact_from(std::string_view text) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].name == text) return static_cast<Fact>(i);
  }
  return std::nullopt;
}

std::vector<Fact> Facts::list() const {
  std::vector<Fact> facts;
  for (unsigned i = 0; i < static_cast<unsigned>(Fact::count_); ++i) {
    if (has(static_cast<Fact>(i))) facts.push_back(static_cast<Fact>(i));
  }
  return facts;
}

}  // namespace wamigrate
