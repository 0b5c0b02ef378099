// Availability by the published formula, from what was seen of single attempts.
#include <fmt/format.h>

#include "base/json.hpp"
#include "measure/availability.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace std::chrono_literals;

namespace {

const Time midnight = *parse_iso("2026-11-02");

Attempt attempt(Millis after, Fate fate, Doing doing = Doing::sending, std::string side = "cloud") {
  return {midnight + after, doing, std::move(side), fate, fate == Fate::refused ? "131000" : ""};
}

// One attempt a minute, whose fates are the letters: s served, l late, r refused, m missed, u user's error, . none.
std::vector<Attempt> minute_by_minute(std::string_view letters, Doing doing = Doing::sending,
                                      const std::string& side = "cloud") {
  std::vector<Attempt> attempts;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const char letter = letters[i];
    if (letter == '.') continue;
    const Fate fate = letter == 's'   ? Fate::served
                      : letter == 'l' ? Fate::late
                      : letter == 'r' ? Fate::refused
                      : letter == 'm' ? Fate::missed
                                      : Fate::user_error;
    attempts.push_back(attempt(std::chrono::minutes(i), fate, doing, side));
  }
  return attempts;
}

Availability of(const std::vector<Attempt>& attempts, const std::vector<Override>& overrides = {}) {
  return availability_of(attempts, overrides).front();
}

int impossible(const Availability& seen) {
  int minutes = 0;
  for (const Month& month : seen.months) minutes += static_cast<int>(month.impossible.count());
  return minutes;
}

std::string times(std::size_t count, char letter) { return std::string(count, letter); }

}  // namespace

TEST_CASE("ten minutes in a row in which nothing goes count, nine do not") {
  CHECK(impossible(of(minute_by_minute("s" + times(9, 'r') + "s"))) == 0);
  CHECK(impossible(of(minute_by_minute("s" + times(10, 'r') + "s"))) == 10);
  const Availability short_one = of(minute_by_minute("s" + times(9, 'r') + "s"));
  REQUIRE(short_one.spells.size() == 1);
  CHECK_FALSE(short_one.spells[0].counts());
  CHECK(short_one.spells[0].codes.at("131000") == 9);
}

TEST_CASE("availability is the share of what was seen that lies outside such spells") {
  const Availability seen = of(minute_by_minute(times(50, 's') + times(25, 'r') + times(25, 's')));
  REQUIRE(seen.months.size() == 1);
  CHECK(seen.months[0].seen == 100min);
  CHECK(seen.months[0].impossible == 25min);
  CHECK(seen.months[0].percent() == 75.0);
}

TEST_CASE("one success in a minute makes it possible, and ends the spell") {
  auto attempts = minute_by_minute(times(21, 'r'));
  attempts.push_back(attempt(10min, Fate::served));
  CHECK(impossible(of(attempts)) == 20);  // ten before, ten after
  attempts.push_back(attempt(15min, Fate::served));
  CHECK(impossible(of(attempts)) == 10);
}

TEST_CASE("late is not lost; missed is when nothing else came through either") {
  CHECK(impossible(of(minute_by_minute("s" + times(20, 'l') + "s"))) == 0);
  CHECK(impossible(of(minute_by_minute("s" + times(20, 'm') + "s"))) == 20);
}

TEST_CASE("the user's own errors neither make a minute impossible nor possible") {
  CHECK(impossible(of(minute_by_minute(times(30, 'u')))) == 0);
  CHECK(impossible(of(minute_by_minute("rrrrruuuuurrrrr"))) == 15);
}

TEST_CASE("a few minutes without an attempt belong to a spell, many end it") {
  CHECK(impossible(of(minute_by_minute("rrrrr.....rrrrr"))) == 15);
  CHECK(impossible(of(minute_by_minute("rrrrr......rrrrr"))) == 0);
  CHECK(impossible(of(minute_by_minute("rrrrr..s..rrrrrr"))) == 0);
}

TEST_CASE("sending or receiving: either is enough, and what overlaps counts once") {
  auto attempts = minute_by_minute(times(12, 'r') + times(12, 's'), Doing::sending);
  const auto receiving = minute_by_minute(times(6, 's') + times(12, 'm') + times(6, 's'), Doing::receiving);
  attempts.insert(attempts.end(), receiving.begin(), receiving.end());
  const Availability seen = of(attempts);
  CHECK(impossible(seen) == 18);
  REQUIRE(seen.spells.size() == 1);
  CHECK(seen.spells[0].impossible == std::set{Doing::sending, Doing::receiving});
}

TEST_CASE("of two sides, both together are possible where either is") {
  auto attempts = minute_by_minute(times(30, 's') + times(30, 'r'), Doing::sending, "onprem");
  const auto cloud = minute_by_minute(times(45, 'r') + times(15, 's'), Doing::sending, "cloud");
  attempts.insert(attempts.end(), cloud.begin(), cloud.end());
  const auto seen = availability_of(attempts, {});
  REQUIRE(seen.size() == 3);
  CHECK(seen[0].side.empty());
  CHECK(impossible(seen[0]) == 15);  // on-premises gone, Cloud not there yet
  CHECK(seen[1].side == "cloud");
  CHECK(impossible(seen[1]) == 45);
  CHECK(seen[2].side == "onprem");
  CHECK(impossible(seen[2]) == 30);
}

TEST_CASE("that one side is said to have been impossible says nothing of the other") {
  auto attempts = minute_by_minute(times(30, 's'), Doing::sending, "onprem");
  const auto cloud = minute_by_minute(times(30, 's'), Doing::sending, "cloud");
  attempts.insert(attempts.end(), cloud.begin(), cloud.end());
  const auto seen = availability_of(attempts, {{midnight, midnight + 20min, "cloud", false, "nothing came", midnight}});
  CHECK(impossible(seen[0]) == 0);
  CHECK(impossible(seen[1]) == 20);
  CHECK(impossible(seen[2]) == 0);
}

TEST_CASE("a spell over the end of a month is shared out by the minute, and counts in both") {
  std::vector<Attempt> attempts;
  const Time end = *parse_iso("2026-12-01");
  for (auto minute = -6min; minute < 6min; minute += 1min) {
    attempts.push_back({end + minute, Doing::sending, "cloud", Fate::refused, "2"});
  }
  const Availability seen = of(attempts);
  REQUIRE(seen.months.size() == 2);
  CHECK(seen.months[0].impossible == 6min);
  CHECK(seen.months[1].impossible == 6min);
  CHECK(seen.months[0].impossible_by_day.at(std::chrono::day(30)) == 6min);
}

TEST_CASE("a person's word overrules what was counted, in both ways, and what is left is judged anew") {
  const auto attempts = minute_by_minute(times(30, 'r') + times(30, 's'));
  Override word{midnight, midnight + 15min, "", true, "our own firewall", midnight};
  CHECK(impossible(of(attempts, {word})) == 15);
  word.to = midnight + 25min;
  CHECK(impossible(of(attempts, {word})) == 0);  // five are left
  word.side = "onprem";
  CHECK(impossible(of(attempts, {word})) == 30);
  const Override other{midnight + 40min, midnight + 55min, "cloud", false, "nobody could read what came", midnight};
  CHECK(impossible(of(attempts, {other})) == 45);
}

TEST_CASE("attempts are read a line each, and everything that is wrong is told with its line") {
  const auto blame = [](const std::string&, const std::string& code, int http) {
    return code == "100" ? Fate::user_error : code.empty() && http == 0 ? Fate::refused : Fate::unknown;
  };
  const ReadAttempts good = attempts_from(
      "{\"at\":\"2026-11-02T10:00:00Z\",\"doing\":\"send\",\"side\":\"cloud\",\"outcome\":\"ok\"}\r\n\n"
      "{\"at\":\"2026-11-02T10:01:00Z\",\"doing\":\"receive\",\"side\":\"onprem\",\"outcome\":\"late\"}\n"
      "{\"at\":\"2026-11-02T10:02:00Z\",\"doing\":\"send\",\"side\":\"cloud\",\"outcome\":\"refused\"}\n"
      "{\"at\":\"2026-11-02T10:03:00Z\",\"doing\":\"send\",\"side\":\"cloud\",\"outcome\":\"refused\",\"code\":100}",
      "seen.jsonl", blame);
  CHECK(to_text(good.findings) == "");
  REQUIRE(good.attempts.size() == 4);
  CHECK(good.attempts[0].fate == Fate::served);
  CHECK(good.attempts[1].doing == Doing::receiving);
  CHECK(good.attempts[2].fate == Fate::refused);
  CHECK(good.attempts[3].fate == Fate::user_error);

  const ReadAttempts bad = attempts_from(
      "nonsense\n{\"at\":\"yesterday\",\"doing\":\"wait\",\"side\":\"cloud\",\"outcome\":\"ok\",\"code\":\"1\",\"x\":1}"
      "\n"
      "{\"at\":\"0001-01-01\",\"doing\":\"send\",\"side\":\"cloud\",\"outcome\":\"ok\"}\n",
      "seen.jsonl", blame);
  CHECK(bad.attempts.empty());
  const std::string told = to_text(bad.findings);
  for (const std::string what : {"seen.jsonl:1: this is not a JSON object", "seen.jsonl:2: \"x\" is not known",
                                 "\"at\" is no time", "\"doing\" is none that is known",
                                 "only what was refused has a code", "seen.jsonl:3: \"at\" is out of range"}) {
    INFO(what);
    CHECK(told.find(what) != std::string::npos);
  }
}

TEST_CASE("an override needs a reason and its date") {
  const ReadOverrides read = overrides_from(
      "{\"from\":\"2026-11-02T10:00:00Z\",\"to\":\"2026-11-02T10:30:00Z\",\"as\":\"possible\",\"reason\":\"a test of "
      "ours\","
      "\"decided\":\"2026-11-09\"}\n"
      "{\"from\":\"2026-11-02T10:30:00Z\",\"to\":\"2026-11-02T10:00:00Z\",\"as\":\"possible\",\"reason\":\"x\","
      "\"decided\":\"2026-11-09\"}\n"
      "{\"from\":\"2026-11-02T10:00:00Z\",\"to\":\"2026-11-02T10:30:00Z\",\"as\":\"possible\"}\n",
      "words.jsonl");
  REQUIRE(read.overrides.size() == 1);
  CHECK(read.overrides[0].reason == "a test of ours");
  const std::string told = to_text(read.findings);
  CHECK(told.find("words.jsonl:2: it ends before it begins") != std::string::npos);
  CHECK(told.find("words.jsonl:3: \"reason\" is missing") != std::string::npos);
  CHECK(told.find("words.jsonl:3: \"decided\" is missing") != std::string::npos);
}
