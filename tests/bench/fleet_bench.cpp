// Large fleets without a network. `plan`: as many numbers as wanted, each seen as the one of a recorded observation
// (plans/one-number-to-cloud), are checked, planned and written. `journal`: the run store of a run that has moved a
// part of a plan's numbers, each as one number of a small run did, and was killed then.
//   fleet_bench plan NUMBERS PLAN [ORIGIN]     prints how long each part took, as JSON; ORIGIN: the vendor to lead to
//   fleet_bench journal SMALL_RUN PLAN RUN PERMILLE
//   fleet_bench fold PLAN RUN                  reads it back: how long each part of a restart takes
#include <fmt/format.h>

#include <ctime>
#include <filesystem>
#include <iostream>
#include <string>

#include "model/inventory.hpp"
#include "ports/files.hpp"
#include "ports/store.hpp"
#include "run/progress.hpp"
#include "run/survey.hpp"
#include "support/observed.hpp"

namespace {

using namespace wamigrate;

/// Reports how much CPU this process took since the last time it was asked: what else the machine does counts less.
class Lap {
 public:
  double seconds() {
    const std::clock_t since = std::exchange(begun_, std::clock());
    return static_cast<double>(begun_ - since) / CLOCKS_PER_SEC;
  }

 private:
  std::clock_t begun_ = std::clock();
};

template <class T>
T wanted(Result<T> result) {
  if (!result) {
    std::cerr << to_text(result.error()) << "\n";
    std::exit(1);
  }
  return std::move(*result);
}

void wanted(const Result<void>& result) {
  if (!result) {
    std::cerr << to_text(result.error()) << "\n";
    std::exit(1);
  }
}

std::string phone_of(int index) { return fmt::format("+4915110{:06}", index); }

Fleet fleet_of(int numbers, const std::string& origin) {
  Fleet fleet;
  fleet.status_feed.clear();
  fleet.graph.url = origin + "/graph";
  fleet.policy.graph_calls_per_hour = 1'000'000'000;
  fleet.graph.app_id = "900100200300";
  fleet.graph.token = {SecretRef::Kind::env, "BENCH_TOKEN"};
  fleet.numbers.reserve(static_cast<std::size_t>(numbers));
  for (int i = 0; i < numbers; ++i) {
    Number number;
    number.phone = wanted(parse_phone(phone_of(i)));
    number.phone_number_id = fmt::format("10654035{:07}", i);
    number.waba_id = fmt::format("1022901293{:05}", i / 20);
    number.pin = {SecretRef::Kind::env, "BENCH_PIN"};
    number.deployment.name = fmt::format("de-{}", i);
    number.deployment.url = fmt::format("{}/onprem/de-{}", origin, i);
    number.deployment.username = "admin";
    number.deployment.password = number.deployment.backup_password = {SecretRef::Kind::env, "BENCH_PASSWORD"};
    fleet.numbers.push_back(std::move(number));
  }
  return fleet;
}

Survey survey_of(const Fleet& fleet, const testing::Observed& observed) {
  Survey survey;
  survey.numbers.reserve(fleet.numbers.size());
  survey.token = observed.token;
  survey.observed_at = observed.at;
  for (std::size_t i = 0; i < fleet.numbers.size(); ++i) {
    Surveyed one;
    one.number = i;
    one.seen = observed.numbers.front().seen;
    one.ledger = observed.numbers.front().ledger;
    one.seen.graph.display_phone_number = fleet.numbers[i].phone.e164;
    one.seen.onprem.wa_id = fleet.numbers[i].phone.e164.substr(1);
    const Sighting sighting{fleet.numbers[i], fleet.graph, observed.options, one.seen, OwnRecord(), true};
    one.home = home_of(sighting);
    one.facts = facts_to_plan_from(sighting);
    survey.numbers.push_back(std::move(one));
  }
  return survey;
}

int plan(int numbers, const std::string& file, const std::string& origin) {
  const auto observed =
      testing::observed_from(wanted(read_file(std::string(SOURCE_DIR) + "/plans/one-number-to-cloud/observed.json")));
  const Fleet fleet = fleet_of(numbers, origin);
  const Survey survey = survey_of(fleet, observed);
  Json took;
  Lap lap;
  const Checks checks = check(fleet, observed.direction, observed.options, survey, {}, Given::not_passed);
  took["check_s"] = lap.seconds();
  Checks failed;
  const Plan made = plan_from(fleet, observed.direction, observed.options, survey, checks, failed);
  took["plan_s"] = lap.seconds();
  const auto write = [&made](const TakePiece& take) {
    JsonWriter out(JsonWriter::Form::document, take);
    write_json(out, made);
    out.finish();
  };
  wanted(write_file_in_pieces(file, write, false));
  took["write_s"] = lap.seconds();
  took["bytes"] = std::filesystem::file_size(file);
  took["planned"] = made.numbers.size();
  std::cout << to_compact(took) << "\n";
  for (std::size_t i = 0; i < std::min<std::size_t>(failed.size(), 3); ++i) {
    std::cerr << failed[i].phone << " " << failed[i].message << "\n";
  }
  return failed.empty() ? 0 : 1;
}

// What a run wrote about its first number, and what it wrote about none before that number began.
struct Template {
  std::string digest;
  std::vector<Entry> of_run;
  std::vector<Entry> of_number;
};

Template template_from(const std::string& directory) {
  Template made;
  auto store = wanted(open_run_store(directory + "/run.db", false));
  std::string phone;
  for (const std::string& line : wanted(store->journal())) {
    Entry entry = wanted(entry_from(line));
    if (entry.event == event::created) made.digest = text_at(entry.more, "plan");
    if (!entry.phone.empty() && phone.empty()) phone = entry.phone;
    if (entry.phone.empty() && phone.empty()) made.of_run.push_back(entry);
    if (entry.phone == phone && !phone.empty()) made.of_number.push_back(std::move(entry));
  }
  return made;
}

int journal(const std::string& small_run, const std::string& plan_path, const std::string& directory, int permille) {
  const std::string text = wanted(read_file(plan_path));
  const Plan plan = wanted(plan_from_json(text, catalogue()));
  const Template pattern = template_from(small_run);
  wanted(make_private_directory(directory));
  auto store = wanted(open_run_store(directory + "/run.db", true));
  std::vector<std::string> lines;
  for (Entry entry : pattern.of_run) {
    if (entry.event == event::created) {
      entry.more["plan"] = plan.digest;
      entry.more["numbers"] = plan.numbers.size();
    }
    lines.push_back(to_line(entry));
  }
  const std::size_t ended = plan.numbers.size() * static_cast<std::size_t>(permille) / 1000;
  std::size_t written = 0;
  for (std::size_t i = 0; i < ended; ++i) {
    for (Entry entry : pattern.of_number) {
      entry.phone = plan.numbers[i].phone;
      lines.push_back(to_line(entry));
    }
    if (lines.size() < 10'000 && i + 1 < ended) continue;
    wanted(store->append(lines));
    written += lines.size();
    lines.clear();
  }
  wanted(store->append(lines));
  wanted(write_file(directory + "/plan.json", text, true));
  std::cout << to_compact({{"entries", written + lines.size()}, {"numbers_ended", ended}}) << "\n";
  return 0;
}

int fold(const std::string& plan_path, const std::string& directory) {
  Json took;
  Lap lap;
  const Plan plan = wanted(plan_from_json(wanted(read_file(plan_path)), catalogue()));
  took["plan_s"] = lap.seconds();
  auto store = wanted(open_run_store(directory + "/run.db", false));
  std::size_t entries = 0;
  wanted(store->each_record([&entries](const std::string&) -> Result<void> {
    ++entries;
    return {};
  }));
  took["journal_s"] = lap.seconds();
  const Progress progress = wanted(fold_journal(plan, *store));
  took["fold_s"] = lap.seconds();  // reading it once more included
  took["entries"] = entries;
  std::cout << to_compact(took) << "\n";
  return progress.numbers.size() == plan.numbers.size() ? 0 : 1;
}

}  // namespace

int main(int argc, char* argv[]) {
  const std::vector<std::string> given(argv + 1, argv + argc);
  const bool plans = (given.size() == 3 || given.size() == 4) && given[0] == "plan";
  if (plans) return plan(std::stoi(given[1]), given[2], given.size() == 4 ? given[3] : "http://127.0.0.1:1");
  if (given.size() == 5 && given[0] == "journal") return journal(given[1], given[2], given[3], std::stoi(given[4]));
  if (given.size() == 3 && given[0] == "fold") return fold(given[1], given[2]);
  std::cerr << "fleet_bench plan NUMBERS PLAN [ORIGIN] | journal SMALL_RUN PLAN RUN PERMILLE | fold PLAN RUN\n";
  return 1;
}
