// The signals that ask a command to end what it does.
#pragma once

namespace wamigrate::cli {

/// For as long as it lives SIGINT, SIGTERM and SIGHUP call `handler` (async-signal-safe). One that was ignored when the
/// process began stays ignored: who says nohup means it.
class StopSignals {
 public:
  explicit StopSignals(void (*handler)(int));
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
};

}  // namespace wamigrate::cli
