// A record of lines: what it has taken stays, and what a crash left of a line does not.
#include "ports/line_record.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/catch.hpp"

namespace wamigrate {
namespace {

const LineForm in_braces = {[](std::string_view line) { return line.starts_with('{') && line.ends_with('}'); }, "{"};

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "wamigrate-lines-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path file() const { return path / "record.jsonl"; }
  std::string content() const {
    std::ifstream in(file());
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  void put(const std::string& text) const { std::ofstream(file()) << text; }
  std::filesystem::path path;
};

}  // namespace

TEST_CASE("lines are appended to what is there, by one process at a time") {
  const Folder folder;
  {
    auto record = open_line_record(folder.file(), in_braces);
    REQUIRE(record);
    CHECK((*record)->append("{1}\n"));
    const auto second = open_line_record(folder.file(), in_braces);
    REQUIRE(!second);
    CHECK(second.error().message.find("another process") != std::string::npos);
  }
  auto record = open_line_record(folder.file(), in_braces);
  REQUIRE(record);
  CHECK((*record)->append("{2}\n"));
  CHECK(folder.content() == "{1}\n{2}\n");
  const auto mode = std::filesystem::status(folder.file()).permissions();
  CHECK(mode == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

TEST_CASE("a last line cut short anywhere is taken away, and a whole one that lacks its end is kept") {
  const std::string lines = "{\"a\":1}\n{\"b\":2}\n";
  for (std::size_t cut = 0; cut <= lines.size(); ++cut) {
    CAPTURE(cut);
    const Folder folder;
    folder.put(lines.substr(0, cut));
    auto record = open_line_record(folder.file(), in_braces);
    REQUIRE(record);
    CHECK((*record)->append("{3}\n"));
    const std::string kept = cut < 7 ? "" : cut < 15 ? lines.substr(0, 8) : lines;
    CHECK(folder.content() == kept + "{3}\n");
  }
}

TEST_CASE("a line that the disk does not take whole leaves nothing behind") {
  const Folder folder;
  auto record = open_line_record(folder.file(), in_braces);
  REQUIRE(record);
  REQUIRE((*record)->append("{1}\n"));
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{8, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &tight);
  const auto written = (*record)->append("{\"long\":2}\n");
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, ignored);
  CHECK(!written);
  CHECK(folder.content() == "{1}\n");
  CHECK((*record)->append("{2}\n"));
  CHECK(folder.content() == "{1}\n{2}\n");
}

TEST_CASE("what is no record is not written to") {
  const Folder folder;
  CHECK(!open_line_record(folder.path, in_braces));
  CHECK(!open_line_record(folder.path / "nowhere" / "record", in_braces));
  folder.put(std::string(100'000, 'x'));
  CHECK(!open_line_record(folder.file(), in_braces));
  CHECK(folder.content().size() == 100'000);
  for (const char* text : {"notes without an end", "notes\n", "a: 1\nb: 2", "{1}\nnotes", "notes\n{1"}) {
    CAPTURE(text);
    folder.put(text);
    const auto refused = open_line_record(folder.file(), in_braces);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("nothing in it was changed") != std::string::npos);
    CHECK(folder.content() == text);
  }
}

TEST_CASE("a record knows its last line") {
  const Folder folder;
  for (const auto& [text, last] : std::vector<std::pair<std::string, std::string>>{
           {"", ""}, {"{1}\n{2}\n", "{2}"}, {"{1}\n{2}", "{2}"}, {"{1}\n{2", "{1}"}}) {
    CAPTURE(text);
    folder.put(text);
    const auto record = open_line_record(folder.file(), in_braces);
    REQUIRE(record);
    CHECK((*record)->last_line() == last);
  }
}

}  // namespace wamigrate
