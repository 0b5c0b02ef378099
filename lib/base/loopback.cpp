// Addresses are read strictly: what a resolver would take for a name is none of them.
#include "base/loopback.hpp"

#include <charconv>

namespace wamigrate {

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "[::1]" || host == "::1") return true;
  int octets = 0;
  for (bool more = true; more; ++octets) {
    const auto dot = host.find('.');
    const std::string_view octet = host.substr(0, dot);
    unsigned value = 0;
    const auto [end, problem] = std::from_chars(octet.data(), octet.data() + octet.size(), value);
    if (problem != std::errc() || end != octet.data() + octet.size()) return false;
    if (value > 255 || (octet.size() > 1 && octet.front() == '0')) return false;
    if (octets == 0 && value != 127) return false;
    more = dot != std::string_view::npos;
    if (more) host.remove_prefix(dot + 1);
  }
  return octets == 4;
}

}  // namespace wamigrate
