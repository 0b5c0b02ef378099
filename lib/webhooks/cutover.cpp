#include "webhooks/cutover.hpp"

#include <algorithm>
#include <set>

#include "webhooks/reading.hpp"

namespace wamigrate::webhooks {
namespace {

/// The moments that one message's statuses tell.
std::vector<Time> moments(const Outgoing& message) {
  std::vector<Time> told;
  for (const auto& moment : {message.sent, message.delivered, message.read, message.failed}) {
    if (moment && *moment > Time{}) told.push_back(*moment);
  }
  return told;
}

/// A sign of either side moves the end of the gap that is its own.
void note(Gap& gap, bool is_old, Time at) {
  if (at <= Time{}) return;
  if (is_old) {
    gap.last_old = std::max(gap.last_old.value_or(at), at);
  } else {
    gap.first_new = std::min(gap.first_new.value_or(at), at);
  }
}

/// Finds a number's place, whichever side names it.
class Numbers {
 public:
  Numbers(const std::vector<Outgoing>& sent, const std::vector<Incoming>& received, PostSide old_side,
          const NumberPairs& pairs)
      : old_side_(old_side) {
    for (const Outgoing& one : sent) (one.side == old_side ? old_ : new_).insert(one.number);
    for (const Incoming& one : received) (one.side == old_side ? old_ : new_).insert(one.number);
    for (const auto& [deployment, id] : pairs) {
      const bool from_onprem = old_side == PostSide::onprem;
      partner_[from_onprem ? id : deployment] = from_onprem ? deployment : id;
    }
    if (old_.size() == 1 && new_.size() == 1 && pairs.empty()) partner_[*new_.begin()] = *old_.begin();
    for (const std::string& name : old_) place(true, name).old_number = name;
    for (const std::string& name : new_) place(false, name).new_number = name;
  }

  CutOver& of(PostSide side, const std::string& name) { return place(side == old_side_, name); }
  std::vector<CutOver> all() && { return std::move(all_); }

 private:
  CutOver& place(bool is_old, const std::string& name) {
    std::string key = name;
    if (!is_old) {
      const auto known = partner_.find(name);
      if (known != partner_.end()) key = known->second;
    }
    const auto [found, fresh] = index_.emplace(key, all_.size());
    if (fresh) all_.emplace_back();
    return all_[found->second];
  }

  const PostSide old_side_;
  std::set<std::string> old_, new_;
  std::map<std::string, std::string> partner_;  ///< The old side's name for a name of the new side.
  std::map<std::string, std::size_t> index_;
  std::vector<CutOver> all_;
};

}  // namespace

std::optional<Millis> Gap::length() const {
  if (!last_old || !first_new) return std::nullopt;
  return std::max(*first_new - *last_old, Millis(0));
}

std::vector<CutOver> cut_overs(const std::vector<Outgoing>& sent, const std::vector<Incoming>& received,
                               PostSide old_side, const NumberPairs& pairs) {
  Numbers numbers(sent, received, old_side, pairs);
  for (const Outgoing& message : sent) {
    CutOver& number = numbers.of(message.side, message.number);
    const bool is_old = message.side == old_side;
    const Verdict verdict = verdict_of(message);
    const bool open = verdict == Verdict::sent || verdict == Verdict::nothing;
    for (const Time at : moments(message)) note(number.sending, is_old, at);
    if (!is_old) {
      ++number.new_messages;
      if (open) ++number.new_open;
    } else if (open) {
      number.at_risk.push_back(message);
    } else {
      ++(verdict == Verdict::failed ? number.failed : number.delivered);
    }
  }
  for (const Incoming& message : received) {
    note(numbers.of(message.side, message.number).receiving, message.side == old_side, message.at);
  }
  auto all = std::move(numbers).all();
  for (CutOver& number : all) {
    std::stable_sort(number.at_risk.begin(), number.at_risk.end(), [](const Outgoing& a, const Outgoing& b) {
      return a.sent.value_or(a.first_heard) < b.sent.value_or(b.first_heard);
    });
  }
  return all;
}

}  // namespace wamigrate::webhooks
