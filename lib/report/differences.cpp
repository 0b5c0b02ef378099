// The table of differences put together, and the page that prints all of it.
#include "report/differences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "report/words.hpp"

namespace wamigrate::report {
namespace {

constexpr std::array all_subjects{Subject::access,   Subject::sending,   Subject::templates, Subject::media,
                                  Subject::contacts, Subject::webhooks,  Subject::errors,    Subject::throughput,
                                  Subject::settings, Subject::operations};
constexpr std::array all_parties{Party::sender, Party::webhook_reader, Party::template_owner, Party::operations};
constexpr std::array both{Direction::to_cloud, Direction::to_onprem};

std::vector<ApiDifference> assembled() {
  std::vector<ApiDifference> all;
  for (auto part : {message_differences(), webhook_differences(), operation_differences()}) {
    std::move(part.begin(), part.end(), std::back_inserter(all));
  }
  return all;
}

std::string touched(const ApiDifference& difference) {
  std::vector<std::string> words;
  for (const Party party : difference.touches) words.emplace_back(in_words(party));
  return fmt::format("{}", fmt::join(words, "; "));
}

std::string told_in_words(const ApiDifference& difference) {
  switch (difference.told) {
    case Told::always:
      return "every number that moves";
    case Told::asked:
      break;
    case Told::templates:
      return "numbers whose WABA has templates, where they could be read";
    case Told::shards:
      return "every number: by its shards, and the level that Graph shows";
    case Told::webhook:
      return "every number: by the webhooks' hosts on both sides";
    case Told::sent:
      return "numbers whose client reports no `sent`, where its settings could be read";
    case Told::recipient:
      return "numbers whose client is v2.45 or later, where it says so";
    case Told::storage:
      return "numbers with a `storage_region`, declared or seen on Cloud; for others people are asked";
  }
  return "neither API shows it. " + std::string(difference.ask);
}

}  // namespace

std::string_view name(Subject subject) {
  constexpr std::array names{"access",   "sending", "templates",  "media",    "webhooks",
                             "contacts", "errors",  "throughput", "settings", "operations"};
  return names.at(static_cast<std::size_t>(subject));
}

std::string_view in_words(Subject subject) {
  constexpr std::array words{"Access",   "Sending", "Templates",  "Media",    "Webhooks",
                             "Contacts", "Errors",  "Throughput", "Settings", "Operations"};
  return words.at(static_cast<std::size_t>(subject));
}

std::span<const Subject> subjects() { return all_subjects; }

std::string_view name(Party party) {
  constexpr std::array names{"sender", "webhook_reader", "template_owner", "operations"};
  return names.at(static_cast<std::size_t>(party));
}

std::string_view in_words(Party party) {
  constexpr std::array words{"whoever sends messages", "whoever reads the webhooks", "whoever owns the templates",
                             "whoever operates the clients"};
  return words.at(static_cast<std::size_t>(party));
}

std::span<const Party> parties() { return all_parties; }

std::span<const ApiDifference> api_differences() {
  static const std::vector<ApiDifference> all = [] {
    std::vector<ApiDifference> list = assembled();
    const auto place = [](const ApiDifference& one) {
      return std::find(all_subjects.begin(), all_subjects.end(), one.subject) - all_subjects.begin();
    };
    std::stable_sort(list.begin(), list.end(),
                     [&](const ApiDifference& a, const ApiDifference& b) { return place(a) < place(b); });
    return list;
  }();
  return all;
}

const ApiDifference* find_difference(std::string_view id) {
  const auto all = api_differences();
  const auto found = std::find_if(all.begin(), all.end(), [&](const ApiDifference& one) { return one.id == id; });
  return found == all.end() ? nullptr : &*found;
}

std::vector<Detail> details_of(const ApiDifference& difference, std::span<const Direction> directions) {
  std::vector<Detail> details = {{"on-premises", std::string(difference.onprem)},
                                 {"Cloud", std::string(difference.cloud)}};
  for (const Direction direction : directions) {
    const std::string label =
        directions.size() == 1 ? "change" : fmt::format("towards {}", in_words(new_home(direction)));
    const std::string_view change = difference.change(direction);
    details.push_back({label, change.empty() ? "nothing" : std::string(change)});
  }
  details.push_back({"touches", touched(difference)});
  details.push_back({"source", fmt::format("{} ({})", difference.source, difference.certainty)});
  return details;
}

Json to_json(const ApiDifference& difference) {
  Json touches = Json::array();
  for (const Party party : difference.touches) touches.push_back(name(party));
  return {{"id", difference.id},
          {"subject", name(difference.subject)},
          {"title", difference.title},
          {"onprem", difference.onprem},
          {"cloud", difference.cloud},
          {"to_cloud", difference.to_cloud},
          {"to_onprem", difference.to_onprem},
          {"touches", std::move(touches)},
          {"source", difference.source},
          {"certainty", difference.certainty}};
}

std::string what_changes_page() {
  Document document = {
      Heading{1, "What changes for your software"},
      Paragraph{"The differences between the two APIs that the software around a number meets when the number moves. "
                "`wamigrate show PLAN --changes` says which of them touch the numbers of a plan, which do not, and "
                "which only people can answer; `wamigrate explain ID` prints one. `wamigrate lint` finds which of them "
                "samples of your own traffic meet."},
      Paragraph{"This page is made from the program's own table, and compared with it by a test. Certainty: "
                "documented (the source says so), contradicted (sources disagree), inferred (it follows from what "
                "they say), from memory (no source at hand)."}};
  for (const Subject subject : subjects()) {
    document.push_back(Heading{2, std::string(in_words(subject))});
    List list;
    for (const ApiDifference& difference : api_differences()) {
      if (difference.subject != subject) continue;
      Item item{std::string(difference.id), std::string(difference.title), Tone::normal, details_of(difference, both)};
      item.details.insert(item.details.end() - 1, {"concerns", told_in_words(difference)});
      list.items.push_back(std::move(item));
    }
    document.push_back(std::move(list));
  }
  document.push_back(Heading{2, "What people in existing chats see"});
  for (const Direction direction : both) {
    document.push_back(
        Paragraph{fmt::format("Towards {}: {}", in_words(new_home(direction)), what_people_see(direction))});
  }
  return to_markdown(document);
}

}  // namespace wamigrate::report
