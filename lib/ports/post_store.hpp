// The store of received posts: one SQLite file that holds what came, byte for byte and sealed, and what was read of it.
// Posts that come at the same time share a commit: a disk takes as long for one as for a hundred.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace wamigrate {

/// Which API a post came from.
enum class PostSide { cloud, onprem };
std::string_view name(PostSide side);

/// One status of a message that the business sent, as a post tells it.
struct StatusNews {
  std::string message{};    ///< The message's id.
  std::string status{};     ///< sent, delivered, read, played, failed, deleted, or a word that is newer than this.
  std::string number{};     ///< The business's: phone_number_id, or the deployment's name.
  std::string recipient{};  ///< Masked.
  std::string callback{};   ///< biz_opaque_callback_data; empty where there is none.
  std::string code{};       ///< Of the first error; empty where there is none.
  Time at{};                ///< As the platform says; in whole seconds.
};

/// One message that a person sent to the business.
struct InboundNews {
  std::string message;
  std::string type;
  std::string number;
  std::string sender;  ///< Masked.
  Time at{};
};

struct Post {
  PostSide side = PostSide::cloud;
  std::string source{};        ///< Order is kept among the posts of one source.
  std::string digest{};        ///< Keyed: the same bytes from the same side have the same.
  std::string content_type{};  ///< As received, to be forwarded.
  std::string signature{};     ///< X-Hub-Signature-256 as received, to be forwarded.
  std::string sealed{};        ///< The body.
  std::int64_t bytes = 0;      ///< The body's length.
  Time arrived{};
  bool to_forward = false;
  std::vector<StatusNews> statuses{};
  std::vector<InboundNews> messages{};
};

/// All that the statuses of one message say, in whatever order and however often they came: the earliest moment of
/// each.
struct Outgoing {
  std::string message, number, recipient, callback, code;
  PostSide side = PostSide::cloud;
  std::optional<Time> sent, delivered, read, failed, deleted;
  Time first_heard{};  ///< When the first post about it arrived here.
  Time last_heard{};
};

struct Incoming {
  std::string message, number, sender, type;
  PostSide side = PostSide::cloud;
  Time at{};       ///< When the person sent it, as the platform says.
  Time arrived{};  ///< When its first post arrived here.
  std::int64_t post = 0;
};

/// A post that waits to be forwarded.
struct Awaiting {
  std::int64_t id = 0;
  std::string source;
};

struct PostTotals {
  std::int64_t posts = 0, awaiting = 0, outgoing = 0, incoming = 0;
  std::int64_t last = 0;  ///< The id of the newest post.
};

/// Safe to use from any thread, and by several processes at once.
class PostStore {
 public:
  enum class Kept { stored, duplicate };

  /// With `create` a missing file is made (0600, its directory 0700 when missing); without, it is an error.
  /// `key_mark` tells the key that bodies are sealed under: another one than the store was begun with is refused. Empty
  /// for who only reads what was read of them.
  static Result<std::unique_ptr<PostStore>> open(const std::filesystem::path& file, bool create,
                                                 const std::string& key_mark);
  virtual ~PostStore() = default;

  /// Returns when the post is durable, or has been for long, or when it could not be kept. Posts that wait at the same
  /// time become durable together.
  virtual Result<Kept> keep(const Post& post) = 0;
  /// Returns when it is durable that these need not be forwarded again.
  virtual Result<void> forwarded(std::int64_t id, Time when) = 0;
  /// Forgets the bodies of at most a thousand posts that came before and wait for nothing; how many those were. What
  /// was read of them stays.
  virtual Result<int> drop_bodies(Time before) = 0;

  /// Those that wait to be forwarded, in the order in which they were stored.
  virtual Result<std::vector<Awaiting>> awaiting(std::int64_t after, int limit) = 0;
  /// The post itself, without what was read of it; nothing when there is none. `sealed` is empty once it was dropped.
  virtual Result<std::optional<Post>> post(std::int64_t id) = 0;

  virtual Result<std::optional<Outgoing>> outgoing(const std::string& message) = 0;
  /// In the order in which they were first heard of.
  virtual Result<std::vector<Outgoing>> outgoing_tagged(const std::string& callback) = 0;
  virtual Result<std::vector<Outgoing>> outgoing_between(Time from, Time to) = 0;
  virtual Result<std::optional<Incoming>> incoming(const std::string& message) = 0;
  /// In the order of their arrival.
  virtual Result<std::vector<Incoming>> incoming_between(Time from, Time to) = 0;
  virtual Result<PostTotals> totals() = 0;
};

}  // namespace wamigrate
