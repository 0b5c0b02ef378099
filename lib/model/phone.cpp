// Phone numbers through libphonenumber and the metadata it carries; nothing is asked of any network. A number is
// accepted when its length is possible for its country, not only when its range is known to be in use: Meta's test
// numbers and ranges younger than the library would be refused otherwise, and both APIs have the last word anyway.
#include <phonenumbers/logger.h>
#include <phonenumbers/phonenumberutil.h>

#include "model/number.hpp"

namespace wamigrate {

namespace {

using i18n::phonenumbers::NullLogger;
using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr std::size_t longest_input = 40;  // fifteen digits, generously spaced
constexpr std::string_view how_to_write = "write it as E.164: +, country code, number, as in +4915110000000";

/// The library loads its metadata once (8 ms). Its default logger would write into our standard output.
const PhoneNumberUtil& library() {
  static const PhoneNumberUtil& util = []() -> const PhoneNumberUtil& {
    PhoneNumberUtil* instance = PhoneNumberUtil::GetInstance();
    instance->SetLogger(new NullLogger);  // the library takes ownership
    return *instance;
  }();
  return util;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "+" and digits alone, or the reason why not. A text without "+" is not repeated: it may be something else, a PIN
/// say.
Result<std::string> without_spacing(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return fail("the phone number is empty", std::string(how_to_write));
  text.remove_prefix(first);
  if (text.size() > longest_input) return fail("this is too long for a phone number", std::string(how_to_write));
  if (text.find_first_of("eE") != std::string_view::npos && is_digit(text.front())) {
    return fail("the phone number has been shortened to an exponent, as spreadsheets do",
                "format the column as text and enter the number again, with its +");
  }
  if (text.starts_with("00")) return fail("the phone number begins with 00", "write + in place of 00");
  if (!text.starts_with('+')) return fail("the phone number does not begin with +", std::string(how_to_write));
  std::string plain = "+";
  for (const char c : text.substr(1)) {
    if (is_digit(c)) {
      plain += c;
    } else if (std::string_view(" .-()[]").find(c) == std::string_view::npos) {
      return fail("the phone number has a character that is no digit", std::string(how_to_write));
    }
  }
  return plain;
}

std::string why_impossible(PhoneNumberUtil::ValidationResult result) {
  switch (result) {
    case PhoneNumberUtil::TOO_SHORT:
    case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY:  // without its area code
      return "is too short for its country";
    case PhoneNumberUtil::TOO_LONG:
      return "is too long for its country";
    default:
      return "has a length that its country does not use";
  }
}

/// From "+" and digits alone; the length is possible. Filled in rather than returned: a PhoneNumber that is moved
/// needs symbols of protobuf itself.
Result<void> parse_plain(const std::string& plain, PhoneNumber& number) {
  switch (library().Parse(plain, "ZZ", &number)) {
    case PhoneNumberUtil::NO_PARSING_ERROR:
      break;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
      return fail(plain + " has a country code that does not exist", std::string(how_to_write));
    case PhoneNumberUtil::TOO_LONG_NSN:
      return fail(plain + " is too long", std::string(how_to_write));
    default:
      return fail(plain + " is too short", std::string(how_to_write));
  }
  const PhoneNumberUtil::ValidationResult possible = library().IsPossibleNumberWithReason(number);
  if (possible == PhoneNumberUtil::IS_POSSIBLE) return {};
  return fail(plain + " " + why_impossible(possible), std::string(how_to_write));
}

std::string national_of(const PhoneNumber& number) {
  std::string national;  // unlike national_number(), with the leading zeros that Italy and others dial
  library().GetNationalSignificantNumber(number, &national);
  return national;
}

std::string e164_of(const PhoneNumber& number) {
  return "+" + std::to_string(number.country_code()) + national_of(number);
}

/// The library drops trunk prefixes, as in "+49 (0)151 …". We follow only where that leads to a number known to be in
/// use and stops there: a name that read differently the next time would not be a name.
bool is_certain(const PhoneNumber& number) {
  PhoneNumber again;
  return parse_plain(e164_of(number), again) && e164_of(again) == e164_of(number) && library().IsValidNumber(number);
}

/// Where a calling code serves several countries and the number's range is unknown, its main country.
std::string region_of(const PhoneNumber& number) {
  constexpr std::string_view unknown = "ZZ";
  std::string region;
  library().GetRegionCodeForNumber(number, &region);
  if (region.empty() || region == unknown) library().GetRegionCodeForCountryCode(number.country_code(), &region);
  return region;
}

}  // namespace

Result<Phone> parse_phone(std::string_view text) {
  const Result<std::string> plain = without_spacing(text);
  if (!plain) return tl::make_unexpected(plain.error());
  PhoneNumber number;
  if (const auto read = parse_plain(*plain, number); !read) return tl::make_unexpected(read.error());

  Phone phone;
  phone.e164 = e164_of(number);
  if (phone.e164 != *plain && !is_certain(number)) {
    return fail(*plain + " has digits after its country code that belong to no international number",
                std::string(how_to_write));
  }
  phone.cc = std::to_string(number.country_code());
  phone.national = national_of(number);
  phone.region = region_of(number);
  return phone;
}

}  // namespace wamigrate
