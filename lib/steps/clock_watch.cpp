#include "steps/clock_watch.hpp"

#include <algorithm>

namespace wamigrate {

HttpResult ClockWatch::send(const HttpRequest& request) {
  const Time sent = clock_.now();
  HttpResult result = transport_.send(request);
  const Time came = clock_.now();
  const auto date = result ? parse_http_date(result->header("date")) : std::nullopt;
  if (!date) return result;
  const Bounds said{*date - came, *date + std::chrono::seconds(1) - sent};
  const std::lock_guard lock(mutex_);
  if (bounds_) {
    const Bounds both{std::max(bounds_->least, said.least), std::min(bounds_->most, said.most)};
    bounds_ = both.least <= both.most ? both : said;
  } else {
    bounds_ = said;
  }
  return result;
}

std::optional<Millis> ClockWatch::ahead() const {
  const std::lock_guard lock(mutex_);
  if (!bounds_) return std::nullopt;
  return std::clamp(Millis(0), bounds_->least, std::max(bounds_->least, bounds_->most));
}

}  // namespace wamigrate
