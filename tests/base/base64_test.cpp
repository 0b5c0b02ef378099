// Base64 there and back, and what is none.
#include "base/base64.hpp"

#include "support/catch.hpp"

namespace wamigrate {

TEST_CASE("bytes come back from base64 as they were, whatever they are") {
  for (const std::string& bytes : {std::string(), std::string("f"), std::string("fo"), std::string("\0\xFF\x80", 3)}) {
    CHECK(from_base64(to_base64(bytes)) == bytes);
  }
  CHECK(to_base64("user:pass") == "dXNlcjpwYXNz");
  CHECK(from_base64("dXNl\r\ncjpwYXNz\n") == "user:pass");
}

TEST_CASE("text that is not base64 gives nothing") {
  for (const char* text : {"dXNlcjpwYXN", "<html>", "dXNl=cjpwYXNz"}) CHECK_FALSE(from_base64(text));
}

}  // namespace wamigrate
