// What each check is about, in words that do not depend on a number.
#include <array>

#include "plan/preflight.hpp"

namespace wamigrate {

std::span<const CheckTopic> check_topics() {
  static constexpr std::array<CheckTopic, 22> topics = {{
      {"identity", "Do phone, phone_number_id, WABA and deployment all name the same number?",
       "Correct the inventory: nothing is ever sent to a number whose names disagree."},
      {"home", "Which side serves the number now, and is that certain?",
       "Make both sides answer; declare `deployment: gone` for a client that is switched off for good."},
      {"name_status", "Is the display name approved?",
       "Have it approved in WhatsApp Manager: a registration before that has no effect."},
      {"pin", "Is a two-step PIN declared, and has no server refused it?",
       "Never guess: a wrong PIN takes the number down on both sides. `pin_mode: set` sets one "
       "where the number is served."},
      {"shared_pin", "Do several numbers name the same PIN reference?",
       "It is proven on one number before a second uses it; give each its own if their PINs differ."},
      {"ration", "How many of the ten registrations that 72 hours allow are used?",
       "Wait. The last two are kept for a number that nobody serves."},
      {"app_subscribed", "Does our app receive the WABA's webhooks?", "The plan subscribes it where it is missing."},
      {"webhook", "Where would this number's messages go?",
       "Set the app's callback URL or an override: a number whose messages would go nowhere does not commit."},
      {"health_status", "Does Meta let the number send?", "Solve what health_status names, in WhatsApp Manager."},
      {"status", "Does Graph call the number banned, deleted, migrated, restricted or flagged?",
       "Solve that in WhatsApp Manager first."},
      {"code_verification", "Is the ownership verification current?",
       "EXPIRED on a registered number is harmless and only noted."},
      {"client_version", "Is the on-premises client current enough to connect?",
       "An expired client can't connect; update it while a newer build exists."},
      {"onprem_reachable", "Does the deployment answer?", "Start the client; unregistered is fine."},
      {"shards", "Has the client as many shards as the inventory says?", "Correct `shards:` in the inventory."},
      {"callback_queue", "Are all callbacks delivered?",
       "Make sure that the webhook takes them; the run waits until the queue is empty."},
      {"certificate", "Does Graph hand out the certificate that on-premises registration needs?",
       "Download it in WhatsApp Manager once the display name is approved."},
      {"country", "Does a country rule stand against the number?", "Leave numbers of excluded countries out."},
      {"token", "Is the Graph token valid, of the right app, with both scopes, for long enough?",
       "Make a new system-user token with whatsapp_business_management and whatsapp_business_messaging."},
      {"token_access", "Does the token reach every WABA of the inventory?",
       "Give the system user access to the WABA and make a new token."},
      {"sunset", "Is on-premises registration still open?",
       "Stay on Cloud; --allow-after-sunset is for deployments that are still licensed."},
      {"status_feed", "Does Meta's status feed name a disruption?",
       "Read the status page and decide: this is advice, and nothing waits for it. `status_feed: \"\"` switches it "
       "off."},
      {"road", "Does any safe way lead from here to there?", "See the number's other findings."},
  }};
  return topics;
}

}  // namespace wamigrate
