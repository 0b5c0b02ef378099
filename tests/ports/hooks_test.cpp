// Claims about the operator's own programs that a run starts: what they are told, how they end, and what they can't do.
#include "ports/hooks.hpp"

#include <fcntl.h>

#include <thread>

#include "ports/places.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using namespace std::chrono_literals;

namespace {

/// A script in a directory of its own.
class Script {
 public:
  explicit Script(const std::string& body, int mode = 0700) { put(path(), "#!/bin/sh\n" + body, mode); }
  std::filesystem::path path() const { return dir_ / "hook"; }
  std::filesystem::path beside(const std::string& name) const { return dir_ / name; }
  HookEnd run(const std::map<std::string, std::string>& facts = {}, Millis limit = 30s, Millis grace = 5s) const {
    return make_hook_runner(grace)->run({path(), facts, limit});
  }

 private:
  TempDir dir_;
};

bool exists(pid_t pid) { return ::kill(pid, 0) == 0; }

/// Whether it has gone, or is a zombie that nobody has collected, at the latest after so many looks.
bool goes(pid_t pid) {
  for (int look = 0; look < 2000 && exists(pid); ++look) {
    const std::string status = content_of("/proc/" + std::to_string(pid) + "/stat");
    if (status.find(") Z ") != std::string::npos) return true;
    std::this_thread::sleep_for(5ms);
  }
  return !exists(pid);
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace

TEST_CASE("a hook that ends with 0 has agreed; its output is kept for people") {
  const HookEnd end = Script("echo all is well; echo and here too >&2").run();
  CHECK(end.agreed());
  CHECK(end.how == HookEnd::How::exited);
  CHECK(end.why.empty());
  CHECK(joined(end.output) == "all is well\nand here too\n");
}

TEST_CASE("any other exit code is a no, and says which") {
  const HookEnd end = Script("echo the pager is off; exit 3").run();
  CHECK_FALSE(end.agreed());
  CHECK(end.how == HookEnd::How::exited);
  CHECK(end.code == 3);
  CHECK(end.why == "it ended with exit code 3");
  CHECK(joined(end.output) == "the pager is off\n");
}

TEST_CASE("a hook that a signal ends is a no, and says which") {
  const HookEnd end = Script("kill -9 $$").run();
  CHECK_FALSE(end.agreed());
  CHECK(end.how == HookEnd::How::killed);
  CHECK(end.code == SIGKILL);
  CHECK(end.why == "it was ended by signal 9");
}

TEST_CASE("a hook is started without arguments and reads an empty standard input") {
  const Script script("echo \"$# arguments\"; cat; echo end of input");
  CHECK(joined(script.run().output) == "0 arguments\nend of input\n");
}

TEST_CASE("a hook gets the facts and the harmless part of our environment, and no variable besides") {
  const Environment canary("WAMIGRATE_GRAPH_TOKEN", "canary-314159");
  const Environment other("SOME_PASSWORD", "canary-271828");
  const Environment lookalike("PATHOLOGY", "canary-141421");
  const Environment zone("TZ", "Europe/Berlin");
  const Environment language("LC_ALL", "C");
  const Script script("tr '\\0' '\\n' < /proc/self/environ");
  const auto end = script.run({{"WAMIGRATE_PHONE", "+4915110000000"}, {"WAMIGRATE_WHY", "a=b; $(id) \"c\""}});
  REQUIRE(end.agreed());
  std::map<std::string, std::string> seen;
  for (const std::string& line : end.output) seen[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
  CHECK(seen["WAMIGRATE_PHONE"] == "+4915110000000");
  CHECK(seen["WAMIGRATE_WHY"] == "a=b; $(id) \"c\"");
  CHECK(seen["TZ"] == "Europe/Berlin");
  CHECK(seen["LC_ALL"] == "C");
  CHECK(seen.contains("PATH"));
  CHECK(joined(end.output).find("canary") == std::string::npos);
  for (const auto& [name, value] : seen) {
    INFO(name);
    CHECK((name.starts_with("WAMIGRATE_") || name.starts_with("LC_") || name == "PATH" || name == "HOME" ||
           name == "LANG" || name == "TZ" || name == "TMPDIR" || name == "PWD"));  // the shell makes PWD itself
  }
}

TEST_CASE("a fact with a NUL in it can't smuggle in, or end, another") {
  const Script script("echo \"$WAMIGRATE_SAID|$EVIL\"");
  const std::string said("one\0EVIL=yes", 12);
  CHECK(joined(script.run({{"WAMIGRATE_SAID", said}}).output) == "one EVIL=yes|\n");
}

TEST_CASE("a hook inherits no descriptor of ours, not even one that was left open by mistake") {
  const TempDir dir;
  put(dir / "secret", "canary");
  const int open = ::open((dir / "secret").c_str(), O_RDONLY);  // without O_CLOEXEC
  REQUIRE(open > 2);
  const Script script("for fd in /proc/self/fd/*; do readlink \"$fd\" | sed 's/:.*//'; done");
  const std::string shown = joined(script.run().output);
  ::close(open);
  INFO(shown);
  CHECK(shown.find("secret") == std::string::npos);
  CHECK(shown.find("socket") == std::string::npos);
  CHECK(shown.find("/dev/null") != std::string::npos);
}

TEST_CASE("a hook that hangs is ended at its limit, with all it has started") {
  const Script script("sleep 1000 & echo $! > \"$WAMIGRATE_PLACE\"; echo waiting; wait");
  const HookEnd end = script.run({{"WAMIGRATE_PLACE", script.beside("pid").string()}}, 300ms);
  CHECK_FALSE(end.agreed());
  CHECK(end.how == HookEnd::How::timed_out);
  CHECK(end.why == "it did not end within 300 ms, and was ended");
  const std::string pid = content_of(script.beside("pid"));
  if (!pid.empty()) CHECK(goes(std::stoi(pid)));  // empty: the machine stood still, and it had not got so far
}

TEST_CASE("a hook that ignores the request to end is killed, with all it has started") {
  const Script script(
      "trap '' TERM; sh -c \"trap '' TERM; echo \\$\\$ > '$WAMIGRATE_PLACE'; while :; do sleep 1; done\" & "
      "while :; do sleep 1; done");
  const HookEnd end = script.run({{"WAMIGRATE_PLACE", script.beside("pid").string()}}, 500ms, 100ms);
  CHECK(end.how == HookEnd::How::timed_out);
  const std::string pid = content_of(script.beside("pid"));
  if (!pid.empty()) CHECK(goes(std::stoi(pid)));
}

TEST_CASE("at its limit a hook is asked first, and may clean up") {
  const Script script("trap 'echo cleaned up; exit 0' TERM; echo ready; while :; do sleep 0.01; done");
  HookEnd end;
  // Again, longer, where the machine stood still before the hook was ready for it.
  for (Millis limit = 200ms; limit < 30s && joined(end.output).find("ready") == std::string::npos; limit *= 2) {
    end = script.run({}, limit, 60s);
    CHECK_FALSE(end.agreed());  // too late is too late
    CHECK(end.how == HookEnd::How::timed_out);
  }
  REQUIRE_FALSE(end.output.empty());
  CHECK(end.output.back() == "cleaned up");
}

TEST_CASE("a hook that floods its output is not held up by it, and only the end of it is kept") {
  const Script script("yes 0123456789 | head -c 8000000; echo; echo the last line");
  const HookEnd end = script.run();
  CHECK(end.agreed());
  REQUIRE_FALSE(end.output.empty());
  CHECK(end.output.back() == "the last line");
  CHECK(end.output.size() <= 10);
  CHECK(joined(end.output).size() < 8192);
}

TEST_CASE("a hook that floods its output without an end is ended at its limit") {
  const HookEnd end = Script("exec yes").run({}, 300ms);
  CHECK(end.how == HookEnd::How::timed_out);
  CHECK(joined(end.output).size() < 16 * 1024);
}

TEST_CASE("what a hook leaves behind with its output open is not waited for, and lives on") {
  const Script script("sleep 1000 & echo $! > \"$WAMIGRATE_PLACE\"; echo done");
  const HookEnd end = script.run({{"WAMIGRATE_PLACE", script.beside("pid").string()}}, 600s);
  CHECK(end.agreed());
  CHECK(joined(end.output) == "done\n");
  const pid_t left = std::stoi(content_of(script.beside("pid")));
  CHECK(exists(left));
  ::kill(left, SIGKILL);
}

TEST_CASE("a hook that can't be started is a no, and says why") {
  const TempDir dir;
  const auto why = [&](const std::filesystem::path& program) {
    const HookEnd end = make_hook_runner()->run({program, {}, 30s});
    CHECK_FALSE(end.agreed());
    CHECK(end.how == HookEnd::How::not_started);
    return end.why;
  };
  CHECK(why(dir / "missing").find("there is no such program") != std::string::npos);
  const Script script("exit 0", 0600);
  CHECK(why(script.path()).find("not an executable file") != std::string::npos);
  CHECK(why(dir.path()).find("not an executable file") != std::string::npos);
  put(dir / "text", "echo no shell guesses what this is\n", 0700);
  CHECK(why(dir / "text").find("begins with #!") != std::string::npos);
  put(dir / "interpreter", "#!/no/such/interpreter\n", 0700);
  CHECK(why(dir / "interpreter").find("interpreter") != std::string::npos);
}

TEST_CASE("what a hook says is made plain before people see it") {
  const Script script("printf 'red: \\033[31m\\007 \\302\\233 broken: \\377\\n\\n\\tlast `line`\\r\\n'");
  const HookEnd end = script.run();
  REQUIRE(end.output.size() == 2);
  CHECK(end.output[0] == "red: [31m  broken: \uFFFD");
  CHECK(end.output[1] == " last 'line' ");
}

TEST_CASE("many hooks at once end each for itself") {
  const Script script("exit \"$WAMIGRATE_CODE\"");
  const auto hooks = make_hook_runner();
  std::vector<int> codes(8, -1);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      codes[static_cast<std::size_t>(i)] =
          hooks->run({script.path(), {{"WAMIGRATE_CODE", std::to_string(i)}}, 60s}).code;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(codes == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
}
