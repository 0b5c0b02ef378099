// plan, show, diff: make a plan, read it, compare two.
#include <fmt/format.h>

#include "documents.hpp"
#include "ports/files.hpp"
#include "report/changes.hpp"
#include "report/checks.hpp"
#include "report/diff.hpp"
#include "report/review.hpp"
#include "run_directory.hpp"
#include "workbench.hpp"

namespace wamigrate::cli {

namespace po = boost::program_options;

Result<Plan> load_plan(const std::string& path) {
  const auto text = read_plan_text(path);
  if (!text) return tl::make_unexpected(text.error());
  return plan_from_text(*text, path);
}

Result<Plan> plan_from_text(const std::string& text, const std::string& path) {
  auto plan = plan_from_json(text, catalogue());
  if (!plan) return fail(path + ": " + plan.error().message, plan.error().fix);
  return plan;
}

int deliver(const Invocation& invocation, const std::string& text) {
  const Console& console = invocation.console();
  if (!invocation.has("output")) {
    console.say(text);
    return all_done;
  }
  const std::string file = invocation.text("output");
  if (auto written = write_file(file, text, false); !written) return console.complain(written.error());
  console.note("written to " + file);
  return all_done;
}

namespace {

int run_plan(const Invocation& invocation) {
  const Console& console = invocation.console();
  auto fleet = load_inventory(invocation.text("INVENTORY"));
  if (!fleet) return console.complain(fleet.error());
  const auto direction = direction_of(invocation);
  if (!direction) return console.complain(direction.error());
  SystemClock clock;
  const auto options = plan_options(invocation, clock.now());
  if (!options) return console.complain(options.error());
  if (!invocation.has("output") && !console.json()) {
    return console.complain(Error{"plan needs a file to write the plan to", "say -o plan.json"});
  }
  const auto numbers = selected(*fleet, invocation);
  if (!numbers) return console.complain(numbers.error());
  auto looked = look(*fleet, *numbers, *direction, *options, survey_readings(), console, secrets_for_real(*fleet));
  if (!looked) return looked.error();

  const Checks checks = check(*fleet, *direction, *options, looked->survey, {}, Given::not_passed);
  Checks failed;
  const Plan plan = plan_from(*fleet, *direction, *options, looked->survey, checks, failed);
  const bool fleet_failed =
      std::any_of(failed.begin(), failed.end(), [](const Check& one) { return one.phone.empty(); });
  if (!failed.empty() && (fleet_failed || !invocation.flag("partial") || plan.numbers.empty())) {
    console.print(checks_json(failed));
    console.say(checks_text(failed, console.colour()));
    console.say(fleet_failed || plan.numbers.empty()
                    ? "No plan was written: what concerns all numbers must be put right first."
                    : "No plan was written. Put these right, or plan the other numbers with --partial.");
    return blocked;
  }
  if (invocation.has("output")) {
    const auto write = [&plan](const TakePiece& take) {
      JsonWriter out(JsonWriter::Form::document, take);
      write_json(out, plan);
      out.finish();
    };
    if (auto written = write_file_in_pieces(invocation.text("output"), write, false); !written) {
      return console.complain(written.error());
    }
  }
  if (console.json()) console.print_written(to_document(plan));
  console.say(review_text(plan, catalogue(), console.colour()));
  if (invocation.has("output")) {
    const std::string file = invocation.text("output");
    console.say("Written to " + file + ". Read it: wamigrate show " + file +
                "\nRehearse the requests: wamigrate apply " + file +
                " --run RUN --dry-run\nCarry it out:          wamigrate apply " + file + " --run RUN");
  }
  return all_done;
}

// What a format makes of the plan; an error for one that is not known.
Result<std::string> changes_as(const Plan& plan, const std::string& format, bool colour) {
  if (format == "text") return changes_text(plan, colour);
  if (format == "markdown") return changes_markdown(plan);
  if (format == "html") return changes_html(plan);
  if (format == "json") return to_document(changes_json(plan));
  return fail("--changes has no format " + format, "text, markdown, html or json");
}

int show_changes(const Invocation& invocation, const Plan& plan, const std::string& format) {
  const Console& console = invocation.console();
  if (console.json() && !invocation.has("output")) {
    console.print(changes_json(plan));
    return all_done;
  }
  const auto text = changes_as(plan, format, console.colour() && !invocation.has("output"));
  return text ? deliver(invocation, *text) : console.complain(text.error());
}

int run_show(const Invocation& invocation) {
  const Console& console = invocation.console();
  auto plan = load_plan(invocation.text("PLAN"));
  if (!plan) return console.complain(plan.error());
  const std::string format = console.json() ? "json" : invocation.has("format") ? invocation.text("format") : "text";
  if (invocation.flag("changes")) return show_changes(invocation, *plan, format);
  if (format == "text") {
    return deliver(invocation, review_text(*plan, catalogue(), console.colour() && !invocation.has("output")));
  }
  if (format == "markdown") return deliver(invocation, review_markdown(*plan, catalogue()));
  if (format == "html") return deliver(invocation, review_html(*plan, catalogue()));
  if (format == "dot") return deliver(invocation, review_dot(*plan, catalogue()));
  if (format == "json") {
    sign(*plan);  // a foreign writer may have spelled a value otherwise
    if (console.json() && !invocation.has("output")) {
      console.print_written(to_document(*plan));
      return all_done;
    }
    return deliver(invocation, to_document(*plan));
  }
  return console.complain(Error{"--format " + format + " is not known", "text, markdown, html, dot or json"});
}

int run_diff(const Invocation& invocation) {
  const Console& console = invocation.console();
  const auto before = load_plan(invocation.text("OLD"));
  if (!before) return console.complain(before.error());
  const auto after = load_plan(invocation.text("NEW"));
  if (!after) return console.complain(after.error());
  const auto differences = diff(*before, *after);
  Json list = Json::array();
  for (const Difference& one : differences) {
    list.push_back({{"phone", one.phone.empty() ? Json(nullptr) : Json(one.phone)}, {"what", one.what}});
  }
  console.print({{"same", differences.empty()}, {"differences", list}});
  console.say(diff_text(differences));
  return all_done;
}

}  // namespace

Command plan_command() {
  return {"plan",
          "INVENTORY --to cloud|onprem -o PLAN",
          "Checks, observes and writes a plan to review. Reads only.",
          {"INVENTORY"},
          [](auto& add) {
            add_planning(add);
            add("output,o", po::value<std::string>(), "the file to write the plan to");
            add("partial", po::bool_switch(), "plan what can be planned, and list the numbers refused");
            add_selection(add);
          },
          run_plan};
}

Command show_command() {
  return {"show",
          "PLAN [--changes] [--format text|markdown|html|dot|json] [-o FILE]",
          "The review document; markdown is a runbook that a person could follow by hand. --changes: what "
          "changes for the software around the numbers.",
          {"PLAN"},
          [](auto& add) {
            add("changes", po::bool_switch(), "what changes for your software, and whom to tell");
            add("format", po::value<std::string>(), "text, markdown, html, dot or json; --changes: not dot");
            add("output,o", po::value<std::string>(), "write to this file");
          },
          run_show};
}

Command diff_command() {
  return {"diff", "OLD NEW", "What changed between two plans.", {"OLD", "NEW"}, nullptr, run_diff};
}

}  // namespace wamigrate::cli
