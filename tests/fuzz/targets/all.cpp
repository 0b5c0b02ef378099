// The list of targets, apart from what they share: a program of one target then needs no other.
#include <array>

#include "fuzz/targets/target.hpp"

namespace wamigrate::fuzz {

std::span<const Target* const> targets() {
  static constexpr std::array all = {&inventory,   &numbers_file, &plan,        &journal, &graph,      &onprem,
                                     &catalogue,   &status_feed,  &values,      &scan,    &http_reply, &http_request,
                                     &simulator,   &faults,       &messages,    &webhook, &mix,        &mix_request,
                                     &load_result, &availability, &database_url};
  return all;
}

}  // namespace wamigrate::fuzz
