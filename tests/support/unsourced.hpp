// What passes between clients and servers in tests must stand in the documented exchanges (tests/contract): an exchange
// that does not is either made up or forgotten, and the test program that met it fails at its end. Faults are exempt,
// and so is what carries no error code and is no answer either: garbage is made up on purpose.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wamigrate::testing {

/// Takes note of one exchange; `target` is the path after the server's base, with or without a query. Thread-safe.
void note_exchange(bool graph, std::string_view method, std::string_view target, int status, std::string_view body);

/// Those noted that no file of the corpus has, as `graph POST /{id}/register 400 133005`, in their order.
std::vector<std::string> unsourced_exchanges();

}  // namespace wamigrate::testing
