// Digests: content addresses for documents, keyed marks for what must be recognised and not recovered.
#pragma once

#include <string>
#include <string_view>

namespace wamigrate {

/// SHA-256 in lower-case hex.
std::string sha256_hex(std::string_view bytes);

}  // namespace wamigrate
