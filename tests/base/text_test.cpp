// Claims about errors, diagnostics and digests.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/diagnostic.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "support/catch.hpp"

using namespace wamigrate;

TEST_CASE("an error is one line of what happened and what to do") {
  CHECK(to_text(Error{"the file is gone", "make it again"}) == "the file is gone; make it again");
  CHECK(to_text(Error{"the file is gone", ""}) == "the file is gone");
  const Result<int> result = fail("a", "b");
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().fix == "b");
}

TEST_CASE("a diagnostic names its file and line as compilers do") {
  CHECK(to_text(Diagnostic{{"fleet.yaml", 7}, "no phone", "give one"}) == "fleet.yaml:7: no phone; give one");
  CHECK(to_text(Diagnostic{{"fleet.yaml", 0}, "empty", ""}) == "fleet.yaml: empty");
  CHECK(to_text(Diagnostic{{}, "empty", ""}) == "empty");
  CHECK(to_text(Diagnostics{{{"a", 1}, "x", ""}, {{"a", 2}, "y", "z"}}) == "a:1: x\na:2: y; z\n");
}

TEST_CASE("digests are those of FIPS 180-2") {
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("a broken rule of the program ends the process, a kept one does nothing") {
  ensure(true, "kept");
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);  // past the test runner's own handler
    close(STDERR_FILENO);
    ensure(false, "broken");
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
}
