// The heap is read as a debugger or a stolen dump would show it.
#include "base/wiped_memory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/secret.hpp"
#include "support/catch.hpp"

#if WAMIGRATE_WIPES_FREED_MEMORY

using namespace wamigrate;

namespace {

constexpr std::string_view scrambled = "dzmzqfcle2{2omkzqg2~mj~2x{qj2{q2fdzq";  // never itself in memory as it is meant
constexpr char key = 0x1e;

std::string unscrambled() {
  std::string text(scrambled);
  for (char& c : text) c = static_cast<char>(c ^ key);
  return text;
}

bool is_there(const char* at) {
  for (std::size_t i = 0; i < scrambled.size(); ++i) {
    if (at[i] != static_cast<char>(scrambled[i] ^ key)) return false;
  }
  return true;
}

/// How often the text stands in the heap of this process.
int times_in_heap() {
  static std::array<char, 1 << 16> piece;
  std::ifstream maps("/proc/self/maps");
  const int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  REQUIRE(memory >= 0);
  int times = 0;
  for (std::string line; std::getline(maps, line);) {
    if (line.find("[heap]") == std::string::npos) continue;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    char dash = 0;
    std::istringstream(line) >> std::hex >> from >> dash >> to;
    while (from + scrambled.size() <= to) {
      const auto got = pread(memory, piece.data(), piece.size(), static_cast<off_t>(from));
      if (got < static_cast<ssize_t>(scrambled.size())) break;
      const auto last = static_cast<std::size_t>(got) - scrambled.size();
      for (std::size_t i = 0; i <= last; ++i) times += is_there(piece.data() + i) ? 1 : 0;
      from += last + 1;
    }
  }
  close(memory);
  return times;
}

}  // namespace

TEST_CASE("what a secret has passed through on its way to the wire is not left in memory") {
  auto secret = std::make_unique<Secret>(unscrambled());
  {
    const Json body = {{"messaging_product", "whatsapp"}, {"pin", std::string(secret->reveal())}};
    const std::string wire = "POST /register HTTP/1.1\r\n\r\n" + to_compact(body);
    const std::vector<char> buffer(wire.begin(), wire.end());
    CHECK(times_in_heap() >= 4);
  }
  CHECK(times_in_heap() == 1);
  secret.reset();
  CHECK(times_in_heap() == 0);
}

#endif
