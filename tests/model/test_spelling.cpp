// Two spellings of one number, and two numbers that only look alike.
#include "model/spelling.hpp"
#include "support/catch.hpp"

using namespace wamigrate;

TEST_CASE("a number is the same however it is set out") {
  CHECK(same_number("+49 1511 0000-000", "4915110000000"));
  CHECK_FALSE(same_number("+4915110000000", "+4915110000001"));
}

TEST_CASE("Brazil's ninth digit, Côte d'Ivoire's two and Mexico's 1 make no other number") {
  CHECK(same_number("+5511987654321", "551187654321"));
  CHECK(same_number("551187654321", "+55 11 98765-4321"));
  CHECK(same_number("+2250701234567", "22501234567"));
  CHECK(same_number("+5215512345678", "+52 55 1234 5678"));
  CHECK(spelling_key("+5215512345678") == spelling_key("525512345678"));
}

TEST_CASE("two numbers of full length are never forgiven their difference") {
  CHECK_FALSE(same_number("+2250701234567", "+2250501234567"));
  CHECK(spelling_key("+2250701234567") == spelling_key("+2250501234567"));
  // A Brazilian landline never had a ninth digit.
  CHECK_FALSE(same_number("+5511923456789", "551123456789"));
  // Nothing is known of other countries' prefixes.
  CHECK_FALSE(same_number("+4915110000000", "+49015110000000"));
}
