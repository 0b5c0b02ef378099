// Spellings of one number: what the two APIs, and people, write differently and mean alike. Only differences that a
// country's numbering plan explains are known here; two full-length numbers are never forgiven their difference.
#pragma once

#include <string>
#include <string_view>

#include "model/number.hpp"

namespace wamigrate {

/// The digits of a text: display numbers carry blanks, dashes and brackets.
std::string digits_of(std::string_view text);

/// True when both name one number, though one may use the spelling of before its country's numbers grew: Brazil's
/// ninth digit, Côte d'Ivoire's two, and Mexico's 1 before mobile numbers, which its plan dropped in 2019.
bool same_number(std::string_view one, std::string_view other);
bool same_number(const Phone& phone, std::string_view spelled);

/// Equal for all spellings of one number, but also for a few numbers that differ: to find what same_number() is asked
/// about.
std::string spelling_key(std::string_view spelled);

}  // namespace wamigrate
