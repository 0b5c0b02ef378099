// Claims about JSON that is written and read piece by piece: the bytes are the library's, and so is the opinion of what
// is JSON.
#include <algorithm>
#include <random>

#include "base/digest.hpp"
#include "base/json_reader.hpp"
#include "base/json_writer.hpp"
#include "support/catch.hpp"

using namespace wamigrate;

namespace {

/// Arbitrary values, the same ones every time.
class Values {
 public:
  Json value(int depth = 0) {
    switch (below(depth > 4 ? 7 : 9)) {
      case 0:
        return nullptr;
      case 1:
        return below(2) == 0;
      case 2:
        return static_cast<long long>(random_());
      case 3:
        return random_();
      case 4:
        return std::array{0.0, -1.5, 1e300, 1e-7, 100.0}[below(5)];
      case 5:
      case 6:
        return text();
      case 7: {
        Json list = Json::array();
        for (std::size_t i = below(4); i > 0; --i) list.push_back(value(depth + 1));
        return list;
      }
      default: {
        Json object = Json::object();
        for (std::size_t i = below(5); i > 0; --i) object["k" + text()] = value(depth + 1);
        return object;
      }
    }
  }
  std::string text() {
    static const std::vector<std::string> pieces = {"a",    "Z 9",    "\"",     "\\",         "\n",   "\x01",
                                                    "\x7f", "\u00e9", "\u20ac", "\U0001f600", "\xff", "\xe2\x82",
                                                    "/",    "{",      "]",      ":",          ","};
    std::string text;
    for (std::size_t i = below(5); i > 0; --i) text += pieces[below(pieces.size())];
    return text;
  }
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }

 private:
  std::mt19937_64 random_{42};
};

std::string written(const Json& json, JsonWriter::Form form) {
  return text_written(form, [&json](JsonWriter& out) { out.value(json); });
}

/// What a reader makes of a text, put together again with the library.
Json rebuilt(JsonReader& in) {
  switch (in.kind()) {
    case JsonReader::Kind::object: {
      Json object = Json::object();
      in.enter_object();
      while (const auto name = in.next_member()) object[std::string(*name)] = rebuilt(in);
      return object;
    }
    case JsonReader::Kind::list: {
      Json list = Json::array();
      in.enter_list();
      while (in.next_item()) list.push_back(rebuilt(in));
      return list;
    }
    case JsonReader::Kind::text:
      return in.text();
    case JsonReader::Kind::broken:
      in.raw();
      return nullptr;
    default:
      return parse_json(in.raw()).value_or(nullptr);
  }
}

bool is_read(std::string_view text) {
  JsonReader in(text);
  in.raw();
  return in.at_end();
}

}  // namespace

TEST_CASE("whatever is written piece by piece has the library's bytes, compact and as a document") {
  Values values;
  for (int i = 0; i < 3000; ++i) {
    const Json json = values.value();
    CHECK(written(json, JsonWriter::Form::compact) == to_compact(json));
    CHECK(written(json, JsonWriter::Form::document) == to_document(json));
  }
}

TEST_CASE("members and items written one by one are as if they had been written as one value") {
  for (const auto form : {JsonWriter::Form::compact, JsonWriter::Form::document}) {
    const std::string text = text_written(form, [](JsonWriter& out) {
      out.open_object();
      out.member("text", "a \"word\"");
      out.member("flag", true);
      out.member("count", -7);
      out.member("most", std::uint64_t{18446744073709551615U});
      out.member("none", nullptr);
      out.member_unless_empty("missing", "");
      out.member_unless_empty("there", "x");
      out.key("empty");
      out.open_object();
      out.close_object();
      out.key("list");
      out.list(std::vector<int>{1, 2}, [&out](int item) { out.value(item); });
      out.key("no_items");
      out.list(std::vector<int>{}, [&out](int item) { out.value(item); });
      out.close_object();
    });
    const Json json = {{"text", "a \"word\""},
                       {"flag", true},
                       {"count", -7},
                       {"most", std::uint64_t{18446744073709551615U}},
                       {"none", nullptr},
                       {"there", "x"},
                       {"empty", Json::object()},
                       {"list", {1, 2}},
                       {"no_items", Json::array()}};
    CHECK(text == (form == JsonWriter::Form::compact ? to_compact(json) : to_document(json)));
  }
}

TEST_CASE("a long document is handed over in pieces, none of which is long, and nothing of it is lost") {
  Json json = Json::array();
  for (int i = 0; i < 20'000; ++i) json.push_back({{"number", i}, {"text", std::string(40, 'x')}});
  std::string text;
  std::size_t pieces = 0;
  Sha256 digest;
  JsonWriter out(JsonWriter::Form::document, [&](std::string_view piece) {
    CHECK(piece.size() < 70'000);
    text += piece;
    digest.add(piece);
    ++pieces;
  });
  out.value(json);
  out.finish();
  CHECK(pieces > 10);
  CHECK(text == to_document(json));
  CHECK(digest.hex() == sha256_hex(text));
}

TEST_CASE("what a reader finds is what the library finds, and a document that it accepts the library accepts") {
  Values values;
  for (int i = 0; i < 3000; ++i) {
    const Json json = *parse_json(to_compact(values.value()));
    const std::string text = i % 2 == 0 ? to_compact(json) : to_document(json);
    JsonReader in(text);
    const Json again = rebuilt(in);
    const bool plain_names = text.find('\\') == std::string::npos &&
                             std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' || c == '\n'; });
    if (in.at_end()) CHECK(again == json);
    if (plain_names && text.find("\x7f") == std::string::npos) CHECK(in.at_end());
    CHECK(without_blanks(text) == to_compact(json));
    if (text.size() < 2) continue;
    for (int change = 0; change < 20; ++change) {
      std::string changed = text;
      const std::size_t at = values.below(text.size());
      switch (values.below(3)) {
        case 0:
          changed.erase(at, 1 + values.below(3));
          break;
        case 1:
          changed[at] = "{}[]\",:0-+.eE tfn\\\xc3"[values.below(19)];
          break;
        default:
          changed.resize(at);
      }
      if (is_read(changed)) CHECK(parse_json(changed).has_value());
    }
  }
}

TEST_CASE("text that is not JSON puts a reader out of order, and nothing more comes of it") {
  for (const std::string_view text : {"",
                                      " ",
                                      "{",
                                      "[",
                                      "\"",
                                      "\"\\",
                                      "\"\\\"",
                                      "{\"a\":}",
                                      "{\"a\"}",
                                      "{\"a\":1,}",
                                      "{,}",
                                      "{1:2}",
                                      "[1,]",
                                      "[,1]",
                                      "[1 2]",
                                      "nul",
                                      "tru",
                                      "falsy",
                                      "-",
                                      "01",
                                      "1.",
                                      ".5",
                                      "1e",
                                      "+1",
                                      "1e999",
                                      "0x1",
                                      "]",
                                      "}",
                                      "{]",
                                      "[}",
                                      "\"\xff\"",
                                      "\"\n\"",
                                      "\"\\ud800\"",
                                      "{} {}",
                                      "[1]]",
                                      "NaN",
                                      "\xef\xbb\xbf{}"}) {
    CAPTURE(text);
    CHECK_FALSE(is_read(text));
    CHECK_FALSE(parse_json(text.substr(0, 3) == "\xef\xbb\xbf" ? text.substr(1) : text).has_value());
  }
  JsonReader in("[1,x]");
  in.enter_list();
  CHECK(in.next_item());
  CHECK(in.raw() == "1");
  CHECK(in.next_item());
  CHECK(in.raw().empty());
  CHECK_FALSE(in.ok());
  CHECK_FALSE(in.next_item());
  CHECK(in.kind() == JsonReader::Kind::broken);
  JsonReader other("[1]");
  other.enter_object();
  CHECK_FALSE(other.ok());
}

TEST_CASE("an object that has a member twice is not read, in whichever object that is, and a reader says which") {
  for (const std::string_view text : {R"({"a":1,"a":2})", R"([{"b":{"a":1,"c":{"a":3},"a":2}}])"}) {
    JsonReader in(text);
    in.raw();
    CHECK_FALSE(in.ok());
    CHECK(in.why() == "an object has the member \"a\" twice");
  }
  CHECK(is_read(R"([{"a":1},{"a":{"a":[{"a":1}]}}])"));
  CHECK_FALSE(is_read(R"({"\u0061":1})"));
}

TEST_CASE("a reader goes down 64 levels and no further, and into objects of 1,000 members and no more") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(is_read(nested(64)));
  CHECK_FALSE(is_read(nested(65)));
  CHECK_FALSE(is_read(std::string(1'000'000, '[')));
  const auto object = [](int members) {
    std::string text = "{\"first\":0";
    for (int i = 1; i < members; ++i) text += ",\"" + std::to_string(i) + "\":{}";
    return text + "}";
  };
  CHECK(is_read(object(1000)));
  CHECK_FALSE(is_read(object(1001)));
}
