// The fuzz targets without a fuzzer: every input that once broke something, every honest one, and the same few
// thousand mutations of those every time. The fuzzer proper is tools/fuzz.sh.
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "fuzz/targets/target.hpp"
#include "support/catch.hpp"

using namespace wamigrate::fuzz;

namespace {

namespace fs = std::filesystem;

/// Runs a target. The input lies in a file meanwhile: a crash leaves it there.
class Trial {
 public:
  explicit Trial(const Target& target)
      : target_(target),
        file_(fs::temp_directory_path() /
              ("wamigrate-fuzz-" + std::to_string(::getpid()) + "-" + std::string(target.name))) {}
  ~Trial() {
    std::error_code ignored;
    if (!broken_) fs::remove(file_, ignored);
  }
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  void run(const std::string& input) {
    std::ofstream(file_, std::ios::binary | std::ios::trunc) << input;
    INFO("the input is in " << file_.string());
    try {
      target_.run(input);
    } catch (const std::exception& problem) {
      broken_ = true;
      FAIL("does not hold: " << problem.what());
    }
  }

 private:
  const Target& target_;
  const fs::path file_;
  bool broken_ = false;
};

/// A few changes to an input; the same generator makes the same ones everywhere.
class Mutator {
 public:
  explicit Mutator(const std::vector<std::string>& seeds) : seeds_(seeds) {}

  std::string next() {
    std::string text = any_seed();
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) change(text);
    return text;
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : static_cast<std::size_t>(generator_() % limit); }
  const std::string& any_seed() { return seeds_[below(seeds_.size())]; }
  std::string part_of(const std::string& text) {
    const std::size_t from = below(text.size());
    return text.substr(from, 1 + below(std::min<std::size_t>(text.size() - from, 64)));
  }

  void change(std::string& text) {
    static const std::vector<std::string> telling = {"",
                                                     "0",
                                                     "-1",
                                                     "9223372036854775807",
                                                     "18446744073709551616",
                                                     "1e999",
                                                     "null",
                                                     "true",
                                                     "[]",
                                                     "{}",
                                                     "\"\"",
                                                     "\\u0000",
                                                     "\r\n",
                                                     "\r\n\r\n",
                                                     "\n",
                                                     "\t",
                                                     "\x1b[2J",
                                                     "\xC2\x85",
                                                     "\xFF",
                                                     std::string(1, '\0'),
                                                     "&a",
                                                     "*a",
                                                     ": ",
                                                     "- ",
                                                     "\"",
                                                     "'",
                                                     ",",
                                                     ":",
                                                     "[",
                                                     "]",
                                                     "{",
                                                     "}",
                                                     "%0d%0a",
                                                     "+",
                                                     "../",
                                                     "<",
                                                     ">",
                                                     "#"};
    const std::size_t at = below(text.size() + 1);
    switch (below(6)) {
      case 0:
        text.insert(at, telling[below(telling.size())]);
        break;
      case 1:
        text.erase(at, 1 + below(16));
        break;
      case 2:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        break;
      case 3:
        text.insert(at, part_of(text));
        break;
      case 4:
        text.insert(at, part_of(any_seed()));
        break;
      default:
        replace_word(text, at, telling[below(telling.size())]);
    }
  }

  /// A whole word or number in favour of something telling.
  static void replace_word(std::string& text, std::size_t at, const std::string& by) {
    const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
    std::size_t end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    while (at > 0 && is_word(text[at - 1])) --at;
    text.replace(at, end - at, by);
  }

  const std::vector<std::string>& seeds_;
  std::mt19937_64 generator_{20251023};
};

std::vector<std::string> kept_inputs(const Target& target) {
  std::vector<fs::path> files;
  const fs::path folder = fs::path(SOURCE_DIR) / "tests/fuzz/corpus" / target.name;
  if (fs::exists(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> inputs;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return inputs;
}

}  // namespace

TEST_CASE("what once broke something breaks nothing any more") {
  for (const Target* target : targets()) {
    DYNAMIC_SECTION(target->name) {
      Trial trial(*target);
      for (const std::string& input : kept_inputs(*target)) trial.run(input);
    }
  }
}

TEST_CASE("every door holds its promises about honest input, and about a thousand ways to spoil it") {
  for (const Target* target : targets()) {
    DYNAMIC_SECTION(target->name) {
      Trial trial(*target);
      const std::vector<std::string> seeds = target->seeds();
      trial.run("");
      for (const std::string& seed : seeds) trial.run(seed);
      Mutator mutator(seeds);
      for (int i = 0; i < 1000; ++i) trial.run(mutator.next());
    }
  }
}

TEST_CASE("a door that does not hold its promise is noticed") {
  CHECK_THROWS_AS(holds(false, "promise"), Broken);
  CHECK(is_plain("a b – ü"));
  for (const std::string text : {"a\nb", "\x1b[2J", "\x7f", "\xC2\x9B", "a\rb"}) CHECK_FALSE(is_plain(text));
}
