// What each check is about, in words that do not depend on a number, in the order in which a person reads findings.
#include <array>

#include "plan/preflight.hpp"

namespace wamigrate {

std::span<const CheckTopic> check_topics() {
  static constexpr std::array<CheckTopic, 43> topics = {{
      {"token",
       "Is the Graph token valid, of the right app, with both scopes, for as long as the run is expected to "
       "take?",
       "Make a new system-user token with whatsapp_business_management and whatsapp_business_messaging: `wamigrate "
       "token` says what to tick."},
      {"token_access", "Does the token reach every WABA of the inventory?",
       "Assign the WABA to the system user and make a new token."},
      {"token_type", "Is the token a system user's, not a person's?", "Use a system user's: it outlives sessions."},
      {"sunset", "Is on-premises registration still open?",
       "Stay on Cloud; --allow-after-sunset is for deployments that are still licensed."},
      {"shared_pin", "Do several numbers name the same PIN reference?",
       "It is proven on one number before a second uses it; give each its own if their PINs differ."},
      {"clock", "Do this machine and Graph agree on the time?",
       "Set this machine's clock (NTP): the ledger counts 72 hours by it."},
      {"disk_space", "Has the disk room for a run of this size?", "Make room, or let the run live elsewhere."},
      {"hooks", "Can the programs that `policy.hooks` names be run here?",
       "Put an executable file there, or correct the path: it is taken from the inventory's folder, and never looked "
       "up "
       "in PATH."},
      {"windows", "Is one of `policy.windows` long enough for the number's expected length?",
       "Make a window longer: a number starts only when it is expected to end before the window closes."},
      {"media_id", "Do files name media by ids that don't carry over?",
       "Upload that media again on the other side, or send it by link, and replace the ids."},
      {"template_namespace", "Do files name a template namespace?",
       "Leave it out towards Cloud: template messages there have no namespace, and unknown properties are refused."},
      {"contacts_endpoint", "Do files call the contacts endpoint, which Cloud does not have?",
       "Drop the call: a message's answer names the wa_id."},
      {"scan", "Could the files be read that were to be looked through?", "Name files and folders that you may read."},
      {"identity", "Do phone, phone_number_id, WABA and deployment all name the same number?",
       "Correct the inventory: nothing is ever sent to a number whose names disagree."},
      {"home", "Which side serves the number now, and is that certain?",
       "Make both sides answer; declare `deployment: gone` for a client that is switched off for good."},
      {"number_spelling", "Do both sides spell the number in the same digits?",
       "Whatever stores numbers must keep phone_number_id and Graph's spelling, and take the others for the same "
       "number."},
      {"biz_app", "Is the number used with the WhatsApp Business app?",
       "Leave it out; numbers of the app can't be moved this way."},
      {"country", "Does a country rule stand against the number?", "Leave numbers of excluded countries out."},
      {"waba_country", "Does a country rule stand against the account?",
       "Leave the numbers of businesses in excluded countries out."},
      {"region", "Is the business in Crimea, Donetsk or Luhansk? No number tells.",
       "Where it is not, say so in the inventory: `region_confirmed: true`."},
      {"test_recipient", "Can the recipient of the test message be messaged at all?",
       "Name a telephone of yours in a country that the platform reaches from where the number is moved to."},
      {"pin", "Is a two-step PIN declared, and has no server refused it?",
       "Never guess: a wrong PIN takes the number down on both sides. `pin_mode: set` sets one where the number is "
       "served."},
      {"ration", "How many of the ten registrations that 72 hours allow are used, and is the way back still paid for?",
       "Wait. The last two are kept for a number that nobody serves."},
      {"name_status", "Is the display name approved?",
       "Have it approved in WhatsApp Manager: a registration before that has no effect."},
      {"status", "Does Graph call the number banned, deleted, migrated, restricted or flagged?",
       "Solve that in WhatsApp Manager first."},
      {"code_verification", "Is the ownership verification current?",
       "EXPIRED on a registered number is harmless and only noted; a number that nobody serves needs a code."},
      {"health_status", "Does Meta let the number, its account, its business and the app send?",
       "Solve what health_status names, in WhatsApp Manager."},
      {"waba_review", "Has Meta approved the account?", "Have it approved, or appeal, in Business Support Home."},
      {"app_subscribed", "Does our app receive the WABA's webhooks?", "The plan subscribes it where it is missing."},
      {"webhook", "Where would this number's messages go?",
       "Set the app's callback URL or an override: a number whose messages would go nowhere does not commit."},
      {"webhook_handshake", "Does the webhook answer the handshake that Meta makes?",
       "Let it answer 200 with the value of hub.challenge, alone. Asked only with --webhook-handshake."},
      {"storage_region", "Is local storage set as declared?",
       "Write `storage_region:` with the region that is to hold; a registration finds it set, and it can't be changed "
       "afterwards."},
      {"certificate", "Does Graph hand out the certificate that on-premises registration needs?",
       "Download it in WhatsApp Manager once the display name is approved."},
      {"client_version", "Is the on-premises client current enough to connect?",
       "An expired client can't connect; update it while a newer build exists."},
      {"onprem_reachable", "Does the deployment answer?", "Start the client; unregistered is fine."},
      {"onprem_clock", "Do this machine and the client agree on the time?", "Set the clock of its host (NTP)."},
      {"shards", "Has the client as many shards as the inventory says?", "Correct `shards:` in the inventory."},
      {"throughput", "What may the number send in a second on the other side?",
       "Slow senders down where it becomes less; wait out 131057 where it becomes more."},
      {"callback_queue", "Are all callbacks delivered?",
       "Make sure that the webhook takes them; the run waits until the queue is empty."},
      {"callback_persist", "Are callbacks that wait kept on disk?",
       "Let the queue drain before anything is restarted."},
      {"status_feed", "Does Meta's status feed name a disruption?",
       "Read the status page and decide: this is advice, and nothing waits for it. `status_feed: \"\"` switches it "
       "off."},
      {"road", "Does any safe way lead from here to there?", "See the number's other findings."},
      {"old_client_silent", "Does no on-premises node serve a number that Cloud serves? (verify)",
       "Stop the old client's containers, and what restarts them."},
  }};
  return topics;
}

}  // namespace wamigrate
