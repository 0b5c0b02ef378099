// Looking through a text (a configuration, a template, a log) for what will not work on the other side: media ids,
// template namespaces, calls of the contacts endpoint. It is a search for traces, not a proof: what it does not find
// may still be there. What stands in a line is never repeated, since it may be anything.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "plan/check.hpp"

namespace wamigrate {

enum class Trace { media_id, template_namespace, contacts_endpoint };

struct Mention {
  std::size_t line = 0;  ///< From 1.
  Trace trace = Trace::media_id;
};

/// The traces in a text, in order; of one kind at most one a line. A media id is a UUID (on-premises) or ten digits and
/// more (Cloud) as the id of an image, document and the like, or of anything called media id.
std::vector<Mention> traces_in(std::string_view text);

/// What was found in files, as checks that concern all numbers: for each kind that matters in this direction a warning
/// for each file, or a pass. Files that could not be read are unknown.
class Scan {
 public:
  explicit Scan(Direction direction) : direction_(direction) {}
  /// `file` is named as the person named it.
  void add(const std::string& file, std::string_view text);
  void add_unreadable(const std::string& file, const std::string& why);
  Checks take();

 private:
  Direction direction_;
  std::size_t files_ = 0;
  std::size_t binary_ = 0;
  std::vector<Trace> found_;
  Checks checks_;
};

}  // namespace wamigrate
