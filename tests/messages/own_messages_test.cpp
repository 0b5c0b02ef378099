// What this tool itself sends (a load test's messages, as documented in tests/contract) by its own rules: Cloud's are
// in Cloud's words, and on-premises' become such without any loss.
#include "messages/translate.hpp"
#include "support/catch.hpp"
#include "support/http_file.hpp"

using namespace wamigrate;
using namespace wamigrate::messages;

TEST_CASE("what this tool sends to Cloud is in its words, and what it sends on-premises can be said there as well") {
  int looked_at = 0;
  for (const auto& file : wamigrate::testing::read_http_files(SOURCE_DIR "/tests/contract")) {
    if (file.name.find("_send_") == std::string::npos || file.head.contains("asked")) continue;
    CAPTURE(file.name);
    const auto body = parse_json(file.request_body);
    REQUIRE(body);
    const auto payload = payload_from(*body);
    REQUIRE(payload);
    const Translation there = translate(*payload, Direction::to_cloud, unknown_setting());
    CHECK(there.already == file.name.starts_with("graph_"));
    CHECK(there.lossless());
    ++looked_at;
  }
  CHECK(looked_at >= 20);
}
