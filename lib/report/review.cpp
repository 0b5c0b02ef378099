// The review, section by section. What decides comes first: alarms, the summary, what approving vouches for; then each
// road once, then the numbers, then what was left out and what was warned about.
#include "report/review.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

#include "plan/preflight.hpp"
#include "plan/waves.hpp"
#include "report/afterwards.hpp"
#include "report/changes.hpp"
#include "report/groups.hpp"
#include "report/roads.hpp"
#include "report/test_messages.hpp"
#include "report/words.hpp"

namespace wamigrate {
namespace report {
namespace {

constexpr std::size_t rows_at_most = 50;
const std::string where_all_is = "--format json";

class Review {
 public:
  Review(const Plan& plan, Catalogue catalogue, bool runbook)
      : plan_(plan), catalogue_(catalogue), runbook_(runbook), roads_(used_roads(plan)) {
    for (const UsedRoad& road : roads_) {
      for (const std::size_t index : road.numbers) road_of_[index] = &road;
      if (road.leads_on) moving_ += road.numbers.size();
    }
    for (const Number& number : plan.fleet.numbers) declared_[number.phone.e164] = &number;
  }

  Document build() {
    put_title();
    for (const std::string& alarm : plan_alarms(plan_)) document_.push_back(Banner{alarm});
    put_summary();
    if (moving_ > 0) {
      put_waves();
      put_before();
      put_roads();
    }
    put_numbers();
    put_refused();
    put_warnings();
    if (moving_ > 0) {
      put_afterwards();
      document_.push_back(Heading{2, "Whom to call"});
      document_.push_back(Paragraph{whom_to_call()});
    }
    return std::move(document_);
  }

 private:
  const Number& declared(std::size_t index) const { return *declared_.at(plan_.numbers[index].phone); }
  static std::string text_of(Millis length) { return length == Millis(0) ? "none" : for_people(length); }

  void put_title() {
    const std::string to(in_words(new_home(plan_.direction)));
    const std::string what = plan_.rollback_of.empty() ? "Plan" : "Way back";
    document_.push_back(Heading{1, fmt::format("{}: {} to {}", what, counted(plan_.numbers.size(), "number"), to)});
    document_.push_back(Paragraph{
        fmt::format("Made from what was observed at {}. Digest {}.", moment(plan_.observed_at), plain(plan_.digest)),
        Tone::quiet});
    if (!plan_.rollback_of.empty()) {
      document_.push_back(Paragraph{"Takes back the run of plan " + plain(plan_.rollback_of) + ".", Tone::quiet});
    }
  }

  void put_summary() {
    document_.push_back(Heading{2, "Summary"});
    if (plan_.numbers.empty()) {
      document_.push_back(Paragraph{"No number can be moved: see why each was refused.", Tone::danger});
    } else if (moving_ == 0) {
      document_.push_back(
          Paragraph{fmt::format("Nothing to do. {} served by {} already; applying this plan changes nothing.",
                                plan_.numbers.size() == 1 ? "The number is" : "Every number is",
                                in_words(new_home(plan_.direction))),
                    Tone::good});
    }
    Table table{{"numbers", "served by", "takes", "lasts about", "off the air, each", "all together", "way back"}};
    std::size_t homeless = 0;
    for (const UsedRoad& road : roads_) {
      std::map<Home, std::size_t> homes;
      for (const std::size_t index : road.numbers) ++homes[plan_.numbers[index].home];
      for (const auto& [home, count] : homes) {
        table.rows.push_back(summary_row(road, home, count));
        if (home == Home::nowhere) homeless += count;
      }
    }
    if (!plan_.refused.empty()) {
      table.rows.push_back({{std::to_string(plan_.refused.size()), "", "refused", "", "", "", ""}, Tone::caution});
    }
    if (moving_ > 0 || !plan_.refused.empty()) document_.push_back(std::move(table));
    if (homeless > 0) {
      document_.push_back(
          Paragraph{counted(homeless, "number") + " in this plan: served by nobody now.", Tone::danger});
    }
    if (moving_ > 0) {
      document_.push_back(Paragraph{
          "Lengths are what each step is known or documented to take. They are expected, not promised; the report of "
          "the run measures them.",
          Tone::quiet});
    }
  }

  Row summary_row(const UsedRoad& used, Home home, std::size_t count) const {
    const PlannedRoad& road = plan_.roads[used.index];
    if (!used.leads_on) {
      return {{std::to_string(count), std::string(in_words(home)), "nothing to do", "", "none", "none", ""}};
    }
    return {{std::to_string(count), std::string(in_words(home)),
             fmt::format("{} ({})", used.title, counted(road.steps.size(), "step")), text_of(road.expected),
             text_of(road.expected_downtime), text_of(road.expected_downtime * static_cast<long>(count)),
             way_back_of(road)}};
  }

  // The worst of the road, and from where.
  static std::string way_back_of(const PlannedRoad& road) {
    for (std::size_t i = 0; i < road.way_back.size(); ++i) {
      if (road.way_back[i] == WayBack::none) return fmt::format("NO WAY BACK after step {}", i + 1);
    }
    for (std::size_t i = 0; i < road.way_back.size(); ++i) {
      if (road.way_back[i] == WayBack::registration) return fmt::format("a registration after step {}", i + 1);
    }
    return "costs nothing";
  }

  void put_waves() {
    const std::vector<Wave> waves = waves_of(plan_);
    const Policy& policy = plan_.fleet.policy;
    document_.push_back(Heading{2, "Waves"});
    Table table{{"wave", "numbers", "first number", "lasts about", "off the air, longest", "all together"},
                {},
                {rows_at_most, where_all_is}};
    for (std::size_t i = 0; i < waves.size(); ++i) {
      const Wave& wave = waves[i];
      table.rows.push_back({{std::to_string(i + 1), std::to_string(wave.size), plain(plan_.numbers[wave.first].phone),
                             text_of(wave.expected), text_of(wave.longest_downtime), text_of(wave.all_downtime)}});
    }
    document_.push_back(std::move(table));
    document_.push_back(
        Paragraph{fmt::format("A wave begins when the one before has ended{}{}. At most {} at once. No new number "
                              "starts once {} of a wave or "
                              "{} of the run have failed.",
                              policy.soak > Millis(0) ? " and " + for_people(policy.soak) + " have passed" : "",
                              policy.gate_each_wave ? " and a person has approved" : "",
                              counted(static_cast<std::size_t>(policy.concurrency), "number"),
                              policy.max_failures.text(), policy.max_failures_run.text())});
    put_call_budget(waves);
    put_windows();
    put_hooks();
    put_tests();
  }

  void put_tests() {
    List list = planned_tests(plan_);
    if (list.items.empty()) return;
    list.fold = {rows_at_most, where_all_is};
    document_.push_back(Heading{3, "Test messages"});
    document_.push_back(
        Paragraph{"Sent once each number is served by its new home. One that is not seen delivered fails nothing and "
                  "takes nothing back: its number waits for a person, and of the first wave the next one with it. A "
                  "text is delivered only within 24 hours of the recipient's last message to the number."});
    document_.push_back(std::move(list));
  }

  // Where not concurrency but Graph's limit sets the pace.
  void put_call_budget(const std::vector<Wave>& waves) {
    const Policy& policy = plan_.fleet.policy;
    Millis whole{0};
    for (const Wave& wave : waves) whole += wave.expected + policy.soak;
    std::vector<std::size_t> moving;
    for (const PlannedNumber& number : plan_.numbers) {
      if (!plan_.roads[number.road].steps.empty()) moving.push_back(number.entry);
    }
    const std::size_t of_one = most_of_one_waba(plan_.fleet, moving);
    const Millis budgeted = budgeted_length(policy, of_one);
    if (budgeted <= whole) return;
    document_.push_back(
        Paragraph{fmt::format("Longer than that: {} share one account, and what may be asked of Graph for one "
                              "(`graph_calls_per_hour: {}`) makes the run last about {}.",
                              counted(of_one, "number"), policy.graph_calls_per_hour, for_people(budgeted)),
                  Tone::caution});
  }

  void put_windows() {
    const Policy& policy = plan_.fleet.policy;
    if (policy.windows.empty()) return;
    document_.push_back(Heading{3, "Maintenance windows"});
    document_.push_back(Paragraph{
        "A number starts only when it is expected to end before the window closes. Each is open while the clocks of "
        "its zone show such a time:"});
    List list;
    for (const Window& window : policy.windows) list.items.push_back({"", window.text()});
    document_.push_back(std::move(list));
  }

  void put_hooks() {
    const Hooks& hooks = plan_.fleet.policy.hooks;
    if (hooks.empty()) return;
    document_.push_back(Heading{3, "Hooks"});
    document_.push_back(Paragraph{"Programs that the run calls on the machine it runs on:"});
    List list;
    for (const HookName& hook : hook_names) {
      if (!(hooks.*hook.path).empty()) list.items.push_back({std::string(hook.name), plain(hooks.*hook.path)});
    }
    document_.push_back(std::move(list));
  }

  void put_before() {
    document_.push_back(Heading{2, "Before you start"});
    List list{{}, true};
    if (gated()) {
      list.items.push_back({"",
                            "Have somebody at hand who looks at each wave and approves the next:",
                            Tone::caution,
                            {{"", "wamigrate approve --run RUN", true}}});
    }
    put_people(list, Actor::person_before, "Approving this plan vouches for this: ");
    put_people(list, Actor::person_during, "Have somebody at hand for this: ");
    if (!plan_.secrets.empty()) {
      Item item{"", "Make these readable where `wamigrate apply` runs. Every one is read before the first change:"};
      for (const std::string& reference : plan_.secrets) item.details.push_back({"", plain(reference), true});
      list.items.push_back(std::move(item));
    }
    if (plan_.direction == Direction::to_cloud) {
      list.items.push_back({"",
                            "Whoever reads the webhooks is ready for Cloud's payloads: from the move on, "
                            "on-premises' callbacks cease."});
    } else {
      list.items.push_back({"",
                            "Whoever reads the webhooks is ready for on-premises' callbacks: from the move on, "
                            "Cloud's cease."});
    }
    list.items.push_back(
        {"", "The hour is quiet: what people send while a number is off the air is lost, and nobody is told."});
    if (!plan_.warnings.empty()) {
      const auto alike = items_of(plan_.warnings).size();
      list.items.push_back({"", fmt::format("The {} at the end of this review {} been read.", counted(alike, "warning"),
                                            alike == 1 ? "has" : "have")});
    }
    document_.push_back(std::move(list));
    document_.push_back(Heading{3, "What people will see"});
    document_.push_back(Paragraph{what_people_see(plan_.direction)});
    document_.push_back(Heading{3, "What changes for your software"});
    document_.push_back(Paragraph{sum_of(changes_for(plan_, moving_numbers(plan_))) +
                                  " See `wamigrate show PLAN --changes`: what to change, whom to tell."});
  }

  bool gated() const { return plan_.fleet.policy.gate_each_wave && waves_of(plan_).size() > 1; }

  // One item for each of the kinds that people do, with how many numbers it concerns.
  void put_people(List& list, Actor actor, const std::string& lead) const {
    std::map<std::string_view, std::pair<const StepKind*, std::vector<std::string>>> by_kind;
    for (const UsedRoad& road : roads_) {
      for (const StepKind* kind : kinds_of(plan_.roads[road.index], catalogue_, actor)) {
        auto& [found, phones] = by_kind[kind->name];
        found = kind;
        for (const std::size_t index : road.numbers) phones.push_back(plain(plan_.numbers[index].phone));
      }
    }
    for (const auto& [name, who] : by_kind) {
      const auto& [kind, phones] = who;
      Item item{"", lead + std::string(kind->title) + ". " + std::string(kind->doing), Tone::caution, {}};
      item.details.push_back({counted(phones.size(), "number"), some_of(phones, phones_named)});
      list.items.push_back(std::move(item));
    }
  }

  void put_roads() {
    std::set<std::string> told;
    for (const UsedRoad& used : roads_) {
      if (!used.leads_on) continue;
      const PlannedRoad& road = plan_.roads[used.index];
      document_.push_back(
          Heading{2, fmt::format("{}: {}, {}, about {} each, {} of it off the air", used.title,
                                 counted(used.numbers.size(), "number"), counted(road.steps.size(), "step"),
                                 for_people(road.expected), text_of(road.expected_downtime))});
      if (runbook_) document_.push_back(Paragraph{by_hand_words()});
      if (!runbook_ && !told.empty()) document_.push_back(Paragraph{"What is described above is not described again."});
      Steps steps = steps_of(road, catalogue_, plan_.direction, runbook_);
      if (!runbook_) leave_out_what_was_told(steps, told);
      document_.push_back(std::move(steps));
    }
  }

  std::string by_hand_words() const {
    return fmt::format(
        "By hand: walk the road number by number, and go on only when the checkpoint holds. Paths that begin with "
        "`/v1` "
        "go to the number's deployment, with a token from its login; all others to `{}/{}`, with the token of `{}`. "
        "The "
        "ids and addresses are in the table below the numbers.",
        plain(plan_.fleet.graph.url), plain(plan_.fleet.graph.version), plain(plan_.fleet.graph.token.text()));
  }

  void put_numbers() {
    if (plan_.numbers.empty()) return;
    document_.push_back(Heading{2, "Numbers"});
    Table table{{"phone", "deployment", "shards", "served by", "takes", "PIN"}, {}, {rows_at_most, where_all_is}};
    table.columns.emplace_back("because");
    for (std::size_t i = 0; i < plan_.numbers.size(); ++i) table.rows.push_back(number_row(i));
    document_.push_back(std::move(table));
    if (runbook_) put_ids();
  }

  // What a person who works by hand needs to address a number.
  void put_ids() {
    document_.push_back(Heading{3, "For work by hand"});
    Table table{{"phone", "phone_number_id", "WABA", "deployment", "address"}};
    for (std::size_t i = 0; i < plan_.numbers.size(); ++i) {
      const Number& number = declared(i);
      table.rows.push_back({{plain(plan_.numbers[i].phone), plain(number.phone_number_id), plain(number.waba_id),
                             plain(number.deployment.name), plain(number.deployment.url)}});
    }
    document_.push_back(std::move(table));
  }

  Row number_row(std::size_t index) const {
    const PlannedNumber& planned = plan_.numbers[index];
    const Number& number = declared(index);
    const UsedRoad& road = *road_of_.at(index);
    std::string pin = number.pin.empty() ? "none" : plain(number.pin.text());
    if (number.pin_mode == PinMode::set) pin += " (set first)";
    Row row{{plain(planned.phone), plain(number.deployment.name), std::to_string(number.deployment.shards),
             std::string(in_words(planned.home)), road.leads_on ? road.title : "nothing to do", std::move(pin)},
            planned.home == Home::nowhere ? Tone::danger : Tone::normal};
    row.cells.push_back(plain(planned.why));
    return row;
  }

  void put_refused() {
    if (plan_.refused.empty()) return;
    document_.push_back(Heading{2, fmt::format("Refused: {}", counted(plan_.refused.size(), "number"))});
    document_.push_back(Paragraph{"Left out of this plan and not touched, for these reasons:"});
    Checks checks;
    for (const RefusedNumber& refused : plan_.refused) {
      for (Check check : refused.checks) {
        check.phone = refused.phone;
        checks.push_back(std::move(check));
      }
    }
    document_.push_back(List{items_of(checks), false, {rows_at_most, where_all_is}});
  }

  void put_warnings() {
    if (plan_.warnings.empty()) return;
    std::vector<Item> items = items_of(plan_.warnings);
    document_.push_back(Heading{2, fmt::format("Warnings: {}", items.size())});
    document_.push_back(List{std::move(items), false, {rows_at_most, where_all_is}});
  }

  void put_afterwards() {
    document_.push_back(Heading{2, "Afterwards"});
    document_.push_back(List{what_comes_after(plan_, moving_numbers(plan_), "RUN"), true});
  }

  const Plan& plan_;
  Catalogue catalogue_;
  bool runbook_;
  std::vector<UsedRoad> roads_;
  std::map<std::size_t, const UsedRoad*> road_of_;
  std::map<std::string, const Number*> declared_;
  std::size_t moving_ = 0;
  Document document_;
};

}  // namespace
}  // namespace report

std::vector<std::string> plan_alarms(const Plan& plan) {
  std::vector<std::string> alarms;
  if (plan.options.allow_after_sunset) {
    alarms.push_back(fmt::format(
        "AFTER THE SUNSET. On-premises registrations are refused since {}. This plan was allowed to count on them "
        "nevertheless (--allow-after-sunset). Expect refusals.",
        to_iso(sunset()).substr(0, 10)));
  }
  if (plan.options.deregister_first && plan.direction == Direction::to_onprem) {
    alarms.emplace_back(
        "DEREGISTER FIRST. Cloud lets each number go before on-premises has taken it, as asked by --deregister-first. "
        "Until on-premises is registered, nobody serves the number. If on-premises refuses, Cloud has to register it "
        "again.");
  }
  return alarms;
}

std::string review_text(const Plan& plan, Catalogue catalogue, bool colour) {
  return report::to_text(report::Review(plan, catalogue, false).build(), colour);
}

std::string review_markdown(const Plan& plan, Catalogue catalogue) {
  return report::to_markdown(report::Review(plan, catalogue, true).build());
}

std::string review_html(const Plan& plan, Catalogue catalogue) {
  return report::to_html(report::Review(plan, catalogue, true).build());
}

}  // namespace wamigrate
