// Where webhooks are found: the evidence that test messages of an inventory name, opened for real.
#pragma once

#include <memory>

#include "model/number.hpp"
#include "ports/evidence.hpp"

namespace wamigrate::cli {

/// The store of `wamigrate listen` (opened once), a file (read at each question), or a command (run at each, half a
/// minute at most, with the facts of the question in its environment).
std::unique_ptr<EvidenceSource> real_evidence();

/// Asks each place that these numbers' test messages name, once: what can't be had now would be missed in the night.
Diagnostics check_evidence(EvidenceSource& source, const std::vector<const Number*>& numbers);

}  // namespace wamigrate::cli
