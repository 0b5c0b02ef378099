// Claims about files and directories.
#include "ports/files.hpp"

#include "ports/places.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;

TEST_CASE("a written file is read back whole, with the mode that was asked for") {
  const TempDir dir;
  const std::string content("a\0b\n", 4);
  REQUIRE(write_file(dir / "secret", content, true).has_value());
  REQUIRE(write_file(dir / "public", content, false).has_value());
  CHECK(read_file(dir / "secret") == content);
  CHECK(mode_of(dir / "secret") == 0600);
  CHECK(mode_of(dir / "public") == 0644);
}

TEST_CASE("a file is replaced as a whole and nothing is left beside it") {
  const TempDir dir;
  put(dir / "file", "old and longer", 0644);
  REQUIRE(write_file(dir / "file", "new", true).has_value());
  CHECK(content_of(dir / "file") == "new");
  CHECK(mode_of(dir / "file") == 0600);
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 1);
}

TEST_CASE("a file that is written again and again is swapped as a whole, for all to read") {
  const TempDir dir;
  put(dir / "file", "old and longer", 0600);
  REQUIRE(swap_file(dir / "file", "new").has_value());
  CHECK(content_of(dir / "file") == "new");
  CHECK(mode_of(dir / "file") == 0644);
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 1);
  CHECK_FALSE(swap_file(dir / "no" / "such" / "file", "x").has_value());
}

TEST_CASE("a new file is never written over an existing one") {
  const TempDir dir;
  CHECK(write_new_file(dir / "key", "first") == true);
  CHECK(write_new_file(dir / "key", "second") == false);
  CHECK(content_of(dir / "key") == "first");
  CHECK(mode_of(dir / "key") == 0600);
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 1);
}

TEST_CASE("a file that cannot be read or written is an error that names it and says what to do") {
  const TempDir dir;
  const auto missing = read_file(dir / "missing");
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().message.find((dir / "missing").string()) != std::string::npos);
  CHECK_FALSE(missing.error().fix.empty());
  CHECK_FALSE(read_file(dir.path()).has_value());
  CHECK_FALSE(write_file(dir / "no" / "such" / "file", "x", true).has_value());
}

TEST_CASE("a file whose size the system does not tell is read to its end") {
  const auto status = read_file("/proc/self/status");
  REQUIRE(status.has_value());
  CHECK(status->find("VmRSS") != std::string::npos);
}

TEST_CASE("a program is a file that may be executed, through links too; everything else says what it is not") {
  const TempDir dir;
  put(dir / "program", "#!/bin/sh\n", 0700);
  put(dir / "text", "#!/bin/sh\n", 0600);
  std::filesystem::create_symlink(dir / "program", dir / "link");
  std::filesystem::create_symlink(dir / "nothing", dir / "dangling");
  CHECK(require_executable(dir / "program"));
  CHECK(require_executable(dir / "link"));
  const auto why = [&](const std::string& name) {
    const auto executable = require_executable(dir / name);
    return executable ? "none" : executable.error().message.substr((dir / name).string().size());
  };
  CHECK(why("text") == " may not be executed");
  CHECK(why("missing") == " is not there");
  CHECK(why("dangling") == " is not there");
  std::filesystem::create_directory(dir / "folder");
  CHECK(why("folder") == " is no file");
}

TEST_CASE("missing directories are made for the owner alone") {
  const TempDir dir;
  REQUIRE(make_private_directory(dir / "a" / "b").has_value());
  CHECK(mode_of(dir / "a") == 0700);
  CHECK(mode_of(dir / "a" / "b") == 0700);
  CHECK(make_private_directory(dir / "a" / "b").has_value());
}

TEST_CASE("a directory into which others may write is refused with the command that helps") {
  const TempDir dir;
  std::filesystem::create_directory(dir / "open");
  std::filesystem::permissions(dir / "open", static_cast<std::filesystem::perms>(0770));
  const auto refused = make_private_directory(dir / "open");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().fix.find("chmod 700 " + (dir / "open").string()) != std::string::npos);
  std::filesystem::permissions(dir / "open", static_cast<std::filesystem::perms>(0755));
  CHECK(make_private_directory(dir / "open").has_value());
  put(dir / "file", "");
  CHECK_FALSE(make_private_directory(dir / "file").has_value());
}

TEST_CASE("a file that others may read is not private") {
  const TempDir dir;
  put(dir / "file", "x", 0600);
  CHECK(require_private_file(dir / "file").has_value());
  put(dir / "file", "x", 0640);
  const auto refused = require_private_file(dir / "file");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().fix.find("chmod 600") != std::string::npos);
}

TEST_CASE("~ is the home directory, and XDG_STATE_HOME is honoured when it is absolute") {
  const Environment home("HOME", "/home/someone");
  CHECK(expand_home("~/x") == "/home/someone/x");
  CHECK(expand_home("~") == "/home/someone");
  CHECK(expand_home("a/~/x") == "a/~/x");
  {
    const Environment state("XDG_STATE_HOME", "/var/state");
    CHECK(default_state_dir() == "/var/state/wamigrate");
  }
  const Environment state("XDG_STATE_HOME", "relative");
  CHECK(default_state_dir() == "/home/someone/.local/state/wamigrate");
}

TEST_CASE("a process is named by host and number") {
  CHECK(process_name().ends_with(":" + std::to_string(::getpid())));
}

TEST_CASE("free space is that of the disk where a directory is, or would be made") {
  const auto here = free_space(".");
  REQUIRE(here);
  CHECK(*here > 0);
  CHECK(free_space("./not/made/yet").has_value());
  CHECK(free_space("/").has_value());
}

TEST_CASE("a directory that others may look into is not private") {
  const TempDir dir;
  REQUIRE(make_private_directory(dir / "run").has_value());
  CHECK(require_private_directory(dir / "run").has_value());
  for (const int mode : {0755, 0750, 0701}) {
    std::filesystem::permissions(dir / "run", static_cast<std::filesystem::perms>(mode));
    const auto refused = require_private_directory(dir / "run");
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().fix.find("chmod 700") != std::string::npos);
  }
  CHECK_FALSE(require_private_directory(dir / "missing").has_value());
}
