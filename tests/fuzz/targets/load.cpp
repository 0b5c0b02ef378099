// What a user hands to a load test: the mix, and results to be compared.
#include "report/load.hpp"

#include "fuzz/targets/target.hpp"
#include "measure/schedule.hpp"

namespace wamigrate::fuzz {
namespace {

tl::expected<MixRequest, std::vector<Error>> read_request(const std::string& path) {
  if (path.ends_with("image.json")) return MixRequest{"image", 2, "aa", Json::object(), Json::object()};
  return tl::make_unexpected(std::vector<Error>{{"there is no such file", "name another"}});
}

void run_mix(std::string_view input) {
  const auto mix = read_message_mix(std::string(input), "mix.yaml", read_request);
  if (!mix) {
    holds(!mix.error().empty(), "a mix is read, or something is wrong with it");
    for (const Diagnostic& finding : mix.error()) holds(is_plain(to_text(finding)), "a finding is one plain line");
    return;
  }
  holds(!mix->recipients.empty() && !mix->messages.empty() && !mix->ramp.empty(), "a mix is whole");
  constexpr std::size_t cap = 500;
  const Schedule schedule = schedule_of(*mix, cap);
  holds(schedule.messages.size() == std::min(cap, schedule.whole), "the cap alone ends a schedule");
  holds(schedule.length <= longest_load, "a schedule lasts a day at most");
  Millis before{0};
  for (const DueMessage& due : schedule.messages) {
    holds(due.after >= before && due.after <= schedule.length, "messages are due in order");
    holds(due.recipient < mix->recipients.size() && due.message < mix->messages.size(), "they are of the mix");
    before = due.after;
  }
  beyond_pair_limit(schedule, mix->recipients.size());
}

std::vector<std::string> mix_seeds() {
  return {
      "version: 1\nrecipients: [\"+4915119999901\", \"+4915119999902\"]\nmessages:\n  - text: 40\n    weight: 3\n"
      "  - template: { name: order_confirmation, language: en_US, parameters: [\"4711\"] }\n"
      "  - request: messages/image.json\n"
      "ramp:\n  - { from: 0.5, to: 10, for: 60s }\n  - { rate: 10, for: 5m }\n"};
}

void run_result(std::string_view input) {
  const auto result = load_result_from(input);
  if (!result) return;
  const std::string written = to_document(to_json(*result));
  const auto again = load_result_from(written);
  holds(again && to_document(to_json(*again)) == written, "a result is written as it was read");
  holds(is_plain_page(load_text({*result, *result}, false)), "what is told is plain");
  load_html({*result});
  load_json({*result});
}

std::vector<std::string> result_seeds() {
  LoadResult result;
  result.side = "cloud";
  result.phone = "+4915110000000";
  result.mix = Json::object();
  LoadMeter meter({"text of 40"}, std::chrono::seconds(9));
  for (int i = 0; i < 5; ++i) {
    SendOutcome outcome;
    outcome.due = outcome.started = std::chrono::seconds(i);
    outcome.answered = outcome.due + Millis(200 * i);
    if (i == 3) outcome.fate = SendFate::throttled;
    if (i == 3) outcome.code = "130429";
    meter.add(outcome);
  }
  meter.write(result);
  result.delivery.emplace();
  result.delivery->to_delivery.add(std::chrono::seconds(3));
  result.delivery->codes["131047"] = 1;
  return {to_compact(to_json(result))};
}

}  // namespace

const Target mix{"mix", run_mix, mix_seeds};
const Target load_result{"load_result", run_result, result_seeds};

}  // namespace wamigrate::fuzz
