#include "metrics_output.hpp"

#include <fmt/format.h>

#include "ports/files.hpp"
#include "report/metrics.hpp"

namespace wamigrate::cli {

using namespace std::chrono_literals;
namespace po = boost::program_options;

void add_metrics(po::options_description_easy_init& add) {
  add("metrics-file", po::value<std::string>(), "keep the run's figures in this file, as OpenMetrics");
  add("metrics-port", po::value<int>(), "serve them at http://127.0.0.1:PORT/metrics, on loopback only; 0: any port");
}

Result<MetricsOptions> metrics_options(const Invocation& invocation) {
  MetricsOptions options{invocation.text("metrics-file"), invocation.number("metrics-port")};
  if (invocation.has("metrics-file") && options.file.empty()) return fail("--metrics-file has no name", "name a file");
  if (options.port && (*options.port < 0 || *options.port > 65535)) {
    return fail(fmt::format("--metrics-port {} is no port", *options.port), "name one from 1 to 65535, or 0 for any");
  }
  return options;
}

MetricsFile::MetricsFile(std::filesystem::path file) : file_(std::move(file)), writer_([this] { write_all(); }) {}

void MetricsFile::finish() {
  if (!writer_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    last_ = true;
  }
  news_.notify_one();
  writer_.join();
}

void MetricsFile::put(std::shared_ptr<const std::string> text) {
  {
    const std::lock_guard lock(mutex_);
    next_ = std::move(text);
  }
  news_.notify_one();
}

std::optional<Error> MetricsFile::complaint() {
  const std::lock_guard lock(mutex_);
  if (!complaint_ || complained_) return std::nullopt;
  complained_ = true;
  return complaint_;
}

void MetricsFile::write_all() {
  std::unique_lock lock(mutex_);
  while (true) {
    news_.wait(lock, [this] { return last_ || next_; });
    const auto text = std::exchange(next_, nullptr);
    if (!text) return;
    lock.unlock();
    auto written = swap_file(file_, *text);
    lock.lock();
    if (!written && !complaint_) complaint_ = written.error();
  }
}

Result<std::unique_ptr<MetricsOutput>> MetricsOutput::start(const MetricsOptions& options, Tell tell) {
  std::unique_ptr<MetricsOutput> output(new MetricsOutput(std::move(tell)));
  if (options.port) {
    auto server = MetricsServer::start(*options.port);
    if (!server) return tl::make_unexpected(server.error());
    output->server_ = std::move(*server);
    output->tell_(fmt::format("The run's figures: http://127.0.0.1:{}/metrics", output->server_->port()));
  }
  if (!options.file.empty()) output->file_ = std::make_unique<MetricsFile>(options.file);
  return output;
}

void MetricsOutput::publish(const Progress& progress, const Plan& plan) {
  if ((file_ || server_) && clock_.now() >= next_) hand_over(progress, plan);
}

void MetricsOutput::finish(const Progress& progress, const Plan& plan) {
  if (file_ || server_) hand_over(progress, plan);
  if (file_) file_->finish();
  complain();
}

void MetricsOutput::complain() {
  const auto complaint = file_ ? file_->complaint() : std::nullopt;
  if (!complaint) return;
  tell_("The run's figures can't be kept, and the run goes on without: " + to_text(*complaint));
}

void MetricsOutput::hand_over(const Progress& progress, const Plan& plan) {
  const Time began = clock_.now();
  const auto text = std::make_shared<const std::string>(metrics_text(progress, plan, began));
  if (server_) server_->publish(text);
  if (file_) file_->put(text);
  complain();
  const Time ended = clock_.now();
  next_ = ended + std::max<Millis>(1s, 20 * (ended - began));
}

}  // namespace wamigrate::cli
