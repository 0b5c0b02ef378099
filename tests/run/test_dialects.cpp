// Every reading of the documents that the simulator knows, one at a time, under the situations that matter most. The
// world's own record is the judge: where the number ended, how often it was registered, what the run says of it.
#include <fmt/format.h>

#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/readings.hpp"
#include "support/rig.hpp"

using namespace wamigrate;
using namespace wamigrate::rig;
using sim::ServedBy;

namespace {

ServedBy goal_of(Direction direction) { return direction == Direction::to_cloud ? ServedBy::cloud : ServedBy::onprem; }
ServedBy start_of(Direction direction) { return direction == Direction::to_cloud ? ServedBy::onprem : ServedBy::cloud; }

bool says_home(Home said, ServedBy truth) {
  switch (truth) {
    case ServedBy::onprem:
      return said == Home::onprem;
    case ServedBy::cloud:
      return said == Home::cloud;
    case ServedBy::app:
      return said == Home::app;
    case ServedBy::nobody:
      break;
  }
  return said == Home::nowhere;
}

/// What is wrong with how one number ended, by the world's record; empty for nothing.
class Judge {
 public:
  Judge(Rig& rig, Direction direction) : rig_(rig), direction_(direction), begun_(rig.world->log().size()) {}

  std::string complaints(const Progress& progress) {
    const NumberProgress& number = progress.numbers[0];
    const ServedBy home = rig_.world->home(number.phone);
    said_.clear();
    ended_where_it_says(number, home);
    if (!progress.done) {
      expect(progress.paused.empty() || !progress.pause_message.empty(), "paused without a word");
      expect(!progress.paused.empty() || !number.waits_for.empty(), "neither done nor waiting");
      expect(!number.waits_for.empty() ? !number.reason.empty() && !number.next_command.empty() : true,
             "waits without a reason or a next command");
    } else if (number.state != NumberState::migrated) {
      expect(!number.reason.empty() && !number.next_command.empty(), "ended without a reason or a next command");
    }
    if (home == ServedBy::nobody) {
      expect(exit_code(progress) == 5, fmt::format("nobody serves it, and the exit code is {}", exit_code(progress)));
    }
    expect(landed("register") <= 1, "registered on Cloud more than once");
    expect(landed("account") <= 1, "registered on-premises more than once");
    expect(landed("account_verify") <= 1, "verified on-premises more than once");
    return said_;
  }

 private:
  void ended_where_it_says(const NumberProgress& number, ServedBy home) {
    switch (number.state) {
      case NumberState::migrated:
        expect(home == goal_of(direction_), "said to have migrated, and has not");
        break;
      case NumberState::rolled_back:
      case NumberState::failed:
      case NumberState::untouched:
        expect(home == start_of(direction_), "said to be at its old home, and is not");
        break;
      case NumberState::stranded:
        expect(home == ServedBy::nobody || number.home == Home::unknown, "said to be served by nobody, and is served");
        break;
      default:
        break;
    }
    const bool known = number.home != Home::unknown;
    expect(!known || says_home(number.home, home),
           fmt::format("the run says {}, the world says {}", name(number.home), sim::name(home)));
  }

  /// Since this judge took its seat.
  int landed(const std::string& kind) {
    int count = 0;
    const auto log = rig_.world->log();
    for (std::size_t i = begun_; i < log.size(); ++i) count += log[i].kind == kind && log[i].landed ? 1 : 0;
    return count;
  }
  void expect(bool holds, const std::string& complaint) {
    if (!holds) said_ += (said_.empty() ? "" : "; ") + complaint;
  }

  Rig& rig_;
  Direction direction_;
  std::size_t begun_;
  std::string said_;
};

sim::FaultRule fault(std::string on, sim::Action action, int code = 0) {
  sim::FaultRule rule;
  rule.on = std::move(on);
  rule.action = action;
  rule.code = code;
  return rule;
}

/// What became of a number; it may have been refused by a check before anything was sent.
struct Played {
  std::string complaints;
  bool refused_by_checks = false;
  ServedBy home = ServedBy::nobody;
};

Played play(Rig& rig, Direction direction) {
  const Plan plan = rig.plan(direction);
  if (plan.numbers.empty()) return {"", true, rig.world->home(rig.phone())};
  Judge judge(rig, direction);
  const Progress progress = rig.run_through(plan);
  return {judge.complaints(progress), false, rig.world->home(rig.phone())};
}

Played there_and_back(Rig& rig, Direction direction) {
  Played there = play(rig, direction);
  if (!there.complaints.empty() || there.refused_by_checks) return there;
  rig.new_run();
  return play(rig, direction == Direction::to_cloud ? Direction::to_onprem : Direction::to_cloud);
}

struct Situation {
  std::string_view name;
  Played (*play)(const sim::Dialect&);
  bool often = false;  ///< In every test run; the others in the long one.
};

/// A rig that looks seldom: nothing here depends on how often, and waits are long.
struct Seldom : Rig {
  explicit Seldom(RigOptions rig) : Rig(std::move(rig)) { fleet.policy.settle_poll = std::chrono::seconds(10); }
};

RigOptions onprem(const sim::Dialect& dialect, std::string overlay = {}) {
  return {.home = ServedBy::onprem, .dialect = dialect, .overlay = std::move(overlay)};
}
RigOptions cloud(const sim::Dialect& dialect, std::string overlay = {}) {
  return {.home = ServedBy::cloud, .dialect = dialect, .overlay = std::move(overlay)};
}

Played with_fault(Rig& rig, Direction direction, sim::FaultRule rule) {
  rig.faults.add(std::move(rule));
  return play(rig, direction);
}

void sent_once(Rig& rig, Played& played, const std::string& kind) {
  const int sent = rig.world->requests(kind);
  if (sent > 1) played.complaints += fmt::format("; the refused PIN was sent {} times", sent);
}

constexpr const char* wants_code = R"({"*": {"needs_code": true}})";
constexpr const char* another_pin = R"({"*": {"pin": "654321"}})";
constexpr const char* closed = R"({"world": {"onprem_registration_blocked": true}})";

const std::vector<Situation>& situations() {
  using enum Direction;
  static const std::vector<Situation> all{
      {"to Cloud",
       [](const sim::Dialect& d) {
         Seldom rig(onprem(d));
         return play(rig, to_cloud);
       }},
      {"to on-premises",
       [](const sim::Dialect& d) {
         Seldom rig(cloud(d));
         return play(rig, to_onprem);
       }},
      {"to on-premises with a code",
       [](const sim::Dialect& d) {
         Seldom rig(cloud(d, wants_code));
         return play(rig, to_onprem);
       },
       true},
      {"to Cloud and back",
       [](const sim::Dialect& d) {
         Seldom rig(onprem(d));
         return there_and_back(rig, to_cloud);
       },
       true},
      {"to on-premises and back",
       [](const sim::Dialect& d) {
         Seldom rig(cloud(d));
         return there_and_back(rig, to_onprem);
       }},
      {"to Cloud with a wrong PIN",
       [](const sim::Dialect& d) {
         Seldom rig(onprem(d, another_pin));
         Played played = play(rig, to_cloud);
         sent_once(rig, played, "register");
         return played;
       },
       true},
      {"to on-premises with a wrong PIN",
       [](const sim::Dialect& d) {
         Seldom rig(cloud(d, another_pin));
         Played played = play(rig, to_onprem);
         sent_once(rig, played, "account");
         return played;
       },
       true},
      {"to Cloud, the register's reply lost",
       [](const sim::Dialect& d) {
         Seldom rig(onprem(d));
         return with_fault(rig, to_cloud, fault("register", sim::Action::reply_lost));
       },
       true},
      {"to Cloud, the register lost",
       [](const sim::Dialect& d) {
         Seldom rig(onprem(d));
         return with_fault(rig, to_cloud, fault("register", sim::Action::lost));
       }},
      {"to Cloud with a wrong PIN, the refusal lost",
       [](const sim::Dialect& d) {
         Seldom rig(onprem(d, another_pin));
         return with_fault(rig, to_cloud, fault("register", sim::Action::reply_lost));
       }},
      {"to on-premises, the account's reply lost",
       [](const sim::Dialect& d) {
         Seldom rig(cloud(d, wants_code));
         return with_fault(rig, to_onprem, fault("account", sim::Action::reply_lost));
       }},
      {"to on-premises, Cloud let go first, on-premises closed",
       [](const sim::Dialect& d) {
         Seldom rig(cloud(d, closed));
         rig.options.deregister_first = true;
         return play(rig, to_onprem);
       }},
      {"to Cloud with a backup that Meta can't read",
       [](const sim::Dialect& d) {
         Seldom rig(onprem(d));
         rig.transport->on_elapsed([&rig](Millis took) {
           rig.clock.advance(took);
           for (auto& [text, backup] : rig.world->hold()->backups) backup.password = "another";
         });
         return play(rig, to_cloud);
       }},
      {"to Cloud, ownership to be proven",
       [](const sim::Dialect& d) {
         Seldom rig(onprem(d));
         return with_fault(rig, to_cloud, fault("register", sim::Action::refuse, 133006));
       }},
      {"to Cloud under a low limit of calls",
       [](const sim::Dialect& d) {
         Seldom rig(onprem(d, R"({"world": {"waba_calls_per_hour": 40}})"));
         return play(rig, to_cloud);
       }},
  };
  return all;
}

std::string text_of(const sim::Dialect& dialect) {
  const std::string text = to_text(dialect);
  return text.empty() ? "the usual reading" : text;
}

/// Plays it; false where nobody serves the number afterwards.
bool ends_served(const Situation& situation, const sim::Dialect& dialect) {
  const Played played = situation.play(dialect);
  INFO(situation.name << " under " << text_of(dialect));
  CHECK(played.complaints == "");
  return played.home != ServedBy::nobody;
}

}  // namespace

TEST_CASE("under every reading a number ends at a home or at an honest stop, registered once") {
  for (const Situation& situation : situations()) {
    if (!situation.often) continue;
    for (const sim::Dialect& dialect : sim::dialects_one_apart()) ends_served(situation, dialect);
  }
}

TEST_CASE("under every reading, in every situation, none is left unserved but those that are known", "[.][long]") {
  const auto readings = sim::dialects_one_apart();
  std::string page;
  for (const Situation& situation : situations()) {
    std::vector<std::string> served, unserved;
    for (const sim::Dialect& dialect : readings) {
      (ends_served(situation, dialect) ? served : unserved).push_back(text_of(dialect));
    }
    const bool usual = unserved.size() > readings.size() / 2;
    if (unserved.empty()) continue;
    page += fmt::format("{}: {}\n", situation.name, usual ? "under every reading but" : "under");
    for (const std::string& reading : usual ? served : unserved) page += "  " + reading + "\n";
  }
  CHECK(wamigrate::testing::differs("tests/run/unserved.txt", page) == "");
}

TEST_CASE("under every pair of readings, in every situation, a number ends honestly", "[.][long]") {
  for (const Situation& situation : situations()) {
    for (sim::Dialect dialect : readings_in_pairs()) {
      dialect.platform_type_left_out = false;  // every run would end at the same check
      ends_served(situation, dialect);
    }
  }
}
