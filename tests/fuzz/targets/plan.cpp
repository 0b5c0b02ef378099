// Plan documents, with a digest that fits whatever they say: an attacker can count too. A plan that is accepted is
// written as it was read, differs in nothing from itself, and is shown without anything a terminal would obey.
#include "plan/plan.hpp"

#include "base/digest.hpp"
#include "fuzz/targets/target.hpp"
#include "report/changes.hpp"
#include "report/review.hpp"
#include "steps/step.hpp"

namespace wamigrate::fuzz {
namespace {

/// The document as a foreign writer would sign it; the input itself where it is no object.
std::string signed_again(std::string_view input) {
  auto json = parse_json(input);
  if (!json || !json->is_object() || !json->contains("digest")) return std::string(input);
  Json unsigned_part = *json;
  unsigned_part.erase("digest");
  (*json)["digest"] = sha256_hex(to_compact(unsigned_part));
  return to_compact(*json);
}

void run_plan(std::string_view input) {
  const std::string text = signed_again(input);
  auto read = plan_from_json(text, wamigrate::catalogue());
  if (!read) {
    holds(!read.error().message.empty(), "a refusal says why");
    return;
  }
  sign(*read);  // a foreign writer may have spelled a value otherwise
  const std::string written = to_document(*read);
  const auto again = plan_from_json(written, wamigrate::catalogue());
  holds(again.has_value(), "a plan that was read can be written and read");
  holds(to_document(*again) == written, "a plan that was read is written as it is");
  holds(diff(*read, *again).empty(), "a plan does not differ from itself");
  holds(is_plain_page(review_text(*read, wamigrate::catalogue(), false)), "a review is plain text");
  holds(is_plain_page(changes_text(*read, false)), "the list of changes is plain text");
  holds(is_plain_page(review_markdown(*read, wamigrate::catalogue())), "a runbook is plain text");
  holds(is_plain_page(review_html(*read, wamigrate::catalogue())), "a runbook's page is plain text");
  review_dot(*read, wamigrate::catalogue());
}

}  // namespace

const Target plan{"plan", run_plan, [] {
                    std::vector<std::string> seeds = worked_situations("plan.json");
                    // Blanks between words only make mutations miss.
                    for (std::string& seed : seeds) seed = to_compact(*parse_json(seed));
                    Json with_all = *parse_json(seeds.front());
                    with_all["fleet"]["policy"]["windows"] = {"Sat,Mon-Wed 01:00-05:00 Europe/Berlin"};
                    with_all["fleet"]["policy"]["hooks"] = {{"before_wave", "hooks/wave"}, {"after_run", "/bin/true"}};
                    seeds.push_back(signed_again(to_compact(with_all)));
                    return seeds;
                  }};

}  // namespace wamigrate::fuzz
