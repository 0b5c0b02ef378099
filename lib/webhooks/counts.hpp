// What a receiver has met since it started, counted by what became of it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "base/time.hpp"

namespace wamigrate::webhooks {

/// How a request ended. The words stand in output and metrics: never rename.
enum class Met {
  stored_cloud,
  stored_onprem,
  duplicate,          ///< The same bytes were stored before: answered 200, and neither stored nor forwarded again.
  handshake,          ///< Graph's verification request, answered with its challenge.
  not_stored,         ///< The store could not take it: 503, and the sender tries again.
  unsigned_post,      ///< No X-Hub-Signature-256: 401.
  wrong_signature,    ///< Forged, altered, or of another app: 403.
  wrong_token,        ///< A handshake with another verify token: 403.
  wrong_secret,       ///< An on-premises post without the right secret: 404, as if nothing were there.
  unreadable,         ///< Not a JSON object: 400.
  malformed_request,  ///< No HTTP that can be read: 400.
  no_length,          ///< 411.
  too_large,          ///< 413.
  truncated,          ///< Ended before its announced length.
  slow,               ///< Not here in time; cut off.
  wrong_path,         ///< 404.
  wrong_method,       ///< 405.
};
inline constexpr std::size_t all_met = static_cast<std::size_t>(Met::wrong_method) + 1;

std::string_view name(Met met);

/// Upper bounds of answer times, in milliseconds. Meta asks for a median of 250 and under one in a hundred above 1000
/// (webhooks overview, 2025-11).
inline constexpr std::array<int, 9> answer_bounds = {1, 5, 10, 25, 50, 100, 250, 1000, 5000};

class Counts {
 public:
  void add(Met met) { ++counts_[static_cast<std::size_t>(met)]; }
  std::uint64_t of(Met met) const { return counts_[static_cast<std::size_t>(met)]; }
  /// All that was refused, the store's refusals included.
  std::uint64_t refused() const;

  /// From the last byte of a stored post, or a repeated one, to its answer.
  void answered_within(Millis time);

  std::atomic<std::uint64_t> statuses = 0, messages = 0;
  /// Answers by the bound they stayed within (not cumulative; the last is for those beyond all), and the sum in ms.
  std::array<std::atomic<std::uint64_t>, answer_bounds.size() + 1> answered{};
  std::atomic<std::uint64_t> answered_ms = 0;

 private:
  std::array<std::atomic<std::uint64_t>, all_met> counts_{};
};

}  // namespace wamigrate::webhooks
