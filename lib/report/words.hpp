// Words and widths: how every report spells moments, homes, states and counts. Text that came from a server or a file
// is made harmless first (base/plain_text.hpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/plain_text.hpp"
#include "base/time.hpp"
#include "model/fact.hpp"
#include "model/home.hpp"
#include "run/progress.hpp"

namespace wamigrate::report {

/// Every text that is not a constant of this program goes through it once, when a document is built.
using wamigrate::plain;

/// How many columns a text takes in a terminal: one a character.
std::size_t columns(std::string_view text);
/// Filled with blanks up to `width` columns.
std::string pad(std::string text, std::size_t width);
/// At most `width` columns; what was cut ends in "…".
std::string cut(std::string_view text, std::size_t width);

/// "1 number", "412 numbers".
std::string counted(std::size_t count, std::string_view noun);
/// "+49…, +49… and 409 more": the first `limit` of them.
std::string some_of(const std::vector<std::string>& list, std::size_t limit);

/// "2026-03-01 02:00:03 UTC".
std::string moment(Time time);

/// Who serves: "on-premises", "Cloud", "nobody", "the WhatsApp Business app", "unknown".
std::string_view in_words(Home home);
/// What became of a number: "migrated", "rolled back", "not begun".
std::string_view in_words(NumberState state);
/// What a waiting number waits for: "a registration code"; the word itself where it is not known here.
std::string what_it_waits_for(std::string_view word);

/// What a person can do next, made harmless: a line each where there is a choice (NumberProgress::next_command).
std::vector<std::string> ways_on(std::string_view next);
/// The same where there is one line for all of it: "…; …".
std::string ways_on_in_a_line(std::string_view next);

/// What people in existing chats will see once the number is served by its new home.
std::string what_people_see(Direction direction);
/// Whom to call when the platform itself is in the way.
std::string whom_to_call();

}  // namespace wamigrate::report
