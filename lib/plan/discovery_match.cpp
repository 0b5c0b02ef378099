// Digits decide; a likeness of spelling is told and never followed, unless a person has given phone and id, or phone
// and deployment, and so has said that the two are one.
#include "plan/discovery_match.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "model/home.hpp"
#include "model/spelling.hpp"

namespace wamigrate::discovery {

using Kind = Remark::Kind;

Listing::Listing(const std::vector<ListedWaba>& wabas) {
  for (const ListedWaba& waba : wabas) numbers_.insert(numbers_.end(), waba.numbers.begin(), waba.numbers.end());
  const auto place = [](const ListedNumber& one) {
    return std::tuple(one.waba_id, digits_of(one.display_phone_number), one.id);
  };
  std::sort(numbers_.begin(), numbers_.end(),
            [&](const ListedNumber& one, const ListedNumber& other) { return place(one) < place(other); });
  for (Index i = 0; i < numbers_.size(); ++i) {
    digits_.push_back(digits_of(numbers_[i].display_phone_number));
    by_id_.emplace(numbers_[i].id, i);
    if (!digits_[i].empty()) by_key_[spelling_key(digits_[i])].push_back(i);
  }
}

Found Listing::with_id(const std::string& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? std::nullopt : Found(found->second);
}

std::vector<Index> Listing::with_digits(const std::string& digits) const {
  std::vector<Index> same;
  const auto found = by_key_.find(spelling_key(digits));
  if (found == by_key_.end()) return same;
  std::copy_if(found->second.begin(), found->second.end(), std::back_inserter(same),
               [&](Index i) { return digits_[i] == digits; });
  return same;
}

std::vector<Index> Listing::alike(const std::string& digits) const {
  std::vector<Index> alike;
  const auto found = by_key_.find(spelling_key(digits));
  if (found == by_key_.end()) return alike;
  std::copy_if(found->second.begin(), found->second.end(), std::back_inserter(alike),
               [&](Index i) { return digits_[i] != digits && same_number(digits_[i], digits); });
  return alike;
}

std::string shown(const ListedNumber& listed) {
  return listed.display_phone_number.empty() ? "a number that Graph does not show" : listed.display_phone_number;
}

std::string name_of(const Deployment& deployment) { return deployment.name.empty() ? deployment.url : deployment.name; }

bool is_declared(const Number& entry) { return !entry.phone.e164.empty() || !entry.phone_number_id.empty(); }

Remark remark_on(const Number& entry, Kind kind, std::string id, std::string message, std::string fix) {
  return {kind,
          std::move(id),
          entry.phone.e164,
          entry.deployment.url.empty() ? "" : name_of(entry.deployment),
          std::move(message),
          std::move(fix)};
}

namespace {

constexpr std::string_view find_its_waba =
    "name its WABA with --waba, give the token access to it, or remove the number";

class EntryMatcher {
 public:
  EntryMatcher(const Number& entry, const Sightings& seen, const Listing& listing, Match& match)
      : entry_(entry), seen_(seen), listing_(listing), match_(match) {}

  void find_meant() {
    const Found by_id = listing_.with_id(entry_.phone_number_id);
    match_.meant = entry_.phone.e164.empty() ? by_id : meant_by_phone(by_id);
    if (!match_.meant) return note_not_on_graph(by_id);
    const std::string& waba_id = listing_[*match_.meant].waba_id;
    if (entry_.waba_id.empty() || entry_.waba_id == waba_id) return;
    tell(Kind::drift, "waba_id",
         fmt::format("the inventory has it in WABA {}, Graph in WABA {}", entry_.waba_id, waba_id),
         fmt::format("write waba_id: \"{}\"", waba_id));
  }

  void find_served() {
    const OnpremView& view = *match_.view;
    match_.served = match_.meant;
    if (!view.settings.answered()) {
      tell(Kind::missing, "deployment_silent",
           fmt::format("deployment {} does not say which number it serves: {}", label(), *view.settings.detail),
           "start it, or correct its url, username and password; `deployment: gone` is for one that is switched off "
           "for good");
      return;
    }
    const std::string digits = digits_of(view.wa_id);
    if (digits.empty()) {
      tell(match_.meant ? Kind::note : Kind::missing, "deployment_empty",
           fmt::format("deployment {} holds no number now", label()),
           match_.meant ? "" : "write the phone it is meant for into its entry");
      return;
    }
    if (match_.meant && same_number(listing_.digits(*match_.meant), digits)) {
      match_.says_so = true;
      if (listing_.digits(*match_.meant) != digits) note_spelling("deployment " + label(), "+" + digits);
      return;
    }
    if (is_declared(entry_) && !is_registered_onprem(view)) {
      // What an unregistered client still remembers is no statement about today.
      tell(Kind::note, "deployment_unregistered",
           fmt::format("deployment {} is not registered; its settings still name +{}", label(), digits));
      return;
    }
    match_.served = serving(digits);
    match_.says_so = true;
  }

 private:
  void tell(Kind kind, std::string id, std::string message, std::string fix = {}) {
    match_.remarks.push_back(remark_on(entry_, kind, std::move(id), std::move(message), std::move(fix)));
  }
  std::string label() const { return name_of(entry_.deployment); }

  Found meant_by_phone(Found by_id) {
    const std::string digits = entry_.phone.digits();
    if (by_id && same_number(listing_.digits(*by_id), digits)) {
      if (listing_.digits(*by_id) != digits) note_spelling("Graph", shown(listing_[*by_id]));
      return by_id;
    }
    const std::vector<Index> same = listing_.with_digits(digits);
    if (same.size() > 1) {
      note_listed_twice(entry_.phone.e164, same.size());
      return std::nullopt;
    }
    if (same.size() == 1) {
      note_wrong_id(by_id, listing_[same.front()]);
      return same.front();
    }
    for (const Index i : listing_.alike(digits)) note_alike(entry_.phone.e164, i);
    return std::nullopt;
  }

  Found serving(const std::string& digits) {
    const std::vector<Index> same = listing_.with_digits(digits);
    if (is_declared(entry_)) {
      const std::string& phone = entry_.phone.e164;
      tell(Kind::drift, "deployment_serves_another",
           fmt::format("deployment {} serves +{}, not {}", label(), digits,
                       phone.empty() ? "phone_number_id " + entry_.phone_number_id : phone),
           same.size() == 1 ? "correct its url or the phone; the result has it at the number it serves"
                            : "correct its url or the phone; none of the WABAs lists what it serves");
    } else if (same.size() > 1) {
      note_listed_twice("+" + digits, same.size());
    } else if (same.empty()) {
      note_unlisted(digits);
    }
    return same.size() == 1 ? Found(same.front()) : std::nullopt;
  }

  void note_unlisted(const std::string& digits) {
    const std::vector<Index> alike = listing_.alike(digits);
    for (const Index i : alike) note_alike(fmt::format("+{}, which deployment {} serves,", digits, label()), i);
    if (!alike.empty()) return;
    tell(Kind::drift, "deployment_without_number",
         fmt::format("deployment {} serves +{}, which none of the WABAs lists", label(), digits),
         "name its WABA with --waba, give the token access to it, or remove the deployment");
  }

  void note_spelling(const std::string& who, const std::string& spelled) {
    tell(Kind::note, "spelling",
         fmt::format("{} spells it {}: whatever compares numbers must know both", who, spelled));
  }

  void note_alike(const std::string& what, Index i) {
    tell(Kind::missing, "spelling",
         fmt::format("{} may be what Graph lists as {} (id {}): another spelling of one number, or another number",
                     what, shown(listing_[i]), listing_[i].id),
         fmt::format("if it is the same, write phone and phone_number_id: \"{}\" into its entry", listing_[i].id));
  }

  void note_listed_twice(const std::string& what, std::size_t times) {
    tell(Kind::missing, "listed_twice", fmt::format("Graph lists {} under {} ids", what, times),
         "write phone and the phone_number_id that is meant into its entry");
  }

  void note_wrong_id(Found by_id, const ListedNumber& right) {
    if (entry_.phone_number_id.empty()) return;
    tell(Kind::drift, "phone_number_id",
         fmt::format("phone_number_id {} {}, not {}", entry_.phone_number_id, whose_id(by_id), entry_.phone.e164),
         fmt::format("write phone_number_id: \"{}\"", right.id));
  }

  // "is +49 … on Graph"
  std::string whose_id(Found by_id) const {
    if (by_id) return fmt::format("is {} on Graph", shown(listing_[*by_id]));
    const auto node = seen_.nodes.find(entry_.phone_number_id);
    if (node != seen_.nodes.end() && node->second.asked.answered()) {
      return fmt::format("is {} on Graph, in a WABA that was not listed", node->second.display_phone_number);
    }
    return "is in none of the WABAs";
  }

  void note_not_on_graph(Found by_id) {
    const bool has_reason = std::any_of(match_.remarks.begin(), match_.remarks.end(),
                                        [](const Remark& remark) { return remark.kind == Kind::missing; });
    if (has_reason || !is_declared(entry_)) return;
    std::string message;
    if (!entry_.phone.e164.empty()) message = fmt::format("none of the WABAs lists {}", entry_.phone.e164);
    if (!entry_.phone_number_id.empty()) {
      message += fmt::format("{}phone_number_id {} {}", message.empty() ? "" : ", and its ", entry_.phone_number_id,
                             whose_id(by_id));
    }
    tell(Kind::drift, by_id ? "phone_number_id" : "not_on_graph", std::move(message), std::string(find_its_waba));
  }

  const Number& entry_;
  const Sightings& seen_;
  const Listing& listing_;
  Match& match_;
};

}  // namespace

std::vector<Match> match(const std::vector<Number>& entries, const Sightings& seen, const Listing& listing) {
  std::vector<Match> matches(entries.size());
  for (const SeenDeployment& one : seen.deployments) matches[one.number].view = &one.view;
  for (Index e = 0; e < entries.size(); ++e) {
    EntryMatcher matcher(entries[e], seen, listing, matches[e]);
    matcher.find_meant();
    if (matches[e].view != nullptr) matcher.find_served();
  }
  return matches;
}

}  // namespace wamigrate::discovery
