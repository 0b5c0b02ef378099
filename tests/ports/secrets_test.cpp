// Claims about where secrets come from.
#include "ports/secrets.hpp"

#include <thread>

#include "ports/places.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;

namespace {

Result<Secret> resolve(SecretRef::Kind kind, const std::string& target) {
  return make_secret_source()->resolve({kind, target});
}

std::string found(SecretRef::Kind kind, const std::string& target) {
  const auto secret = resolve(kind, target);
  return secret ? std::string(secret->reveal()) : "error: " + to_text(secret.error());
}

}  // namespace

TEST_CASE("a secret comes from the environment, without one trailing line end") {
  const Environment pin("WAMIGRATE_TEST_PIN", "314159\n");
  CHECK(found(SecretRef::Kind::env, "WAMIGRATE_TEST_PIN") == "314159");
  const Environment empty("WAMIGRATE_TEST_EMPTY", "");
  CHECK_FALSE(resolve(SecretRef::Kind::env, "WAMIGRATE_TEST_EMPTY").has_value());
  CHECK_FALSE(resolve(SecretRef::Kind::env, "WAMIGRATE_TEST_MISSING").has_value());
}

TEST_CASE("a secret comes from a file that only its owner may read") {
  const TempDir dir;
  put(dir / "token", "two words\r\n");
  CHECK(found(SecretRef::Kind::file, (dir / "token").string()) == "two words");
  const Environment home("HOME", dir.path().string());
  CHECK(found(SecretRef::Kind::file, "~/token") == "two words");
  put(dir / "token", "two words\n\n");
  CHECK(found(SecretRef::Kind::file, "~/token") == "two words\n");
  put(dir / "token", "314159", 0644);
  const auto refused = resolve(SecretRef::Kind::file, "~/token");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("file:~/token") != std::string::npos);
  CHECK(to_text(refused.error()).find("314159") == std::string::npos);
  CHECK_FALSE(resolve(SecretRef::Kind::file, "~/missing").has_value());
}

TEST_CASE("a secret is the first line that a command prints") {
  CHECK(found(SecretRef::Kind::cmd, "printf 314159\\nsecond\\n") == "314159");
  CHECK(found(SecretRef::Kind::cmd, "echo  two   words") == "two words");
}

TEST_CASE("a secret of more than 1 MiB is refused wherever it comes from, and nothing of it is repeated") {
  const TempDir dir;
  const std::string longest(1024UL * 1024, '7');
  const auto expect = [](SecretRef::Kind kind, const std::string& target, std::size_t size) {
    CAPTURE(size);
    const auto secret = resolve(kind, target);
    if (size > 0) {
      REQUIRE(secret.has_value());
      CHECK(secret->reveal().size() == size);
      return;
    }
    REQUIRE_FALSE(secret.has_value());
    CHECK(secret.error().message.find("longer than 1 MiB") != std::string::npos);
    CHECK(to_text(secret.error()).find("777") == std::string::npos);
  };
  const std::string file = (dir / "secret").string();
  put(dir / "secret", longest);
  expect(SecretRef::Kind::file, file, longest.size());
  expect(SecretRef::Kind::cmd, "cat " + file, longest.size());
  put(dir / "secret", longest + "7");
  expect(SecretRef::Kind::file, file, 0);
  expect(SecretRef::Kind::cmd, "cat " + file, 0);
  const Environment most("WAMIGRATE_TEST_LONG", longest);
  expect(SecretRef::Kind::env, "WAMIGRATE_TEST_LONG", longest.size());
  const Environment more("WAMIGRATE_TEST_LONG", longest + "7");
  expect(SecretRef::Kind::env, "WAMIGRATE_TEST_LONG", 0);
}

TEST_CASE("no shell reads a command") { CHECK(found(SecretRef::Kind::cmd, "echo $HOME;id|cat>x") == "$HOME;id|cat>x"); }

TEST_CASE("a command is not shown the other secrets of the fleet, and all else of the environment") {
  const Environment token("WAMIGRATE_TEST_TOKEN", "314159");
  const Environment vault("WAMIGRATE_TEST_VAULT", "where-it-is");
  const auto source = make_secret_source({"WAMIGRATE_TEST_TOKEN", "WAMIGRATE_TEST_MISSING"});
  const TempDir dir;
  put(dir / "show.sh", "tr '\\0' ' ' < /proc/self/environ\n");
  const auto shown = source->resolve({SecretRef::Kind::cmd, "sh " + (dir / "show.sh").string()});
  REQUIRE(shown.has_value());
  const std::string text(shown->reveal());
  CHECK(text.find("314159") == std::string::npos);
  CHECK(text.find("WAMIGRATE_TEST_VAULT=where-it-is") != std::string::npos);
  CHECK(text.find("HOME=") != std::string::npos);
  CHECK(source->resolve({SecretRef::Kind::env, "WAMIGRATE_TEST_TOKEN"})->reveal() == "314159");
}

TEST_CASE("a command that fails, prints nothing or cannot be started gives an error that shows nothing it printed") {
  for (const char* command : {"false", "true", "/no/such/program", "sh -c kill$IFS-9$IFS$$"}) {
    CAPTURE(command);
    CHECK_FALSE(resolve(SecretRef::Kind::cmd, command).has_value());
  }
  const TempDir dir;
  put(dir / "script", "#!/bin/sh\necho 314159\nexit 3\n", 0700);
  const auto failed = resolve(SecretRef::Kind::cmd, (dir / "script").string());
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().message.find("exit code 3") != std::string::npos);
  CHECK(to_text(failed.error()).find("314159") == std::string::npos);
}

TEST_CASE("a command that was killed is an error even though it printed something") {
  const TempDir dir;
  put(dir / "script", "#!/bin/sh\necho 3141\nkill -9 $$\n", 0700);
  const auto killed = resolve(SecretRef::Kind::cmd, (dir / "script").string());
  REQUIRE_FALSE(killed.has_value());
  CHECK(killed.error().message.find("killed") != std::string::npos);
}

TEST_CASE("a command that does not end is ended") {
  const auto source = make_secret_source({}, Millis(100));
  const auto before = std::chrono::steady_clock::now();
  const auto silent = source->resolve({SecretRef::Kind::cmd, "sleep 20"});
  const TempDir dir;
  put(dir / "script", "#!/bin/sh\nexec 1>&-\nsleep 20\n", 0700);
  const auto closed = source->resolve({SecretRef::Kind::cmd, (dir / "script").string()});
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(5));
  REQUIRE_FALSE(silent.has_value());
  CHECK(silent.error().message.find("did not end within 100 ms") != std::string::npos);
  CHECK_FALSE(closed.has_value());
}

TEST_CASE("many threads that share a command run it once") {
  const TempDir dir;
  put(dir / "script", "#!/bin/sh\necho ran >> " + (dir / "log").string() + "\necho 314159\n", 0700);
  const auto source = make_secret_source();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      static_cast<void>(source->resolve({SecretRef::Kind::cmd, (dir / "script").string()}));
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(content_of(dir / "log") == "ran\n");
}

TEST_CASE("an empty reference is an error") { CHECK_FALSE(resolve(SecretRef::Kind::none, "").has_value()); }
