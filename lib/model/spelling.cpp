// Digits are compared, then digits in their older spelling.
#include "model/spelling.hpp"

#include <cctype>

namespace wamigrate {
namespace {

// Brazil writes mobile numbers with and without the ninth digit after the two-digit area code (without it they began
// with 6 to 9; 2 to 5 are landlines, which never had one). Côte d'Ivoire put two digits before its eight in 2021.
// Mexico's national numbers have ten digits, none of which begins with 1; a 1 before them once said "mobile" to callers
// from abroad.
std::string older_spelling(std::string digits) {
  if (digits.size() != 13) return digits;
  if (digits.starts_with("55") && digits[4] == '9' && digits[5] >= '6') return digits.erase(4, 1);
  if (digits.starts_with("225")) return digits.erase(3, 2);
  if (digits.starts_with("521") && digits[3] >= '2') return digits.erase(2, 1);
  return digits;
}

}  // namespace

std::string digits_of(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) digits += c;
  }
  return digits;
}

// Two spellings of one number differ in their length.
bool same_number(std::string_view one, std::string_view other) {
  const std::string left = digits_of(one);
  const std::string right = digits_of(other);
  return left == right || older_spelling(left) == right || left == older_spelling(right);
}

std::string spelling_key(std::string_view spelled) { return older_spelling(digits_of(spelled)); }

bool same_number(const Phone& phone, std::string_view spelled) { return same_number(phone.e164, spelled); }

}  // namespace wamigrate
