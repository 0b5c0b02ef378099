// The test runner's main, for Catch2 2.13 and 3 alike. A program whose tests pass fails all the same when an exchange
// passed in them that no document describes.
#if CATCH2_MAJOR >= 3
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

#include <iostream>

#include "support/unsourced.hpp"

// Asked by the leak sanitizer where there is one. Poco 1.11 forgets what libpq keeps of a connection that failed (36
// kB), and the tests of servers that refuse or die have dozens of those.
extern "C" const char* __lsan_default_suppressions() { return "leak:libpq.so\n"; }

int main(int argc, char* argv[]) {
  const int failed = Catch::Session().run(argc, argv);
  const auto unsourced = wamigrate::testing::unsourced_exchanges();
  for (const std::string& exchange : unsourced) std::cerr << "unsourced exchange: " << exchange << "\n";
  if (!unsourced.empty()) std::cerr << "tests/contract/README.md says how an exchange is documented\n";
  return failed != 0 ? failed : unsourced.empty() ? 0 : 1;
}
