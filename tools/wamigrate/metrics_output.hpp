// Where a run's figures go: into a file that a collector reads, to a port that it asks, or nowhere. Whatever happens
// there never holds up the run.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "cli.hpp"
#include "metrics_server.hpp"
#include "ports/clock.hpp"
#include "run/progress.hpp"

namespace wamigrate::cli {

struct MetricsOptions {
  std::string file;         ///< Empty: none.
  std::optional<int> port;  ///< 0: any.
};

/// --metrics-file and --metrics-port, and what was given for them.
void add_metrics(boost::program_options::options_description_easy_init& add);
Result<MetricsOptions> metrics_options(const Invocation& invocation);

/// Writes one file from a thread of its own: a disk that stands still is not the run's business.
class MetricsFile {
 public:
  explicit MetricsFile(std::filesystem::path file);
  ~MetricsFile() { finish(); }
  MetricsFile(const MetricsFile&) = delete;
  MetricsFile& operator=(const MetricsFile&) = delete;

  void put(std::shared_ptr<const std::string> text);
  /// Returns when the text that was put last has been written, or could not be. The end of it.
  void finish();
  /// What went wrong first; told once.
  std::optional<Error> complaint();

 private:
  void write_all();

  const std::filesystem::path file_;
  std::mutex mutex_;
  std::condition_variable news_;
  std::shared_ptr<const std::string> next_;
  std::optional<Error> complaint_;
  bool complained_ = false;
  bool last_ = false;
  std::thread writer_;
};

/// Of one thread, the run's.
class MetricsOutput {
 public:
  using Tell = std::function<void(const std::string&)>;

  /// Fails when the port can't be had; tells which it is.
  static Result<std::unique_ptr<MetricsOutput>> start(const MetricsOptions& options, Tell tell);

  /// The figures of now, at most once a second, or once in twenty times as long as it takes to make them.
  void publish(const Progress& progress, const Plan& plan);
  /// The last figures, at once; the file has them when this returns.
  void finish(const Progress& progress, const Plan& plan);

 private:
  explicit MetricsOutput(Tell tell) : tell_(std::move(tell)) {}
  void hand_over(const Progress& progress, const Plan& plan);
  void complain();

  const Tell tell_;
  SystemClock clock_;
  Time next_{};
  std::unique_ptr<MetricsFile> file_;
  std::unique_ptr<MetricsServer> server_;
};

}  // namespace wamigrate::cli
