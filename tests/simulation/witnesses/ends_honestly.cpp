// Promise 12. When nothing moves any more, what the run says of a number is what the world says of it; it gives the
// reason and the next command; the exit code tells of a number that nobody serves; and the number is said to have been
// off the air for at least as long as it was.
#include <fmt/format.h>

#include "simulation/witness.hpp"

namespace wamigrate::simulation {
namespace {

using sim::ServedBy;

bool says(Home home, ServedBy truth) {
  switch (truth) {
    case ServedBy::onprem:
      return home == Home::onprem;
    case ServedBy::cloud:
      return home == Home::cloud;
    case ServedBy::app:
      return home == Home::app;
    case ServedBy::nobody:
      break;
  }
  return home == Home::nowhere;
}

class EndsHonestly : public Witness {
 public:
  std::string_view promise() const override {
    return "12: each number ends as the world says, with reason and command";
  }

  void run_begins(const Scene& scene) override {
    Before& before = before_[scene.run];
    before.at = scene.now;
    for (std::size_t i = 0; i < scene.plan.numbers.size(); ++i) {
      const std::string& phone = scene.plan.number(i).phone.e164;
      before.unserved[phone] = scene.world.unserved(phone);
      const ServedBy home = scene.world.home(phone);
      before.is_served[phone] = home != ServedBy::nobody;
      if (!says(scene.plan.numbers[i].home, home)) before.moved[phone] = home;
    }
  }

  void run_ends(const Scene& scene, const Progress& progress) override {
    bool nobody = false;
    for (const NumberProgress& number : progress.numbers) {
      const ServedBy home = scene.world.home(number.phone);
      // What another run has done to it since is for that one to tell.
      const bool never_looked =
          number.waits_for == "lease" || number.state == NumberState::untouched || number.state == NumberState::pending;
      // One that was asked for again, and did not begin again: its message says when it was seen last.
      const bool not_again = number.retried && !number.started && number.ended_at;
      const Time last_word = never_looked ? before_[scene.run].at
                             : not_again  ? number.home_at.value_or(before_[scene.run].at)
                                          : number.ended_at.value_or(scene.now);
      if (scene.others_went_on(number.phone, last_word - scene.clocks_differ)) continue;
      // Nor can a run that was held or called off know what somebody did to it after it was planned.
      const auto moved = before_[scene.run].moved.find(number.phone);
      if (never_looked && moved != before_[scene.run].moved.end() && moved->second == home) continue;
      nobody = nobody || home == ServedBy::nobody;
      judge(scene, progress, number, home);
      if (number.home != Home::unknown && !says(number.home, home)) {
        complain(scene, fmt::format("{}: the run says {}, the world {}", number.phone, wamigrate::name(number.home),
                                    sim::name(home)));
      }
      judge_downtime(scene, number);
    }
    if (nobody && exit_code(progress) != 5) {
      complain(scene, fmt::format("a number is served by nobody, and the exit code is {}", exit_code(progress)));
    }
    if (!progress.done && progress.paused.empty()) complain(scene, "neither done nor paused");
    if (!progress.paused.empty() && progress.pause_message.empty()) complain(scene, "paused without a word");
  }

 private:
  void judge(const Scene& scene, const Progress& progress, const NumberProgress& number, ServedBy home) {
    const bool to_cloud = progress.direction == Direction::to_cloud;
    const ServedBy goal = to_cloud ? ServedBy::cloud : ServedBy::onprem;
    const ServedBy start = to_cloud ? ServedBy::onprem : ServedBy::cloud;
    const auto expect = [&](bool holds, const char* what) {
      if (!holds) {
        complain(scene, fmt::format("{} {}, and is served by {}", number.phone, what, sim::name(home)));
      }
    };
    switch (number.state) {
      case NumberState::migrated:
        return expect(home == goal, "is said to have migrated");
      case NumberState::rolled_back:
      case NumberState::failed:
        expect(home == start, "is said to be at its old home");
        break;
      case NumberState::stranded:
        expect(home == ServedBy::nobody || number.home == Home::unknown, "is said to be served by nobody");
        break;
      case NumberState::untouched:
        break;
      case NumberState::stale:
        if (number.started) complain(scene, number.phone + " is said not to be as planned, and this run has begun it");
        break;
      default:
        expect(!number.waits_for.empty() || !progress.done, "neither ended nor waits");
        if (number.waits_for.empty()) return;
    }
    expect(!number.reason.empty(), "ended without a reason");
    expect(!number.next_command.empty(), "ended without a next command");
  }

  void judge_downtime(const Scene& scene, const NumberProgress& number) {
    Before& before = before_[scene.run];
    if (number.state != NumberState::migrated || !before.is_served[number.phone]) return;
    if (scene.others_went_on(number.phone, before.at)) return;
    const Millis unserved = scene.world.unserved(number.phone) - before.unserved[number.phone];
    if (number.downtime + scene.clocks_differ < unserved) {
      complain(scene, fmt::format("{} was off the air for {} ms, and is said to have been for {} ms", number.phone,
                                  unserved.count(), number.downtime.count()));
    }
  }

  struct Before {
    Time at{};
    std::map<std::string, Millis> unserved{};
    std::map<std::string, bool> is_served{};
    std::map<std::string, ServedBy> moved{};  ///< Served by another than when it was planned.
  };
  std::map<int, Before> before_;  ///< By run: how things stood when it began.
};

}  // namespace

std::unique_ptr<Witness> ends_honestly() { return std::make_unique<EndsHonestly>(); }

}  // namespace wamigrate::simulation
