// The On-Premises API's error codes: of its calls (1000 and up), of templates (2000 and up), and of deliveries, which
// come in webhooks. Meta's page is gone with the product; the titles survive in lists that cite it.
#include <array>

#include "api/catalogue_data.hpp"

namespace wamigrate::api::catalogue_data {

namespace {

using enum ErrorClass;
constexpr Side O = Side::onprem;

constexpr std::string_view node_sdk = "WhatsApp-Nodejs-SDK, error list citing Meta's on-premises page";
constexpr std::string_view turn = "turn.io, error page for the On-Premises API";
constexpr std::string_view account_page = "Meta, on-premises reference: account";
constexpr std::string_view login_page = "Meta, on-premises reference: users, login";
constexpr std::string_view availability = "Meta, on-premises guide: availability and scaling";
constexpr std::string_view shards_page = "Meta, on-premises guide: multiconnect";
constexpr std::string_view limits = "Courier (message router) backs off on it; Meta's on-premises limits";
constexpr std::string_view pin_rule =
    "wamigrate's own rule: a refused account call that may mean the PIN counts as one";

constexpr std::string_view not_in_migration =
    "Nothing to do for the migration: only sending messages meets it. Correct the message if a test met it.";
constexpr std::string_view fix_template = "Nothing to do for the migration. Correct the template or its parameters.";
constexpr std::string_view wait_then_logs =
    "Let it wait. If it stays, look at the logs of the Webapp and the Coreapp, and at the database.";
constexpr std::string_view no_pin_guess =
    "Do not repeat it. Make sure of the PIN and of the certificate (WhatsApp Manager, phone numbers, view), then retry "
    "with --pin.";
constexpr std::string_view cert_advice =
    "Download the certificate again from WhatsApp Manager and register the client with it.";
constexpr std::string_view report_it = "Report it with the details: wamigrate sends only what the reference documents.";
constexpr std::string_view slower = "Let it wait. Lower --concurrency if it comes often.";

constexpr std::array entries{
    // Deliveries, as webhooks report them.
    CatalogueEntry{O, "400", "", "", "media not downloaded", "Media sent by a user could not be fetched.", unknown,
                   not_in_migration, node_sdk, documented},
    CatalogueEntry{O, "402", "", "", "payment or eligibility", "The business may not send: payment or eligibility.",
                   unknown, "Settle the payment method in Business Manager.", node_sdk, documented},
    CatalogueEntry{O, "408", "", "", "message no longer valid", "The message was pending for more than a day.", unknown,
                   not_in_migration, node_sdk, documented},
    CatalogueEntry{O, "410", "", "", "message expired", "The message ran out of time before its delivery.", unknown,
                   not_in_migration, node_sdk, documented},
    CatalogueEntry{O, "429", "", "", "rate limit hit", "Too many messages.", throttled, slower, node_sdk, documented},
    CatalogueEntry{O, "430", "", "", "certificate not signed", "The verified-name certificate is not signed.", unknown,
                   cert_advice, node_sdk, documented},
    CatalogueEntry{O, "432", "", "", "certificate of another number", "The certificate's id does not fit the number.",
                   unknown, cert_advice, node_sdk, documented},
    CatalogueEntry{O, "433", "", "", "certificate signature invalid",
                   "The number was registered again with new identity keys, without its certificate.", unknown,
                   cert_advice, node_sdk, documented},
    CatalogueEntry{O, "470", "", "", "window closed", "More than 24 hours since the user last wrote.", unknown,
                   not_in_migration, node_sdk, documented},
    CatalogueEntry{O, "471", "", "", "spam limit", "Too many messages of this number were blocked or reported.",
                   unknown, "Check the number's quality in WhatsApp Manager and wait some hours.", node_sdk,
                   documented},
    CatalogueEntry{O, "472", "", "", "recipient in an experiment", "The user's number is part of an experiment.",
                   unknown, not_in_migration, node_sdk, documented},
    CatalogueEntry{O, "480", "", "", "user may have changed", "The user's number may belong to another person now.",
                   unknown, not_in_migration, node_sdk, documented},
    CatalogueEntry{O, "500", "", "", "delivery failed", "The delivery failed without a closer reason.", unknown,
                   not_in_migration, node_sdk, documented},
    CatalogueEntry{O, "501", "", "", "message type unsupported", "This kind of message is not supported.", unknown,
                   not_in_migration, node_sdk, documented},

    // Calls.
    CatalogueEntry{O, "1000", "", "", "generic error", "The client gives no closer reason.", unknown,
                   "Read the details and the logs of the Coreapp, then retry the number.", node_sdk, documented},
    CatalogueEntry{O, "1001", "", "", "message too long", "A message has at most 4,096 characters.", unknown,
                   not_in_migration, node_sdk, documented},
    CatalogueEntry{O, "1002", "", "", "recipient type invalid", "The recipient type is not known.", unknown,
                   not_in_migration, node_sdk, documented},
    CatalogueEntry{O, "1003", "", "", "not in the group", "The sender is not a participant of the group.", unknown,
                   not_in_migration, turn, documented},
    CatalogueEntry{O, "1004", "", "", "exists already", "What should be made is there already.", unknown,
                   "Look whether the earlier request was carried out, then use resolve.", node_sdk, documented},
    CatalogueEntry{O, "1005", "", "", "access denied",
                   "The credentials, the verified-name certificate or the client's version is not accepted.", unknown,
                   "Read the details: check the username and password references, the certificate, and the client's "
                   "version.",
                   node_sdk, documented},
    CatalogueEntry{O, "1005", "", "login", "login refused", "Username and password do not fit.", token,
                   "Check deployment.username and what the password reference points to.", node_sdk, documented},
    CatalogueEntry{O, "1005", "", "account", "registration refused, perhaps for the PIN",
                   "The PIN, the certificate or the access was not accepted; the client does not tell which.", pin,
                   no_pin_guess, pin_rule, documented},
    CatalogueEntry{O, "1005", "", "shards", "sharding refused, perhaps for the PIN",
                   "The PIN, the certificate or the access was not accepted; the client does not tell which.", pin,
                   no_pin_guess, pin_rule, documented},
    CatalogueEntry{O, "1005", "App expired", "", "client expired",
                   "This build has passed its date and no longer connects; the last one expired on 2025-10-23.", never,
                   "Install a build that is not expired. If there is none, on-premises is closed: stay on, or move to, "
                   "Cloud.",
                   node_sdk, documented},
    CatalogueEntry{O, "1005", "biz_link_on_prem_reg_blocked", "", "on-premises registration closed",
                   "Meta no longer registers numbers on-premises.", never,
                   "Stay on Cloud; nothing was changed there. There is no way back to on-premises.", account_page,
                   documented},
    CatalogueEntry{O, "1006", "", "", "not found", "What was asked for does not exist.", unknown,
                   "Check the client's version and deployment.url.", node_sdk, documented},
    CatalogueEntry{O, "1007", "", "", "recipient blocked", "The business has blocked this user; no longer in use.",
                   unknown, not_in_migration, node_sdk, documented},
    CatalogueEntry{O, "1008", "", "", "parameter missing", "A required parameter is missing.", unknown, report_it,
                   node_sdk, documented},
    CatalogueEntry{
        O, "1008", "pin", "account", "PIN missing", "Two-step verification is on and the call carried no PIN.", pin,
        "Give the number's PIN as the inventory's pin reference, then retry with --pin.", pin_rule, documented},
    CatalogueEntry{O, "1009", "", "", "parameter value invalid", "A value is not accepted.", unknown, report_it,
                   node_sdk, documented},
    CatalogueEntry{O, "1009", "", "account", "value not accepted, perhaps the PIN",
                   "A value is not accepted; the client need not tell which, and the PIN is one of them.", pin,
                   no_pin_guess, pin_rule, documented},
    CatalogueEntry{O, "1009", "Parameter cc", "account", "country code not accepted", "The country code is not one.",
                   unknown, report_it, node_sdk, documented},
    CatalogueEntry{O, "1009", "Parameter phone_number", "account", "number not accepted",
                   "The number does not fit its country code.", unknown, report_it, node_sdk, documented},
    CatalogueEntry{O, "1009", "pin", "account", "PIN not accepted", "The PIN is malformed or wrong.", pin, no_pin_guess,
                   pin_rule, documented},
    CatalogueEntry{O, "1010", "", "", "parameter not wanted", "A parameter that this call does not take.", unknown,
                   report_it, node_sdk, documented},
    CatalogueEntry{O, "1011", "", "", "service not ready", "The client is starting or upgrading its database.", down,
                   wait_then_logs, node_sdk, documented},
    CatalogueEntry{O, "1012", "", "", "group unknown", "There is no such group.", unknown, not_in_migration, turn,
                   documented},
    CatalogueEntry{O, "1013", "", "", "user not valid", "The recipient is not a valid user.", unknown, not_in_migration,
                   node_sdk, documented},
    CatalogueEntry{O, "1014", "", "", "internal error", "A part of the client did not answer, often the Coreapp.", down,
                   wait_then_logs, node_sdk, documented},
    CatalogueEntry{O, "1015", "", "", "too many requests", "The client's request rate is reached.", throttled, slower,
                   node_sdk, documented},
    CatalogueEntry{
        O, "1015", "", "account", "too many requests, perhaps for the PIN",
        "The request rate is reached, or the PIN was not accepted: both come as 1015, and the client does not "
        "tell which.",
        pin, no_pin_guess, pin_rule, documented},
    CatalogueEntry{O, "1015", "pin", "account", "PIN tried too often",
                   "PINs were tried too often or too fast, so one of them was wrong.", pin, no_pin_guess, pin_rule,
                   documented},
    CatalogueEntry{O, "1016", "", "", "system overloaded", "A queue is full: 100,000 callbacks, or too much in flight.",
                   throttled, "Check that the webhook accepts callbacks, so that the queue drains.", node_sdk,
                   documented},
    CatalogueEntry{O, "1017", "", "", "not the primary master", "The node asked is not the primary master.", unknown,
                   "Wait for the cluster to elect its master, then retry the number.", availability, documented},
    CatalogueEntry{O, "1018", "", "", "not the primary Coreapp", "The node asked is not the primary Coreapp.", unknown,
                   "Wait for the cluster to settle, then retry the number.", availability, documented},
    CatalogueEntry{O, "1021", "", "", "bad user", "The recipient is the business itself, or not usable.", unknown,
                   not_in_migration, node_sdk, documented},
    CatalogueEntry{O, "1022", "", "", "no webhook configured", "The application settings have no webhook URL.", unknown,
                   "Set the webhook URL in the application settings.", node_sdk, documented},
    CatalogueEntry{O, "1023", "", "", "database error", "The client's database failed.", unknown,
                   "Check the database of the deployment, then retry the number.", node_sdk, documented},
    CatalogueEntry{O, "1024", "", "", "password change required",
                   "The client still has its factory password and answers nothing else before it is changed.", unknown,
                   "Log in once by hand with new_password, put the new password where the password reference points "
                   "to, then run again.",
                   login_page, documented},
    CatalogueEntry{O, "1025", "", "", "request invalid", "The request is not understood.", unknown, report_it, node_sdk,
                   documented},
    CatalogueEntry{O, "1026", "", "", "receiver incapable", "The recipient's app can't take this message.", unknown,
                   not_in_migration, node_sdk, documented},
    CatalogueEntry{O, "1028", "", "", "identity change to acknowledge",
                   "The user's identity changed and must be acknowledged first.", unknown, not_in_migration, node_sdk,
                   documented},
    CatalogueEntry{O, "1031", "", "", "sender locked", "The sender's account is locked.", unknown,
                   "Read the notices in WhatsApp Manager and appeal there.", node_sdk, documented},

    // Templates.
    CatalogueEntry{O, "2000", "", "", "wrong number of parameters", "Template and message differ in parameters.",
                   unknown, fix_template, node_sdk, documented},
    CatalogueEntry{O, "2001", "", "", "template missing", "No template of that name and language.", unknown,
                   fix_template, node_sdk, documented},
    CatalogueEntry{O, "2002", "", "", "template not fetched", "The client could not fetch the template.", unknown,
                   fix_template, node_sdk, documented},
    CatalogueEntry{O, "2003", "", "", "language pack missing", "The template's language pack is missing.", unknown,
                   fix_template, node_sdk, documented},
    CatalogueEntry{O, "2004", "", "", "parameter too long", "A parameter is too long.", unknown, fix_template, node_sdk,
                   documented},
    CatalogueEntry{O, "2005", "", "", "text too long", "The filled-in template is too long.", unknown, fix_template,
                   node_sdk, documented},
    CatalogueEntry{O, "2006", "", "", "white space", "White space in a parameter is against the policy.", unknown,
                   fix_template, node_sdk, documented},
    CatalogueEntry{O, "2007", "", "", "format character", "A formatting character is against the policy.", unknown,
                   fix_template, node_sdk, documented},
    CatalogueEntry{O, "2008", "", "", "media format unsupported", "The header's media format is not supported.",
                   unknown, fix_template, node_sdk, documented},
    CatalogueEntry{O, "2009", "", "", "component missing", "A required component is missing.", unknown, fix_template,
                   node_sdk, documented},
    CatalogueEntry{O, "2010", "", "", "URL parameter", "A URL parameter is not valid.", unknown, fix_template, node_sdk,
                   documented},
    CatalogueEntry{O, "2011", "", "", "phone number parameter", "A phone number parameter is not valid.", unknown,
                   fix_template, node_sdk, documented},
    CatalogueEntry{O, "2012", "", "", "parameter format", "A parameter has the wrong form.", unknown, fix_template,
                   node_sdk, documented},
    CatalogueEntry{O, "2013", "", "", "buttons unsupported", "The recipient's app can't show the buttons.", unknown,
                   fix_template, node_sdk, documented},
    CatalogueEntry{O, "2014", "", "", "namespace empty", "The template's namespace is empty.", unknown, fix_template,
                   node_sdk, documented},
    CatalogueEntry{O, "2015", "", "", "sections", "The number of sections is not valid.", unknown, fix_template,
                   node_sdk, documented},
    CatalogueEntry{O, "2016", "", "", "rows", "The number of rows is not valid.", unknown, fix_template, node_sdk,
                   documented},
    CatalogueEntry{O, "2017", "", "", "character policy", "A character is against the policy.", unknown, fix_template,
                   node_sdk, documented},
    CatalogueEntry{O, "2023-2030", "", "", "products and catalogues", "Product, catalogue or list rules are not met.",
                   unknown, not_in_migration, node_sdk, documented},
    CatalogueEntry{O, "2036", "", "", "header structure", "The header's structure is not valid.", unknown, fix_template,
                   node_sdk, documented},
    CatalogueEntry{O, "2050", "", "", "compliance information missing", "Business compliance information is missing.",
                   unknown, "Supply the compliance information in WhatsApp Manager.", node_sdk, documented},
    CatalogueEntry{O, "2060", "", "", "template rejected", "The template was rejected in review.", unknown,
                   fix_template, node_sdk, documented},
    CatalogueEntry{O, "2061", "", "", "template paused", "Paused for low quality.", unknown, fix_template, node_sdk,
                   documented},
    CatalogueEntry{O, "2062", "", "", "template disabled", "Paused too often, and now disabled.", unknown, fix_template,
                   node_sdk, documented},
    CatalogueEntry{O, "2068", "", "", "flow blocked", "The flow is blocked.", unknown, fix_template, node_sdk,
                   documented},
    CatalogueEntry{O, "2069", "", "", "flow throttled", "The flow may send ten messages an hour.", unknown,
                   fix_template, node_sdk, documented},

    // Replies without a listed code.
    CatalogueEntry{O, "http 401", "", "", "token not accepted",
                   "The login's token was refused, also after a new login: the call was not carried out.", token,
                   "Check that the user is an administrator, and what the password reference points to.", login_page,
                   documented},
    CatalogueEntry{O, "http 401", "", "account", "registration refused, perhaps for the PIN",
                   "The call was refused under a token that is good: the PIN may not have been accepted.", pin,
                   no_pin_guess, pin_rule, documented},
    CatalogueEntry{O, "http 401", "", "shards", "sharding refused, perhaps for the PIN",
                   "The call was refused under a token that is good: the PIN may not have been accepted.", pin,
                   no_pin_guess, pin_rule, documented},
    CatalogueEntry{O, "http 401", "", "login", "login refused", "Username and password do not fit.", token,
                   "Check deployment.username and what the password reference points to.", login_page, documented},
    CatalogueEntry{O, "http 403", "", "", "forbidden", "The user is no administrator.", unknown,
                   "Give deployment.username a user with ROLE_ADMIN.", "Meta, on-premises reference: users",
                   documented},
    CatalogueEntry{O, "http 403", "", "shards", "shards busy",
                   "Setting shards is refused for the moment; asking again later is meant to help.", settling,
                   "Let it wait; the number is asked again by itself.", shards_page, documented},
    CatalogueEntry{O, "http 404", "", "", "not found", "Nothing at this address; an old client lacks some endpoints.",
                   unknown, "Check deployment.url (it may need a path prefix) and the client's version.",
                   "Meta, on-premises reference", documented},
    CatalogueEntry{O, "http 429", "", "", "too many requests",
                   "The client's request rate is reached: about 50 a second.", throttled, slower, limits, documented},
    CatalogueEntry{O, "http 503", "", "", "not ready or overloaded",
                   "The client is starting, or has too many requests at once.", down, wait_then_logs, limits,
                   documented},
    CatalogueEntry{O, "http 5xx", "", "", "fault at the client",
                   "The client or a proxy before it failed; the request may have been carried out.", down,
                   wait_then_logs, "wamigrate's own rule: a 5xx without a code is ambiguous", documented},
};

}  // namespace

std::span<const CatalogueEntry> onprem() { return entries; }

}  // namespace wamigrate::api::catalogue_data
