// Shapes: which members the parts of a payload have, on which side, as data. One walk compares a payload with its
// shape: it takes out what the other side can't say, keeps and notes what no page describes, and notes what needs a
// hand.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "messages/rules.hpp"

namespace wamigrate::messages {

enum class Where { both, onprem, cloud, memory };  ///< `memory`: both, but no page at hand says so.

/// What a value is, beside a value.
enum class Role {
  plain,
  media_id,    ///< Valid on one side only.
  media_link,  ///< Fetched by the API.
  quoted,      ///< The id of an earlier message.
  time,        ///< A moment, seconds since 1970.
};

struct Shape;

struct Member {
  std::string_view name;
  Where where = Where::both;
  const Shape* inner = nullptr;  ///< Of its value, or of each element of its list; none: anything.
  Role role = Role::plain;
  const Rule* lost = nullptr;  ///< Said where it is left out; none: the rule for all.
};

struct Shape {
  std::span<const Member> members;
  bool cuts_blanks = false;  ///< Its texts must not begin or end with blanks on Cloud.
};

/// A message that is sent, in Cloud's form and on-premises' (which differ in what stands elsewhere in this folder).
extern const Shape sent_message;
/// The bare object of webhooks: contacts, messages, statuses, errors.
extern const Shape webhook_value;

/// How the walk goes, and what it says of what it does not know.
struct Walk {
  Direction direction;
  bool webhook;
  Notes& notes;
};

/// Compares and changes `value`, which stands at `path`.
void walk(Json& value, const Shape& shape, const std::string& path, Walk& way);

/// "a.b", or "b" where `path` is empty; the member's name is made fit to be shown.
std::string below(const std::string& path, std::string_view member);
std::string at_index(const std::string& path, std::size_t index);

}  // namespace wamigrate::messages
