// What lint has found in a user's own traffic, for people; for scripts there is messages::to_json.
#pragma once

#include "messages/lint.hpp"
#include "report/document.hpp"

namespace wamigrate::report {

/// What was read, what must change, what is worth knowing, what was not understood.
Document lint_document(const messages::Linted& linted);

}  // namespace wamigrate::report
