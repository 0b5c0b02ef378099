#include "stop_signals.hpp"

#include <csignal>
#include <initializer_list>

namespace wamigrate::cli {
namespace {

void set_unless_ignored(void (*handler)(int)) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction now {};
    if (sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN) continue;
    (void)std::signal(signal, handler);
  }
}

}  // namespace

StopSignals::StopSignals(void (*handler)(int)) { set_unless_ignored(handler); }
StopSignals::~StopSignals() { set_unless_ignored(SIG_DFL); }

}  // namespace wamigrate::cli
