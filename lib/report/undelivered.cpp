#include "report/undelivered.hpp"

#include <fmt/format.h>

#include <array>

namespace wamigrate::report {
namespace {

constexpr std::string_view support_page = "Meta, Cloud API troubleshooting and support, 2025-11-19";
constexpr std::string_view error_page = "Meta, Cloud API error codes, 2026-09-11";
constexpr std::string_view documented = "documented";

constexpr std::string_view no_verdict =
    "A message may show as sent and never be delivered, and Meta does not disclose every cause. One that stays sent "
    "proves nothing: neither that the number works nor that it does not.";
constexpr std::string_view folding =
    "A person with several devices can cause both `delivered` and `failed` for one message, in either order and more "
    "than once. Any `delivered` or `read` means that at least one device has it: that counts, whatever else came.";
constexpr std::string_view folding_source =
    "Meta, Cloud API troubleshooting; webhook reference of messages, 2025-11-20";

}  // namespace

std::span<const UndeliveredCause> undelivered_causes() {
  static const std::vector<UndeliveredCause> causes = {
      {"offline",
       "the person was offline for too long",
       "A message waits 30 days for a device that is offline; then it is dropped.",
       {},
       "How long ago it was sent. Nothing shows whether the person is online.",
       support_page,
       documented},
      {"blocked",
       "the person has blocked the business",
       "Blocking any number of the business is enough, not only the one that sends.",
       {},
       "Nothing: blocking is not disclosed. Ask the person about every number of the business.",
       support_page,
       documented},
      {"country",
       "the person's country is excluded or restricted",
       "Nobody in Cuba, Iran, North Korea, Syria, Crimea, Donetsk or Luhansk can be messaged; some kinds of business "
       "may not message some countries.",
       {"130497"},
       "The country of the person's number. The three regions can't be told from a number: ask. For 130497 the "
       "account's category and the messaging policy.",
       support_page,
       documented},
      {"parameters",
       "parameters of the message are invalid",
       "The message was accepted and can't be built: a template's parameters, media that can't be fetched, a kind of "
       "message that is not supported.",
       {"131008", "131009", "131051", "131053", "132000", "132012"},
       "The code and details of the failed status; the template's parameters; whether the media's link opens without "
       "a login.",
       support_page,
       documented},
      {"integrity",
       "the account or the number is held back",
       "What Meta calls integrity errors: blocked for policy, locked, or too many complaints about its messages.",
       {"368", "131031", "131048"},
       "`wamigrate check`: health_status and status of the number; quality and account notices in WhatsApp Manager.",
       support_page,
       documented},
      {"terms",
       "the person has not accepted the latest terms",
       "Without them nothing is delivered. Send the person the link to WhatsApp's terms.",
       {"131026"},
       "Nothing: ask the person.",
       support_page,
       documented},
      {"client_too_old",
       "the person's app is too old",
       "An app older than the oldest supported one gets nothing.",
       {"131026"},
       "Nothing: ask the person for the version of the app.",
       error_page,
       documented},
      {"not_on_whatsapp",
       "the number is not on WhatsApp",
       "There is no account to deliver to.",
       {"131026"},
       "Whether the number was typed in full, with its country code. Whether it is on WhatsApp: only the code tells.",
       error_page,
       documented},
      {"experiment",
       "the person is part of an experiment",
       "Meta takes the person's number out of what it delivers for an experiment of its own.",
       {"130472"},
       "The code of the failed status; nothing at the business's side changes it.",
       support_page,
       documented},
      {"marketing_limit",
       "the person has reached a limit of marketing messages",
       "Meta limits marketing messages for each person; a person may also have stopped them.",
       {"131049", "131050"},
       "The code of the failed status, and the template's category. After 131049 wait a day at least.",
       support_page,
       documented},
      {"window_closed",
       "the last answer of the person is more than 24 hours old",
       "Outside of that window only templates are delivered.",
       {"131047"},
       "When the person last wrote, by your own webhooks. Send a template.",
       error_page,
       documented},
  };
  return causes;
}

std::span<const ClientMinimum> client_minima() {
  static constexpr std::array<ClientMinimum, 4> minima = {{
      {"Android, and the Business app for Android", "2.21.15.15"},
      {"iPhone, and the Business app for iPhone", "2.21.170.4"},
      {"KaiOS", "2.2130.10"},
      {"Web", "2.2132.6"},
  }};
  return minima;
}

std::span<const std::string_view> persons_checklist() {
  static constexpr std::array<std::string_view, 4> steps = {{
      "Send a message to the business's number.",
      "Look whether any number of the business is blocked: Settings > Privacy.",
      "Accept the latest terms if the app shows them: Settings > Help, or the application information.",
      "Update the app to its newest version.",
  }};
  return steps;
}

Document undelivered_document() {
  Document document = {Heading{1, "Sent, but not delivered"}, Paragraph{std::string(no_verdict)},
                       Heading{2, "Known causes"}};
  List causes;
  for (const UndeliveredCause& cause : undelivered_causes()) {
    Item item{"", fmt::format("{}. {}", cause.title, cause.meaning), Tone::normal, {}};
    for (const std::string_view code : cause.codes) {
      item.details.push_back({"may say " + std::string(code), fmt::format("wamigrate explain {}", code), true});
    }
    item.details.push_back({"from here", std::string(cause.check)});
    item.details.push_back({"source", fmt::format("{} ({})", cause.source, cause.certainty)});
    causes.items.push_back(std::move(item));
  }
  document.push_back(std::move(causes));

  document.push_back(Heading{2, "Oldest apps that are reached"});
  Table minima{{"app", "from version"}};
  for (const ClientMinimum& minimum : client_minima()) {
    minima.rows.push_back({{std::string(minimum.app), std::string(minimum.version)}});
  }
  document.push_back(std::move(minima));
  document.push_back(Paragraph{std::string(error_page) + ", 131026.", Tone::quiet});

  document.push_back(Heading{2, "Ask the person, over another channel"});
  List asked{{}, true};
  for (const std::string_view step : persons_checklist()) asked.items.push_back({"", std::string(step)});
  document.push_back(std::move(asked));

  document.push_back(Heading{2, "Delivered and failed, both"});
  document.push_back(Paragraph{std::string(folding)});
  document.push_back(Paragraph{std::string(folding_source) + ".", Tone::quiet});
  return document;
}

Json undelivered_json() {
  Json causes = Json::array();
  for (const UndeliveredCause& cause : undelivered_causes()) {
    causes.push_back({{"id", cause.id},
                      {"title", cause.title},
                      {"meaning", cause.meaning},
                      {"codes", cause.codes},
                      {"check", cause.check},
                      {"source", cause.source},
                      {"certainty", cause.certainty}});
  }
  Json minima = Json::array();
  for (const ClientMinimum& minimum : client_minima()) {
    minima.push_back({{"app", minimum.app}, {"version", minimum.version}});
  }
  Json asked = Json::array();
  for (const std::string_view step : persons_checklist()) asked.push_back(step);
  return {{"verdict", no_verdict},
          {"causes", std::move(causes)},
          {"oldest_apps", std::move(minima)},
          {"ask_the_person", std::move(asked)},
          {"delivered_and_failed", folding}};
}

}  // namespace wamigrate::report
