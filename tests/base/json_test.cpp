// Claims about reading and writing JSON.
#include "base/json.hpp"

#include "support/catch.hpp"

using namespace wamigrate;

namespace {
Json parsed(std::string_view text) {
  const auto json = parse_json(text);
  REQUIRE(json.has_value());
  return *json;
}
}  // namespace

TEST_CASE("text that is not JSON gives nothing and does not throw") {
  for (const char* text : {"", "{", "{\"a\":}", "nul", "[1,]", "{} {}", "<html>", "\"\xff\"", "]]]]"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_json(text).has_value());
  }
}

TEST_CASE("a document is read down to 64 levels and refused below, but brackets inside strings do not count") {
  const auto nested = [](int depth) {
    return std::string(std::size_t(depth), '[') + std::string(std::size_t(depth), ']');
  };
  CHECK(parse_json(nested(64)).has_value());
  CHECK_FALSE(parse_json(nested(65)).has_value());
  CHECK_FALSE(parse_json(std::string(10'000'000, '[')).has_value());
  CHECK(parse_json("\"\\\"" + std::string(100, '[') + "\"").has_value());
}

TEST_CASE("an object of so many members that reading it would take hours is refused at once, a long list is not") {
  const auto object = [](int members) {
    std::string text = "{\"first\":0";
    for (int i = 0; i < members; ++i) text += ",\"" + std::to_string(i) + "\":{}";
    return text + "}";
  };
  CHECK(parse_json(object(5000))->size() == 5001);
  CHECK_FALSE(parse_json(object(1'000'000)).has_value());
  std::string list = "[0";
  for (int i = 0; i < 200'000; ++i) list += ",{\"a:b\":\":::\"}";
  CHECK(parse_json(list + "]")->size() == 200'001);
  CHECK_FALSE(parse_json("]" + object(3)).has_value());
}

TEST_CASE("keys keep the order in which they were written") {
  CHECK(to_compact(parsed(R"({"b":1,"a":{"z":1,"y":2}})")) == R"({"b":1,"a":{"z":1,"y":2}})");
}

TEST_CASE("a missing part of a path is a null value, whatever stands in its place") {
  const Json json = parsed(R"({"health_status":{"entities":[1]},"id":"7"})");
  CHECK(at_path(json, {"health_status", "entities"}).size() == 1);
  CHECK(at_path(json, {"health_status", "missing", "deeper"}).is_null());
  CHECK(at_path(json, {"id", "deeper"}).is_null());
  CHECK(at_path(json, {}) == json);
}

TEST_CASE("members are read as text whether written as text, number or boolean") {
  const Json json = parsed(R"({"s":"x","n":12,"b":true,"o":{},"z":null})");
  CHECK(text_at(json, "s") == "x");
  CHECK(text_at(json, "n") == "12");
  CHECK(text_at(json, "b") == "true");
  CHECK(text_at(json, "o").empty());
  CHECK(text_at(json, "z").empty());
  CHECK(text_at(json, "missing").empty());
  CHECK(text_at(Json("not an object"), "s").empty());
}

TEST_CASE("members are read as whole numbers from numbers and from digits, and from nothing else") {
  const Json json = parsed(
      R"({"n":-5,"s":"133016","whole":1e3,"part":1.5,"huge":18446744073709551615,"vast":1e300,"mixed":"12x","empty":"","b":true})");
  CHECK(number_at(json, "n") == -5);
  CHECK(number_at(json, "s") == 133016);
  CHECK(number_at(json, "whole") == 1000);
  for (const char* key : {"part", "huge", "vast", "mixed", "empty", "b", "missing"}) {
    CAPTURE(key);
    CHECK_FALSE(number_at(json, key).has_value());
  }
}

TEST_CASE("success is a flag both as a boolean and as a string") {
  const Json json = parsed(R"({"t":true,"f":false,"ts":"true","fs":"false","n":1,"s":"yes"})");
  CHECK(flag_at(json, "t") == true);
  CHECK(flag_at(json, "f") == false);
  CHECK(flag_at(json, "ts") == true);
  CHECK(flag_at(json, "fs") == false);
  CHECK_FALSE(flag_at(json, "n").has_value());
  CHECK_FALSE(flag_at(json, "s").has_value());
  CHECK_FALSE(flag_at(json, "missing").has_value());
}

TEST_CASE("broken UTF-8 is replaced on writing, never thrown over") {
  CHECK(to_compact(Json{{"k", "a\xff"}}) == "{\"k\":\"a\xEF\xBF\xBD\"}");
  CHECK(to_document(Json{{"k", 1}}) == "{\n  \"k\": 1\n}\n");
}
