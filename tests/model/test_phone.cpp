// Phone numbers: what is accepted, what is refused, and how a number is told apart.
#include <random>

#include "model/number.hpp"
#include "support/catch.hpp"

using namespace wamigrate;

namespace {

std::string e164_of(std::string_view text) {
  const auto phone = parse_phone(text);
  return phone ? phone->e164 : "refused: " + phone.error().message;
}

}  // namespace

TEST_CASE("a phone number is told apart into country code, national number and country") {
  struct Case {
    std::string_view text, cc, national, region;
  };
  for (const Case& expected :
       {Case{"+4915110000000", "49", "15110000000", "DE"}, Case{"+390612345678", "39", "0612345678", "IT"},
        Case{"+12025550143", "1", "2025550143", "US"}, Case{"+14165550143", "1", "4165550143", "CA"},
        Case{"+2250102030405", "225", "0102030405", "CI"}, Case{"+80012345678", "800", "12345678", "001"},
        Case{"+79781234567", "7", "9781234567", "RU"}, Case{"+380651234567", "380", "651234567", "UA"}}) {
    CAPTURE(expected.text);
    const auto phone = parse_phone(expected.text);
    REQUIRE(phone);
    CHECK(phone->e164 == expected.text);
    CHECK(phone->digits() == expected.text.substr(1));
    CHECK(phone->cc == expected.cc);
    CHECK(phone->national == expected.national);
    CHECK(phone->region == expected.region);
  }
}

TEST_CASE("numbers of test and new ranges are accepted, with the main country of their code") {
  REQUIRE(parse_phone("+15550783881"));
  CHECK(parse_phone("+15550783881")->region == "US");
  REQUIRE(parse_phone("+447700900101"));
  CHECK(parse_phone("+447700900101")->region == "GB");
}

TEST_CASE("blanks, dots, dashes and brackets in a phone number are forgiven") {
  CHECK(e164_of("+49 151 1000 0000") == "+4915110000000");
  CHECK(e164_of(" +1 (555) 078-3881 ") == "+15550783881");
  CHECK(e164_of("+49.151.10000000") == "+4915110000000");
  CHECK(e164_of("+[49]15110000000") == "+4915110000000");
}

TEST_CASE("a trunk prefix that belongs to no international number is dropped") {
  CHECK(e164_of("+49 (0)151 10000000") == "+4915110000000");
  CHECK(e164_of("+52 1 55 1234 5678") == "+525512345678");
}

TEST_CASE("a phone number reads the same when it is read again, or is refused") {
  CHECK(e164_of("+49001713920001").find("belong to no international number") != std::string::npos);
  CHECK(e164_of("+33 (0)6 39 98 01 01").find("belong to no international number") != std::string::npos);
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = "+";
    for (auto length = 8 + random() % 8; length > 0; --length) text += static_cast<char>('0' + random() % 10);
    const auto phone = parse_phone(text);
    if (!phone) continue;
    CAPTURE(text);
    CHECK(e164_of(phone->e164) == phone->e164);
  }
}

TEST_CASE("what cannot be a phone number is refused, each for its reason") {
  struct Case {
    std::string_view text, reason;
  };
  for (const Case& expected :
       {Case{"", "empty"}, Case{"   ", "empty"}, Case{"15110000000", "does not begin with +"},
        Case{"4915110000000", "does not begin with +"}, Case{"004915110000000", "begins with 00"},
        Case{"4.91511E+12", "spreadsheets"}, Case{"+", "too short"}, Case{"+0", "too short"},
        Case{"+49151", "too short for its country"}, Case{"+491511000000000000", "too long"},
        Case{"+123456789012345678901234567890", "too long"}, Case{"+999123456", "country code"},
        Case{"+49151x10000000", "no digit"}, Case{"+49151100000 ext. 5", "no digit"},
        Case{"+49１５１10000000", "no digit"}, Case{"++4915110000000", "no digit"},
        Case{"+4915110000000                                              1", "too long"}}) {
    CAPTURE(expected.text);
    const auto phone = parse_phone(expected.text);
    REQUIRE_FALSE(phone);
    CHECK(phone.error().message.find(expected.reason) != std::string::npos);
    CHECK_FALSE(phone.error().fix.empty());
  }
}

TEST_CASE("a text that is no phone number at all is not repeated in the error") {
  for (const std::string_view text : {"123456", "hunter2", "+hunter2"}) {
    const auto phone = parse_phone(text);
    REQUIRE_FALSE(phone);
    CHECK(to_text(phone.error()).find(text.substr(text.size() - 6)) == std::string::npos);
  }
}

TEST_CASE("an amount is a count, or a share rounded up that is never nothing") {
  CHECK(Amount{3, false}.of(100) == 3);
  CHECK(Amount{5, true}.of(100) == 5);
  CHECK(Amount{5, true}.of(101) == 6);
  CHECK(Amount{5, true}.of(3) == 1);
  CHECK(Amount{100, true}.of(2'000'000'000) == 2'000'000'000);
  CHECK(Amount{0, true}.of(100) == 0);
  CHECK(Amount{5, true}.text() == "5%");
  CHECK(Amount{5, false}.text() == "5");
}

TEST_CASE("directions are named as the command line spells them") {
  CHECK(name(Direction::to_cloud) == "cloud");
  CHECK(name(Direction::to_onprem) == "onprem");
}
