// explain: a code, a check or a step, in words.
#include <fmt/format.h>

#include "api/catalogue.hpp"
#include "cli.hpp"
#include "plan/preflight.hpp"
#include "steps/step.hpp"

namespace wamigrate::cli {
namespace {

std::string side_name(api::Side side) { return side == api::Side::graph ? "Cloud API / Graph" : "On-Premises API"; }

std::string reaction(api::ErrorClass error_class) {
  using api::ErrorClass;
  switch (error_class) {
    case ErrorClass::token:
      return "pauses the run, asks for a token, fails nothing";
    case ErrorClass::throttled:
      return "slows down everything that shares the limit, then goes on";
    case ErrorClass::down:
      return "observes the number at once, and repeats only after a backoff and a settled no";
    case ErrorClass::settling:
      return "waits, durably, then observes";
    case ErrorClass::pin:
      return "stops this number, never sends that PIN again, says where the number stands";
    case ErrorClass::backup:
      return "takes one new backup while on-premises is connected, then stops this number";
    case ErrorClass::half_done:
      return "deregisters once more where nobody serves the number, then registers";
    case ErrorClass::verify:
      return "waits for a code from a person";
    case ErrorClass::budget:
      return "stops this number for 72 hours";
    case ErrorClass::never:
      return "stops this number";
    case ErrorClass::unknown:
      return "stops this number and asks";
  }
  return "";
}

int run_explain(const Invocation& invocation) {
  const Console& console = invocation.console();
  const std::string word = invocation.text("WORD");
  Json list = Json::array();
  std::string text;
  for (const api::CatalogueEntry* found : api::entries_about(word)) {
    const api::CatalogueEntry& entry = *found;
    text +=
        fmt::format("{} on {}{}{}: {}\n  Meaning:   {}\n  The tool:  {}\n  You:       {}\n  Source:    {} ({})\n\n",
                    entry.code, side_name(entry.side), entry.on.empty() ? "" : fmt::format(", answer to {}", entry.on),
                    entry.detail.empty() ? "" : fmt::format(", \"{}\"", entry.detail), entry.title, entry.meaning,
                    reaction(entry.error_class), entry.advice, entry.source, entry.certainty);
    list.push_back({{"kind", "code"},
                    {"side", entry.side == api::Side::graph ? "cloud" : "onprem"},
                    {"code", entry.code},
                    {"on", entry.on},
                    {"detail", entry.detail},
                    {"title", entry.title},
                    {"meaning", entry.meaning},
                    {"class", api::name(entry.error_class)},
                    {"advice", entry.advice},
                    {"source", entry.source},
                    {"certainty", entry.certainty}});
  }
  if (const StepKind* kind = find_kind(catalogue(), word)) {
    auto facts = [](Facts set) {
      std::string names;
      for (const Fact fact : set.list()) names += (names.empty() ? "" : ", ") + std::string(name(fact));
      return names.empty() ? std::string("nothing") : names;
    };
    text += fmt::format("{}: {}\n  {}\n  Needs:     {}\n  Gives:     {}\n  Takes:     {}\n  By hand:   {}\n\n",
                        kind->name, kind->title, kind->doing, facts(kind->effect.needs), facts(kind->effect.gives),
                        facts(kind->effect.takes | kind->effect.may_take), kind->by_hand);
    list.push_back({{"kind", "step"},
                    {"name", kind->name},
                    {"title", kind->title},
                    {"doing", kind->doing},
                    {"by_hand", kind->by_hand}});
  }
  for (const CheckTopic& topic : check_topics()) {
    if (topic.id != word) continue;
    text += fmt::format("check {}: {}\n  If it fails: {}\n\n", topic.id, topic.asks, topic.advice);
    list.push_back({{"kind", "check"}, {"id", topic.id}, {"asks", topic.asks}, {"advice", topic.advice}});
  }
  if (list.empty()) {
    return console.complain(Error{"\"" + word + "\" is no code, check or step known here",
                                  "an unknown code stops its number and asks; look it up in Meta's error reference"});
  }
  console.print({{"explained", list}});
  console.say(text);
  return all_done;
}

}  // namespace

Command explain_command() {
  return {"explain", "CODE|CHECK|STEP", "Meaning, cause, what the tool does, what you do, source.",
          {"WORD"},  nullptr,           run_explain};
}

}  // namespace wamigrate::cli
