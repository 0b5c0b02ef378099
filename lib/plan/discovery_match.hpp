// The first half of a discovery: what Graph lists, in a form that can be searched, and for each entry of the inventory
// the listed number it means and the one its deployment serves. Internal to discovery.cpp.
#pragma once

#include <optional>
#include <unordered_map>

#include "plan/discovery.hpp"

namespace wamigrate::discovery {

using Index = std::size_t;
using Found = std::optional<Index>;

/// All numbers that were listed, by WABA, then phone, then id.
class Listing {
 public:
  explicit Listing(const std::vector<ListedWaba>& wabas);

  std::size_t size() const { return numbers_.size(); }
  const ListedNumber& operator[](Index i) const { return numbers_[i]; }
  const std::string& digits(Index i) const { return digits_[i]; }
  Found with_id(const std::string& id) const;
  /// Those with exactly these digits.
  std::vector<Index> with_digits(const std::string& digits) const;
  /// Those that are another spelling of it.
  std::vector<Index> alike(const std::string& digits) const;

 private:
  std::vector<ListedNumber> numbers_;
  std::vector<std::string> digits_;
  std::unordered_map<std::string, Index> by_id_;
  std::unordered_map<std::string, std::vector<Index>> by_key_;
};

/// How Graph shows it, for sentences.
std::string shown(const ListedNumber& listed);
/// How people call it: its name, or its url.
std::string name_of(const Deployment& deployment);

/// What became of one entry of the inventory.
struct Match {
  const OnpremView* view = nullptr;  ///< Null: it has no deployment.
  Found meant;                       ///< By its phone or id.
  Found served;                      ///< By its deployment.
  bool says_so = false;              ///< The deployment itself; otherwise `served` is what the inventory declares.
  Remarks remarks;
};

/// It names a number: by phone or id.
bool is_declared(const Number& entry);

/// A match for each entry.
std::vector<Match> match(const std::vector<Number>& entries, const Sightings& seen, const Listing& listing);

/// A remark about an entry.
Remark remark_on(const Number& entry, Remark::Kind kind, std::string id, std::string message, std::string fix = {});

}  // namespace wamigrate::discovery
