#include "steps/waba_members.hpp"

#include <set>

#include "steps/reads.hpp"

namespace wamigrate {
namespace {

using namespace std::chrono_literals;

constexpr Millis fresh_for = 60s;

// The list refuses to go on after a cursor that is too old. What else keeps it from answering would do so again.
bool may_know_better(const Asked& asked) {
  return asked.how == Asked::How::refused && !asked.credentials && !asked.throttled;
}

}  // namespace

bool WabaMembers::has(const std::string& phone_number_id, Asked& asked) {
  const std::lock_guard lock(mutex_);
  const Time since = clock_.now() - fresh_for;
  asked = answered;
  if (stands(phone_number_id, since)) return true;
  const auto place = places_.find(phone_number_id);
  if (place != places_.end()) {
    const std::string page = place->second.page;
    if (!read(page, asked) && !may_know_better(asked)) return false;
    if (stands(phone_number_id, since)) return true;
  } else if (whole_since_ && *whole_since_ >= since) {
    return false;
  }
  // It has moved within the list, or was never seen. What is fresh is passed over at first.
  for (const Time read_before : {since, Time::max()}) {
    const bool met = look_through(phone_number_id, since, read_before, asked);
    if (met || !asked.answered()) return met;
  }
  places_.erase(phone_number_id);
  return false;
}

bool WabaMembers::stands(const std::string& phone_number_id, Time since) const {
  const auto place = places_.find(phone_number_id);
  return place != places_.end() && place->second.seen_at >= since;
}

bool WabaMembers::read(const std::string& after, Asked& asked) {
  const Time now = clock_.now();
  asked = take(graph_.waba_numbers_page(waba_id_, after), [&](const api::NumbersPage& page) {
    for (const api::PhoneNode& node : page.numbers) places_[node.id] = {after, now};
    pages_[after] = {now, page.next};
  });
  return asked.answered();
}

// Page after page until the number is met; those that were not read before are passed over. A cursor that repeats ends
// the list, one that has no end is no answer.
bool WabaMembers::look_through(const std::string& phone_number_id, Time since, Time read_before, Asked& asked) {
  const Time began = clock_.now();
  std::set<std::string> met;
  for (std::string after; met.insert(after).second;) {
    const auto page = pages_.find(after);
    if (page == pages_.end() || page->second.read_at < read_before) {
      if (!read(after, asked)) return false;
      if (stands(phone_number_id, since)) return true;
    }
    after = pages_.at(after).next;
    if (after.empty()) break;
    if (met.size() == api::most_pages) {
      asked = {Asked::How::unreachable, "", "the list of its numbers has no end", false, false};
      return false;
    }
  }
  if (read_before == Time::max()) whole_since_ = began;
  return false;
}

}  // namespace wamigrate
