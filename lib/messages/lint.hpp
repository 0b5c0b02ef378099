// Lint: what the other API would do with a user's own traffic, by trying to translate all of it. Findings of one kind
// are one finding, with how often and where first. Of what stands in the samples nothing is repeated: members' names
// and the calls' fixed words are all that is shown.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/diagnostic.hpp"
#include "messages/rules.hpp"
#include "messages/samples.hpp"
#include "messages/translate.hpp"

namespace wamigrate::messages {

/// What a finding asks for.
enum class Weight {
  must_change,  ///< The other API refuses, loses or misreads it as it is.
  may_stay,     ///< Done by a translation, or worth knowing; nothing breaks.
};
std::string_view name(Weight weight);  ///< "must_change", "may_stay".

struct Finding {
  const Rule* rule = nullptr;
  Weight weight = Weight::must_change;
  std::string where;  ///< The members' path with `[]` for any index, or the call; "" is the payload as a whole.
  std::size_t count = 0;
  std::vector<Place> first;  ///< At most five.
};

struct Linted {
  Direction direction = Direction::to_cloud;
  std::size_t files = 0;  ///< In which at least one sample was read.
  std::size_t samples = 0;
  std::map<Kind, std::size_t> kinds;  ///< Of the samples.
  std::size_t already = 0;            ///< In the other API's words already.
  std::size_t only_lines = 0;         ///< Lines of access logs: their bodies were not seen.
  std::size_t unread = 0;
  std::vector<Diagnostic> first_unread;  ///< At most ten.
  std::vector<std::string> empty;        ///< Files without a sample.
  std::vector<Finding> findings;         ///< What must change first, then by how often.

  bool must_change() const;
};

class Lint {
 public:
  Lint(Direction direction, Setting setting) : setting_(std::move(setting)) { linted_.direction = direction; }
  /// `file` is named as the person named it.
  void add(const std::string& file, std::string_view text);
  Linted take();

 private:
  void judge(const Sample& sample, const std::string& file);
  void find(const Rule& rule, const std::string& where, const Place& place);

  Setting setting_;
  Linted linted_;
  std::map<std::pair<const Rule*, std::string>, Finding> found_;
};

/// `{"direction", "clean", "samples", …, "findings": […]}` (docs/formats.md).
Json to_json(const Linted& linted);

}  // namespace wamigrate::messages
