// Which hosts are this machine: only they are spoken to in the clear.
#pragma once

#include <string_view>

namespace wamigrate {

/// 127.0.0.0/8, ::1 (in brackets or without) and localhost. Anything that only resolves to this machine does not count.
bool is_loopback(std::string_view host);

}  // namespace wamigrate
