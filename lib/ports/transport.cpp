// What every transport shares: looking up a header, and the names of failures.
#include "ports/transport.hpp"

#include <Poco/String.h>

namespace wamigrate {

std::string HttpReply::header(std::string_view wanted) const {
  for (const Header& header : headers) {
    if (header.name.size() == wanted.size() && Poco::icompare(header.name, std::string(wanted)) == 0) {
      return header.value;
    }
  }
  return {};
}

std::string_view name(TransportFailure::Kind kind) {
  switch (kind) {
    case TransportFailure::Kind::refused:
      return "refused";
    case TransportFailure::Kind::unreachable:
      return "unreachable";
    case TransportFailure::Kind::tls:
      return "tls";
    case TransportFailure::Kind::timeout:
      return "timeout";
    case TransportFailure::Kind::dropped:
      return "dropped";
    case TransportFailure::Kind::garbled:
      return "garbled";
    case TransportFailure::Kind::too_large:
      return "too_large";
  }
  return "unknown";
}

}  // namespace wamigrate
