#include "report/test_messages.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/groups.hpp"
#include "report/undelivered.hpp"
#include "report/words.hpp"

namespace wamigrate::report {
namespace {

std::string in_words(const TestMessage& message) {
  const std::string what = message.template_name.empty()
                               ? fmt::format("a text (\"{}\")", plain(cut(message.text, 60)))
                               : fmt::format("the template {} ({})", message.template_name, message.template_language);
  std::string text = fmt::format("{} to {}; delivered within {}, as {} tells", what, masked(message.recipient()),
                                 for_people(message.wait), plain(message.evidence.text()));
  if (message.inbound) text += fmt::format("; then an answer within {}", for_people(*message.inbound));
  return text;
}

bool was_tested(const NumberProgress& number) { return !number.test.sent.empty() || !number.test.outcome.empty(); }

std::string standing_of(const NumberProgress& number) {
  if (!number.test.outcome.empty()) return plain(number.test.outcome);
  return is_inconclusive(number) ? "INCONCLUSIVE: a person decides" : "not yet known";
}

}  // namespace

List planned_tests(const Plan& plan) {
  std::vector<std::pair<std::string, std::string>> keyed;
  for (std::size_t i = 0; i < plan.numbers.size(); ++i) {
    const TestMessage& message = *plan.number(i).test_message;
    const bool leads_on = !plan.roads[plan.numbers[i].road].steps.empty();
    if (message.asked() && leads_on) keyed.emplace_back(in_words(message), plain(plan.numbers[i].phone));
  }
  List list;
  for (const Group& same : group(keyed)) {
    Item item{lead_of(same.phones), keyed[same.first].first};
    name_phones(item, same.phones);
    list.items.push_back(std::move(item));
  }
  return list;
}

Table test_outcomes(const Progress& progress) {
  Table table{{"phone", "test message", "message from the recipient", "sent"}};
  for (const NumberProgress& number : progress.numbers) {
    if (!was_tested(number)) continue;
    table.rows.push_back({{plain(number.phone), standing_of(number), plain(number.test.inbound_outcome),
                           counted(number.test.sent.size(), "message")},
                          is_inconclusive(number) ? Tone::caution : Tone::normal});
  }
  return table;
}

bool has_inconclusive_test(const Progress& progress) {
  return std::any_of(progress.numbers.begin(), progress.numbers.end(), is_inconclusive);
}

List recipients_checklist() {
  List list{{}, true};
  for (const std::string_view step : persons_checklist()) list.items.push_back({"", std::string(step)});
  return list;
}

Json test_json(const NumberProgress& number) {
  if (!was_tested(number)) return nullptr;
  const auto or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(plain(text)); };
  return {{"sent", number.test.sent.size()},
          {"outcome", or_null(number.test.outcome)},
          {"inbound", or_null(number.test.inbound_outcome)},
          {"inconclusive", is_inconclusive(number)}};
}

}  // namespace wamigrate::report
