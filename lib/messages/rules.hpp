// The rules of translation: data, one entry a rule, with its source. Names say what is met; the suffix says the
// direction where a rule holds for one only.
#pragma once

#include <span>

#include "messages/note.hpp"

namespace wamigrate::messages {

/// All of them, in the order of this file.
std::span<const Rule* const> all_rules();

namespace sources {
inline constexpr std::string_view migration = "Meta, migrating from On-Premises API to Cloud API, 2025-11-05";
inline constexpr std::string_view both_guides =
    "Meta, migrating from On-Premises API to Cloud API, 2025-11-05, and its counterpart for the way back";
inline constexpr std::string_view openapi = "Meta, OpenAPI file v23.0, 2025-11-21";
inline constexpr std::string_view both_collections =
    "Meta, Postman collection of the On-Premises API (v2.37); OpenAPI file v23.0, 2025-11-21";
inline constexpr std::string_view webhooks = "Meta, webhook reference, 2025-11-20; on-premises webhooks";
inline constexpr std::string_view changelog = "Meta's changelog";
inline constexpr std::string_view none = "no page at hand";
}  // namespace sources

namespace rules {
using enum NoteKind;

// Requests: the address and what goes with it.
inline constexpr Rule address{"address",
                              changed,
                              "The other API has another address, with the number's id in Cloud's and not on-premises.",
                              "Send to the address of the other API.",
                              sources::both_collections,
                              "documented",
                              "base_address"};
inline constexpr Rule number_id_missing{"number_id_missing",
                                        must_be_done,
                                        "Graph's path names the phone_number_id, which the payload does not tell.",
                                        "Give it: --phone-number-id, or --inventory with one number.",
                                        sources::both_collections,
                                        "documented",
                                        "base_address"};
inline constexpr Rule token{"access_token",
                            must_be_done,
                            "The access token is left out: it is good for the other API only.",
                            "Put the token of the API that is sent to.",
                            sources::both_collections,
                            "documented",
                            "access_token"};
inline constexpr Rule login{"login",
                            lost,
                            "Cloud has no login.",
                            "Use a system user's token, and drop the login and its renewal.",
                            "Meta, on-premises reference: users, login",
                            "documented",
                            "access_token"};
inline constexpr Rule endpoint_onprem_only{"endpoint_onprem_only",
                                           lost,
                                           "Cloud has no such call, or one that does something else.",
                                           "See docs/what-changes.md for what takes its place, and drop the call.",
                                           sources::migration,
                                           "inferred",
                                           "application_settings"};
inline constexpr Rule endpoint_cloud_only{"endpoint_cloud_only",
                                          lost,
                                          "On-premises has no such call, or one that does something else.",
                                          "See docs/what-changes.md for what takes its place, and drop the call.",
                                          sources::both_collections,
                                          "inferred",
                                          "cloud_only"};
inline constexpr Rule contacts_endpoint{
    "contacts_endpoint",
    lost,
    "Cloud has no contacts endpoint: nothing there checks a phone number before a message.",
    "Drop the check; the answer to a message holds the wa_id.",
    "Meta, on-premises reference: contacts; changelog, v2.39.1 of 2022-02-01",
    "documented",
    "contacts_endpoint"};
inline constexpr Rule sticker_packs{
    "sticker_packs", lost,           "Cloud has no sticker packs.", "Send stickers one by one.", sources::migration,
    "documented",    "sticker_packs"};
inline constexpr Rule health{"health_endpoint",
                             changed,
                             "Health is a field of the number on Cloud.",
                             "Read can_send_message of health_status; it has no nodes.",
                             sources::migration,
                             "documented",
                             "health_endpoint"};

// Requests: messages.
inline constexpr Rule messaging_product{"messaging_product",
                                        changed,
                                        "Every message to Cloud names its messaging_product, or is refused.",
                                        "Write \"messaging_product\": \"whatsapp\".",
                                        sources::migration,
                                        "documented",
                                        "messaging_product"};
inline constexpr Rule messaging_product_off{"messaging_product_off",
                                            changed,
                                            "On-premises has no messaging_product; it is tolerated there.",
                                            "",
                                            sources::migration,
                                            "documented",
                                            "messaging_product",
                                            true};
inline constexpr Rule unknown_to_cloud{"unknown_to_cloud",
                                       unknown_member,
                                       "Cloud refuses messages with members that it does not know.",
                                       "Leave it out, or find out what Cloud calls it.",
                                       sources::migration,
                                       "documented",
                                       "unknown_properties"};
inline constexpr Rule unknown_to_onprem{"unknown_to_onprem",
                                        unknown_member,
                                        "No page at hand describes it; on-premises tolerates what it does not know.",
                                        "Find out whether anything depends on it.",
                                        sources::migration,
                                        "documented",
                                        "unknown_properties"};
inline constexpr Rule message_type{"message_type",
                                   unknown_member,
                                   "No page at hand describes this type of message.",
                                   "Try it once on the other side before the move.",
                                   sources::none,
                                   "inferred",
                                   ""};
inline constexpr Rule type_unsourced{
    "type_unsourced",
    unsourced,
    "Cloud has this kind of message; no page at hand says whether on-premises takes it.",
    "Try it once against the client.",
    sources::openapi,
    "inferred",
    "cloud_only"};
inline constexpr Rule type_cloud_only{
    "type_cloud_only", must_be_done,     "Calling is Cloud's only: no page of on-premises has such a message.",
    "Don't send it.",  sources::openapi, "inferred",
    "cloud_only"};
inline constexpr Rule member_cloud_only{"member_cloud_only",
                                        lost,
                                        "Cloud has this member; no page of on-premises does. It is left out.",
                                        "Do without it on-premises.",
                                        sources::openapi,
                                        "inferred",
                                        "cloud_only"};
inline constexpr Rule callback_data{
    "callback_data",
    lost,
    "On-premises does not give a tag of yours back in its status webhooks. It is left out.",
    "Find the message again by its id.",
    "Meta, OpenAPI file v23.0, and webhook reference, 2025-11-20",
    "inferred",
    "cloud_only"};
inline constexpr Rule from_memory{"from_memory",
                                  assumed,
                                  "Both APIs are remembered to have it, but no page at hand says so. It is kept.",
                                  "Try it once on the other side before the move.",
                                  sources::none,
                                  "from memory",
                                  ""};
inline constexpr Rule media_id{"media_id",
                               must_be_done,
                               "A media id is valid on the side that gave it only.",
                               "Upload the media to the other side and put its id, or send a link.",
                               sources::both_guides,
                               "documented",
                               "media_ids"};
inline constexpr Rule media_host{"media_host",
                                 assumed,
                                 "Some hosts that on-premises accepts are refused by Cloud.",
                                 "Send one link from each host to a test recipient first.",
                                 sources::migration,
                                 "documented",
                                 "media_hosts"};
inline constexpr Rule media_provider{"media_provider",
                                     lost,
                                     "Cloud has no media providers: a link behind a login is not fetched.",
                                     "Serve the media without a login, or upload it.",
                                     sources::migration,
                                     "documented",
                                     "media_providers"};
inline constexpr Rule message_id{
    "message_id",
    must_be_done,
    "The id is one of the side that is left: the other side does not know the message.",
    "Quote, mark or react to messages of the same side only; else leave the reference out.",
    "Samples on Meta's pages of both APIs",
    "inferred",
    "message_ids"};
inline constexpr Rule message_id_missing{"message_id_missing",
                                         must_be_done,
                                         "Which message is meant stands in the path, which is not given.",
                                         "Give the request with its method and path.",
                                         sources::both_collections,
                                         "documented",
                                         "mark_read"};
inline constexpr Rule mark_read{"mark_read",
                                changed,
                                "A message is marked as read by PUT to its id on-premises, by a POST on Cloud.",
                                "Send the other request.",
                                sources::both_collections,
                                "documented",
                                "mark_read"};
inline constexpr Rule typing{"typing_indicator",
                             lost,
                             "On-premises has no typing indicator.",
                             "Do without it on-premises.",
                             sources::openapi,
                             "inferred",
                             "cloud_only"};
inline constexpr Rule preview_url{
    "preview_url",
    assumed,
    "On-premises is remembered to have preview_url beside the text; Cloud has it in the text.",
    "Look once at a message with a link.",
    "Meta, OpenAPI file v23.0, 2025-11-21, for Cloud's place",
    "from memory",
    ""};
inline constexpr Rule recipient_plus{"recipient_plus",
                                     assumed,
                                     "A recipient with a plus sign is taken by clients from v2.39.1 on.",
                                     "Send the wa_id to older ones.",
                                     "Meta's changelog, v2.39.1 of 2022-02-01",
                                     "documented",
                                     "contacts_endpoint"};
inline constexpr Rule group{"group",
                            must_be_done,
                            "A group of one side does not exist on the other.",
                            "Write to people one by one.",
                            "Meta, OpenAPI file v23.0; on-premises groups were removed",
                            "inferred",
                            "cloud_only"};
inline constexpr Rule button_index{"button_index",
                                   changed,
                                   "A button without an index is refused by Cloud; a single one is number 0.",
                                   "Write the index of every button.",
                                   sources::migration,
                                   "documented",
                                   "button_index"};
inline constexpr Rule button_index_unclear{"button_index_unclear",
                                           must_be_done,
                                           "Of several buttons one has no index, and which it is can't be told.",
                                           "Write the index of every button.",
                                           sources::migration,
                                           "documented",
                                           "button_index"};
inline constexpr Rule blanks{"button_blanks",
                             changed,
                             "Cloud refuses texts of buttons and actions that begin or end with blanks; they are cut.",
                             "Write them without.",
                             sources::migration,
                             "documented",
                             "button_blanks"};
inline constexpr Rule blank_only{"button_blank_only",
                                 must_be_done,
                                 "A text of a button or action that is nothing but blanks is refused by Cloud.",
                                 "Write a text, or leave the member out.",
                                 sources::migration,
                                 "documented",
                                 "button_blanks"};
inline constexpr Rule template_namespace{
    "template_namespace",
    lost,
    "Cloud takes no namespace: it finds the template by name and language in the WABA.",
    "Leave it out; make sure that the template is one of the number's own WABA.",
    "Meta's changelog, v2.41.2 of 2022-06-27; Postman collection (v2.37)",
    "documented",
    "template_namespace"};
inline constexpr Rule template_namespace_known{
    "template_namespace_known",
    changed,
    "Cloud takes no namespace; this is the one that was given as the WABA's.",
    "Leave it out.",
    "Meta's changelog, v2.41.2 of 2022-06-27; Postman collection (v2.37)",
    "documented",
    "template_namespace"};
inline constexpr Rule namespace_missing{
    "namespace_missing",
    assumed,
    "Clients before v2.41.2 want the template's namespace, which the payload lacks.",
    "Give it with --namespace if the client is older.",
    "Meta's changelog, v2.41.2 of 2022-06-27",
    "documented",
    "template_namespace"};
inline constexpr Rule policy_added{"language_policy",
                                   changed,
                                   "On-premises' pages name the language's policy: deterministic is written.",
                                   "",
                                   sources::both_collections,
                                   "documented",
                                   "template_namespace",
                                   true};
inline constexpr Rule policy_kept{
    "language_policy_kept",
    assumed,
    "Meta's description of Cloud wants the language's policy, its examples leave it out: deterministic is kept.",
    "",
    "Meta, OpenAPI file v23.0, 2025-11-21; changelog",
    "contradicted",
    "template_namespace",
    true};
inline constexpr Rule policy_other{"language_policy_other",
                                   lost,
                                   "Cloud knows the policy deterministic only: it takes no other language instead.",
                                   "Choose the language before sending.",
                                   sources::openapi,
                                   "documented",
                                   "template_namespace"};
inline constexpr Rule hsm{"hsm",
                          changed,
                          "Messages of type hsm are gone since v2.39, and Cloud never had them: a template is written.",
                          "Send templates.",
                          "Meta's changelog, v2.39 of 2022-02-01; members from memory",
                          "from memory",
                          "template_namespace"};
inline constexpr Rule hsm_parameter{"hsm_parameter",
                                    lost,
                                    "A template's parameter of this kind takes no more than its fallback text.",
                                    "Write the parameter as templates want it.",
                                    sources::openapi,
                                    "from memory",
                                    ""};

// Webhooks.
inline constexpr Rule envelope{"webhook_envelope",
                               changed,
                               "Cloud wraps what on-premises sends bare into entry, changes and value.",
                               "Read the other shape.",
                               sources::webhooks,
                               "documented",
                               "webhook_shape"};
inline constexpr Rule envelope_ids{
    "webhook_numbers_missing",
    must_be_done,
    "The envelope names WABA, phone_number_id and display number; what is not known of them is left out.",
    "Give them: --waba-id, --phone-number-id, --display-number, or --inventory.",
    sources::webhooks,
    "documented",
    "webhook_shape"};
inline constexpr Rule envelope_lost{
    "webhook_numbers_lost",
    lost,
    "Which WABA and number it concerns has no place in the bare shape, where each client calls its own address.",
    "Name the number that you know it is: --phone-number-id, or --inventory with one number.",
    sources::webhooks,
    "documented",
    "webhook_shape"};
inline constexpr Rule other_number{"webhook_other_number",
                                   must_be_done,
                                   "It concerns another number than the one that was named.",
                                   "Send it to that number's reader.",
                                   sources::webhooks,
                                   "documented",
                                   "webhook_shape"};
inline constexpr Rule envelope_rest{"webhook_envelope_rest",
                                    lost,
                                    "The bare shape has no place for what else the envelope tells. It is left out.",
                                    "Do without it on-premises.",
                                    sources::webhooks,
                                    "inferred",
                                    "webhook_shape"};
inline constexpr Rule batch{"webhook_batch",
                            changed,
                            "One call of Cloud may hold many updates; each becomes a call of its own.",
                            "Read all entries and changes.",
                            sources::webhooks,
                            "documented",
                            "webhook_shape"};
inline constexpr Rule field_cloud_only{"webhook_field",
                                       lost,
                                       "On-premises has no webhooks but those of messages.",
                                       "Read what it tells from Graph, or do without.",
                                       sources::webhooks,
                                       "documented",
                                       "webhook_shape"};
inline constexpr Rule services{"webhook_services",
                               lost,
                               "Cloud sends no webhooks of its services.",
                               "Don't wait for them.",
                               "Meta, on-premises reference: services",
                               "documented",
                               "webhook_shape"};
inline constexpr Rule signature_lost{"signature_lost",
                                     lost,
                                     "On-premises signs nothing: the signature is left out.",
                                     "Don't insist on it; keep strangers away by other means.",
                                     "Meta, Cloud API: create a webhook endpoint, 2025-11-07",
                                     "from memory",
                                     "webhook_signature"};
inline constexpr Rule signature_missing{
    "signature_missing",
    must_be_done,
    "Cloud signs the raw bytes with the app secret; a translation has no signature.",
    "Sign it anew, or let the reader take it without.",
    "Meta, Cloud API: create a webhook endpoint, 2025-11-07",
    "documented",
    "webhook_signature"};
inline constexpr Rule unknown_webhook{"unknown_webhook",
                                      unknown_member,
                                      "No page at hand describes this member. It is kept where it stood.",
                                      "Find out whether anything reads it.",
                                      sources::webhooks,
                                      "inferred",
                                      ""};
inline constexpr Rule webhook_type{"webhook_type",
                                   unknown_member,
                                   "No page at hand describes this type of incoming message.",
                                   "Let the reader pass over what it does not know.",
                                   sources::webhooks,
                                   "inferred",
                                   ""};
inline constexpr Rule voice{"voice_notes",
                            changed,
                            "A voice message has the type voice on-premises; on Cloud audio, with audio.voice true.",
                            "Look where the other side says it.",
                            sources::migration,
                            "documented",
                            "voice_notes"};
inline constexpr Rule no_voice{"audio_is_no_voice",
                               changed,
                               "Audio that is no voice message needs no audio.voice on-premises: the type says it.",
                               "",
                               sources::migration,
                               "documented",
                               "voice_notes",
                               true};
inline constexpr Rule media_received_onprem{"media_received_onprem",
                                            must_be_done,
                                            "The bytes lie at the client, which gives them for this id.",
                                            "Fetch them with GET /v1/media/ID there; Cloud does not know the id.",
                                            "Meta, media pages of both APIs",
                                            "documented",
                                            "media_fetching"};
inline constexpr Rule media_received_cloud{
    "media_received_cloud",
    must_be_done,
    "The bytes lie at Meta, for seven days.",
    "Ask Graph for the URL of this id, and fetch it within five minutes; the client does not know the id.",
    "Meta, media pages of both APIs",
    "documented",
    "media_fetching"};
inline constexpr Rule media_place{"media_place",
                                  lost,
                                  "Cloud's webhook tells no file or link of received media. It is left out.",
                                  "Fetch the media by its id.",
                                  "Meta, media pages of both APIs",
                                  "documented",
                                  "media_fetching"};
inline constexpr Rule timestamp{"timestamp",
                                changed,
                                "Times in Cloud's message webhooks are texts of digits.",
                                "Read them as text.",
                                sources::webhooks,
                                "documented",
                                ""};
inline constexpr Rule recipient_to_cloud{
    "status_recipient",
    changed,
    "Clients from v2.45 on name the recipient in statuses[].message; Cloud in statuses[].recipient_id.",
    "Read it from the other place.",
    "Meta's changelog, v2.45 of 2023-01-10",
    "documented",
    "status_recipient"};
inline constexpr Rule recipient_to_onprem{
    "status_recipient_twice",
    assumed,
    "Which place a client names the recipient in depends on its version: it is written in both.",
    "Read it from where your client's version has it.",
    "Meta's changelog, v2.39.1 and v2.45",
    "documented",
    "status_recipient"};
inline constexpr Rule recipient_differs{
    "status_recipient_differs",
    lost,
    "The two places name different recipients; statuses[].recipient_id is kept, the other left out.",
    "Look at the status.",
    "Meta's changelog, v2.45 of 2023-01-10",
    "inferred",
    "status_recipient"};
inline constexpr Rule status_word{"status_word",
                                  unsourced,
                                  "The other side's pages do not have this status. It is kept.",
                                  "Let the reader pass over words that it does not know.",
                                  sources::webhooks,
                                  "documented",
                                  "status_words"};
inline constexpr Rule status_cloud_only{"status_cloud_only",
                                        lost,
                                        "On-premises' statuses have no such member. It is left out.",
                                        "Do without it on-premises.",
                                        sources::webhooks,
                                        "inferred",
                                        "status_words"};

// Errors and answers.
inline constexpr Rule error_shape{"error_shape",
                                  changed,
                                  "The two sides write errors differently.",
                                  "Read the other shape, and decide on the code.",
                                  sources::webhooks,
                                  "documented",
                                  "error_shape"};
inline constexpr Rule error_code{"error_code",
                                 assumed,
                                 "No page pairs the codes of both sides: the one of the same title is written.",
                                 "`wamigrate explain CODE` says what each means.",
                                 "Error lists of both APIs",
                                 "inferred",
                                 "error_codes"};
inline constexpr Rule error_code_alone{"error_code_alone",
                                       unsourced,
                                       "No code of the other side is known to mean the same. It is kept.",
                                       "`wamigrate explain CODE` says what it means.",
                                       "Error lists of both APIs",
                                       "inferred",
                                       "error_codes"};
inline constexpr Rule error_rest{"error_rest",
                                 lost,
                                 "The other side's errors have no place for it. It is left out.",
                                 "Don't rely on it.",
                                 "Meta, OpenAPI file v23.0; on-premises error pages",
                                 "documented",
                                 "error_shape"};
inline constexpr Rule reply_meta{"reply_meta",
                                 lost,
                                 "Cloud's answers have no meta. It is left out.",
                                 "Don't insist on it.",
                                 sources::both_collections,
                                 "documented",
                                 "send_reply"};
inline constexpr Rule reply_contacts{"reply_contacts",
                                     lost,
                                     "On-premises' answer names no contacts. They are left out.",
                                     "Take the wa_id from the status webhooks.",
                                     sources::both_collections,
                                     "documented",
                                     "send_reply"};
inline constexpr Rule reply_contacts_missing{
    "reply_contacts_missing",
    must_be_done,
    "Cloud's answer names the recipient's input and wa_id, which on-premises' does not tell.",
    "Don't insist on contacts in a translated answer.",
    sources::both_collections,
    "documented",
    "send_reply"};
inline constexpr Rule reply_status{"reply_status",
                                   changed,
                                   "A message that was taken is HTTP 201 on-premises, HTTP 200 on Cloud.",
                                   "Take any 2xx for taken.",
                                   sources::both_collections,
                                   "documented",
                                   "send_reply"};
inline constexpr Rule throttled_status{"throttling_status",
                                       assumed,
                                       "Throttling is HTTP 400 or 429 on Cloud, 429 or 503 on-premises; it is kept.",
                                       "Decide on the code.",
                                       "Meta, Cloud API error codes, 2025-12-12; OpenAPI file v23.0",
                                       "contradicted",
                                       "throttling_status"};
inline constexpr Rule media_upload_cloud{"media_upload",
                                         must_be_done,
                                         "Cloud takes an upload as a form with file, type and messaging_product.",
                                         "Send multipart/form-data; the raw bytes are not translated.",
                                         "Meta, media pages of both APIs",
                                         "documented",
                                         "media_fetching"};
inline constexpr Rule media_upload_onprem{"media_upload_raw",
                                          must_be_done,
                                          "On-premises takes an upload as raw bytes with their Content-Type.",
                                          "Send the file's bytes as the body; the form is not translated.",
                                          "Meta, media pages of both APIs",
                                          "documented",
                                          "media_fetching"};
inline constexpr Rule media_fetch{"media_fetch",
                                  changed,
                                  "On-premises gives a media's bytes at once; Cloud an URL to fetch them from.",
                                  "Fetch the URL with the token within five minutes.",
                                  "Meta, media pages of both APIs",
                                  "documented",
                                  "media_fetching"};
inline constexpr Rule media_url{"media_url",
                                lost,
                                "On-premises gives the bytes of media, no URL and no description.",
                                "GET /v1/media/ID, and read the bytes.",
                                "Meta, media pages of both APIs",
                                "documented",
                                "media_fetching"};
inline constexpr Rule unrecognised{"unrecognised",
                                   unknown_member,
                                   "This is no request, answer or webhook of messages that is known here.",
                                   "Look at it yourself: nothing is said about it.",
                                   sources::none,
                                   "inferred",
                                   ""};

}  // namespace rules
}  // namespace wamigrate::messages
