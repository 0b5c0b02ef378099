// Two connections to the file: one for the thread that commits, one for those who read meanwhile (WAL lets them). What
// statuses say is folded as they are stored: each moment is the earliest that was told, so neither order nor repetition
// matters, and a look at one message reads one row.
#include "ports/post_store.hpp"

#include <Poco/Data/LOB.h>
#include <Poco/Data/Statement.h>
#include <fmt/format.h>

#include <array>

#include "ports/group_commit.hpp"
#include "ports/sqlite_file.hpp"

namespace wamigrate {
namespace {

using Poco::Int64;
using Poco::Data::BLOB;
using Poco::Data::Session;
using Poco::Data::Statement;
using namespace Poco::Data::Keywords;

constexpr std::size_t group_most = 256;
constexpr Int64 never = -1;

const SqliteKind& post_store_kind() {
  static const SqliteKind kind{
      .name = "store of posts",
      .application_id = 0x77614d50,  // "waMP"
      .version = 1,
      .schema = {
          "CREATE TABLE seal_key (mark TEXT NOT NULL)",
          "CREATE TABLE posts (id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL UNIQUE, side TEXT NOT NULL, "
          "source TEXT NOT NULL, arrived INTEGER NOT NULL, bytes INTEGER NOT NULL, content_type TEXT NOT NULL, "
          "signature TEXT NOT NULL, sealed BLOB, due INTEGER NOT NULL, forwarded INTEGER)",
          "CREATE INDEX posts_due ON posts (id) WHERE due = 1",
          "CREATE INDEX posts_kept ON posts (arrived) WHERE sealed IS NOT NULL",
          "CREATE TABLE outgoing (message TEXT PRIMARY KEY, side TEXT NOT NULL, number TEXT NOT NULL, recipient TEXT "
          "NOT "
          "NULL, callback TEXT NOT NULL, code TEXT NOT NULL, sent INTEGER, delivered INTEGER, read INTEGER, failed "
          "INTEGER, deleted INTEGER, first_heard INTEGER NOT NULL, last_heard INTEGER NOT NULL) WITHOUT ROWID",
          "CREATE INDEX outgoing_callback ON outgoing (callback) WHERE callback <> ''",
          "CREATE INDEX outgoing_heard ON outgoing (first_heard)",
          "CREATE TABLE incoming (message TEXT PRIMARY KEY, side TEXT NOT NULL, number TEXT NOT NULL, sender TEXT NOT "
          "NULL, type TEXT NOT NULL, at INTEGER NOT NULL, arrived INTEGER NOT NULL, post INTEGER NOT NULL) WITHOUT "
          "ROWID",
          "CREATE INDEX incoming_arrived ON incoming (arrived)",
      }};
  return kind;
}

Int64 millis(Time time) { return time.time_since_epoch().count(); }
Time time_of(Int64 value) { return Time(Millis(value)); }
std::optional<Time> moment(Int64 value) { return value == never ? std::nullopt : std::optional(time_of(value)); }
PostSide side_of(const std::string& text) {
  return text == name(PostSide::onprem) ? PostSide::onprem : PostSide::cloud;
}

/// What waits for a commit: a post, or the word that one was forwarded.
struct Change {
  const Post* post = nullptr;
  std::int64_t forwarded = 0;
  Time when{};
  Result<PostStore::Kept> result = PostStore::Kept::stored;
};

/// The statements of one transaction, prepared once; they read the members they are bound to.
class Writer {
 public:
  explicit Writer(Session& session)
      : known_(session), post_(session), last_(session), status_(session), message_(session), forwarded_(session) {
    known_ << "SELECT count(*) FROM posts WHERE digest = ?", use(digest_), into(count_);
    post_ << "INSERT INTO posts (digest, side, source, arrived, bytes, content_type, signature, sealed, due) VALUES "
             "(?, ?, ?, ?, ?, ?, ?, ?, ?)",
        use(digest_), use(side_), use(source_), use(arrived_), use(bytes_), use(type_), use(signature_), use(sealed_),
        use(due_);
    last_ << "SELECT last_insert_rowid()", into(id_);
    status_ << "INSERT INTO outgoing VALUES (?, ?, ?, ?, ?, ?, nullif(?, -1), nullif(?, -1), nullif(?, -1), nullif(?, "
               "-1), nullif(?, -1), ?, ?) ON CONFLICT (message) DO UPDATE SET "
               "recipient = coalesce(nullif(recipient, ''), excluded.recipient), "
               "callback = coalesce(nullif(callback, ''), excluded.callback), "
               "code = coalesce(nullif(code, ''), excluded.code), "
               "sent = coalesce(min(sent, excluded.sent), sent, excluded.sent), "
               "delivered = coalesce(min(delivered, excluded.delivered), delivered, excluded.delivered), "
               "read = coalesce(min(read, excluded.read), read, excluded.read), "
               "failed = coalesce(min(failed, excluded.failed), failed, excluded.failed), "
               "deleted = coalesce(min(deleted, excluded.deleted), deleted, excluded.deleted), "
               "last_heard = max(last_heard, excluded.last_heard)",
        use(text_[0]), use(side_), use(text_[1]), use(text_[2]), use(text_[3]), use(text_[4]), use(at_[0]), use(at_[1]),
        use(at_[2]), use(at_[3]), use(at_[4]), use(arrived_), use(arrived_);
    message_ << "INSERT INTO incoming VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (message) DO NOTHING", use(text_[0]),
        use(side_), use(text_[1]), use(text_[2]), use(text_[3]), use(at_[0]), use(arrived_), use(id_);
    forwarded_ << "UPDATE posts SET due = 0, forwarded = ? WHERE id = ?", use(arrived_), use(id_);
  }

  PostStore::Kept keep(const Post& post) {
    digest_ = post.digest;
    known_.execute();
    if (count_ > 0) return PostStore::Kept::duplicate;
    side_ = name(post.side);
    source_ = post.source;
    arrived_ = millis(post.arrived);
    bytes_ = post.bytes;
    type_ = post.content_type;
    signature_ = post.signature;
    sealed_.assignRaw(reinterpret_cast<const unsigned char*>(post.sealed.data()), post.sealed.size());
    due_ = post.to_forward ? 1 : 0;
    post_.execute();
    last_.execute();
    for (const StatusNews& status : post.statuses) keep(status);
    for (const InboundNews& message : post.messages) {
      text_ = {message.message, message.number, message.sender, message.type, ""};
      at_[0] = millis(message.at);
      message_.execute();
    }
    return PostStore::Kept::stored;
  }

  void forwarded(std::int64_t id, Time when) {
    id_ = id;
    arrived_ = millis(when);
    forwarded_.execute();
  }

 private:
  void keep(const StatusNews& status) {
    text_ = {status.message, status.number, status.recipient, status.callback, status.code};
    const Int64 at = millis(status.at);
    const auto if_is = [&](std::string_view word) { return status.status == word ? at : never; };
    // A voice message that was played was read.
    at_ = {if_is("sent"), if_is("delivered"), std::max(if_is("read"), if_is("played")), if_is("failed"),
           if_is("deleted")};
    status_.execute();
  }

  Statement known_, post_, last_, status_, message_, forwarded_;
  std::string digest_, side_, source_, type_, signature_;
  BLOB sealed_;
  Int64 count_ = 0, arrived_ = 0, bytes_ = 0, id_ = 0;
  int due_ = 0;
  std::array<std::string, 5> text_;
  std::array<Int64, 5> at_{};
};

/// The mark of the key that the store was begun with; with this one, if it has none yet.
Result<std::string> key_of(SqliteFile& file, const std::string& mark) {
  return file.write("asking for the key of the posts", [&](Session& session) {
    std::vector<std::string> known;
    session << "SELECT mark FROM seal_key", into(known), now;
    if (!known.empty()) return known.front();
    session << "INSERT INTO seal_key VALUES (?)", useRef(mark), now;
    return mark;
  });
}

constexpr const char* outgoing_columns =
    "SELECT message, side, number, recipient, callback, code, coalesce(sent, -1), coalesce(delivered, -1), "
    "coalesce(read, -1), coalesce(failed, -1), coalesce(deleted, -1), first_heard, last_heard FROM outgoing WHERE ";
constexpr const char* incoming_columns =
    "SELECT message, side, number, sender, type, at, arrived, post FROM incoming WHERE ";

/// Columns of a result, row by row.
template <class Row, class Make>
std::vector<Row> rows(std::size_t count, Make make) {
  std::vector<Row> made;
  made.reserve(count);
  for (std::size_t i = 0; i < count; ++i) made.push_back(make(i));
  return made;
}

class SqlitePostStore : public PostStore {
 public:
  SqlitePostStore(std::unique_ptr<SqliteFile> writing, std::unique_ptr<SqliteFile> reading)
      : writing_(std::move(writing)),
        reading_(std::move(reading)),
        commits_(group_most, [this](const std::vector<Change*>& changes) { commit(changes); }) {}

  Result<Kept> keep(const Post& post) override {
    Change change{.post = &post};
    commits_.run(change);
    return change.result;
  }

  Result<void> forwarded(std::int64_t id, Time when) override {
    Change change{.forwarded = id, .when = when};
    commits_.run(change);
    if (!change.result) return tl::make_unexpected(change.result.error());
    return {};
  }

  Result<int> drop_bodies(Time before) override {
    return writing_->write("forgetting old posts", [&](Session& session) {
      const Int64 limit = millis(before);
      Statement forget(session);
      forget << "UPDATE posts SET sealed = NULL WHERE id IN (SELECT id FROM posts WHERE arrived < ? AND sealed IS NOT "
                "NULL AND due = 0 LIMIT 1000)",
          useRef(limit);
      return static_cast<int>(forget.execute());
    });
  }

  Result<std::vector<Awaiting>> awaiting(std::int64_t after, int limit) override {
    return reading_->read("reading what is to be forwarded", [&](Session& session) {
      std::vector<Int64> ids;
      std::vector<std::string> sources;
      const Int64 from = after;
      session << "SELECT id, source FROM posts WHERE due = 1 AND id > ? ORDER BY id LIMIT ?", useRef(from),
          useRef(limit), into(ids), into(sources), now;
      return rows<Awaiting>(ids.size(), [&](std::size_t i) { return Awaiting{ids[i], sources[i]}; });
    });
  }

  Result<std::optional<Post>> post(std::int64_t id) override {
    return reading_->read("reading a post", [&](Session& session) -> std::optional<Post> {
      std::vector<std::string> side, source, digest, type, signature;
      std::vector<BLOB> sealed;
      std::vector<Int64> bytes, arrived;
      std::vector<int> due;
      const Int64 wanted = id;
      session
          << "SELECT side, source, digest, content_type, signature, coalesce(sealed, x''), bytes, arrived, due FROM "
             "posts WHERE id = ?",
          useRef(wanted), into(side), into(source), into(digest), into(type), into(signature), into(sealed),
          into(bytes), into(arrived), into(due), now;
      if (side.empty()) return std::nullopt;
      const BLOB& blob = sealed.front();
      return Post{.side = side_of(side.front()),
                  .source = source.front(),
                  .digest = digest.front(),
                  .content_type = type.front(),
                  .signature = signature.front(),
                  .sealed = std::string(reinterpret_cast<const char*>(blob.rawContent()), blob.size()),
                  .bytes = bytes.front(),
                  .arrived = time_of(arrived.front()),
                  .to_forward = due.front() == 1};
    });
  }

  Result<std::optional<Outgoing>> outgoing(const std::string& message) override {
    return first(outgoing_where("message = ?", {message}, {}));
  }
  Result<std::vector<Outgoing>> outgoing_tagged(const std::string& callback) override {
    return outgoing_where("callback = ? AND callback <> '' ORDER BY first_heard, message", {callback}, {});
  }
  Result<std::vector<Outgoing>> outgoing_between(Time from, Time to) override {
    return outgoing_where("first_heard >= ? AND first_heard < ? ORDER BY first_heard, message", {},
                          {millis(from), millis(to)});
  }
  Result<std::optional<Incoming>> incoming(const std::string& message) override {
    return first(incoming_where("message = ?", {message}, {}));
  }
  Result<std::vector<Incoming>> incoming_between(Time from, Time to) override {
    return incoming_where("arrived >= ? AND arrived < ? ORDER BY arrived, message", {}, {millis(from), millis(to)});
  }

  Result<PostTotals> totals() override {
    return reading_->read("counting posts", [](Session& session) {
      PostTotals totals;
      session << "SELECT (SELECT count(*) FROM posts), (SELECT count(*) FROM posts WHERE due = 1), (SELECT count(*) "
                 "FROM outgoing), (SELECT count(*) FROM incoming), (SELECT coalesce(max(id), 0) FROM posts)",
          into(totals.posts), into(totals.awaiting), into(totals.outgoing), into(totals.incoming), into(totals.last),
          now;
      return totals;
    });
  }

 private:
  using Texts = std::vector<std::string>;
  using Numbers = std::vector<Int64>;

  void commit(const std::vector<Change*>& changes) {
    std::vector<Kept> kept;
    const auto done = writing_->write("keeping posts", [&](Session& session) {
      kept.clear();
      Writer writer(session);
      for (const Change* change : changes) {
        if (change->post == nullptr) writer.forwarded(change->forwarded, change->when);
        kept.push_back(change->post == nullptr ? Kept::stored : writer.keep(*change->post));
      }
    });
    for (std::size_t i = 0; i < changes.size(); ++i) {
      changes[i]->result = done ? Result<Kept>(kept[i]) : tl::make_unexpected(done.error());
    }
  }

  Result<std::vector<Outgoing>> outgoing_where(const std::string& condition, const Texts& texts,
                                               const Numbers& numbers) {
    return reading_->read("reading statuses", [&](Session& session) {
      Texts message, side, number, recipient, callback, code;
      Numbers sent, delivered, read, failed, deleted, first_heard, last_heard;
      Statement select(session);
      select << outgoing_columns + condition;
      bind(select, texts, numbers);
      select, into(message), into(side), into(number), into(recipient), into(callback), into(code), into(sent),
          into(delivered), into(read), into(failed), into(deleted), into(first_heard), into(last_heard), now;
      return rows<Outgoing>(message.size(), [&](std::size_t i) {
        return Outgoing{.message = message[i],
                        .number = number[i],
                        .recipient = recipient[i],
                        .callback = callback[i],
                        .code = code[i],
                        .side = side_of(side[i]),
                        .sent = moment(sent[i]),
                        .delivered = moment(delivered[i]),
                        .read = moment(read[i]),
                        .failed = moment(failed[i]),
                        .deleted = moment(deleted[i]),
                        .first_heard = time_of(first_heard[i]),
                        .last_heard = time_of(last_heard[i])};
      });
    });
  }

  Result<std::vector<Incoming>> incoming_where(const std::string& condition, const Texts& texts,
                                               const Numbers& numbers) {
    return reading_->read("reading messages", [&](Session& session) {
      Texts message, side, number, sender, type;
      Numbers at, arrived, post;
      Statement select(session);
      select << incoming_columns + condition;
      bind(select, texts, numbers);
      select, into(message), into(side), into(number), into(sender), into(type), into(at), into(arrived), into(post),
          now;
      return rows<Incoming>(message.size(), [&](std::size_t i) {
        return Incoming{.message = message[i],
                        .number = number[i],
                        .sender = sender[i],
                        .type = type[i],
                        .side = side_of(side[i]),
                        .at = time_of(at[i]),
                        .arrived = time_of(arrived[i]),
                        .post = post[i]};
      });
    });
  }

  static void bind(Statement& select, const Texts& texts, const Numbers& numbers) {
    for (const std::string& text : texts) select, useRef(text);
    for (const Int64& value : numbers) select, useRef(value);
  }

  template <class Row>
  static Result<std::optional<Row>> first(Result<std::vector<Row>> found) {
    if (!found) return tl::make_unexpected(found.error());
    return found->empty() ? std::nullopt : std::optional(std::move(found->front()));
  }

  std::unique_ptr<SqliteFile> writing_;
  std::unique_ptr<SqliteFile> reading_;
  GroupCommit<Change> commits_;  // last: it uses the above
};

}  // namespace

std::string_view name(PostSide side) { return side == PostSide::cloud ? "cloud" : "onprem"; }

Result<std::unique_ptr<PostStore>> PostStore::open(const std::filesystem::path& file, bool create,
                                                   const std::string& key_mark) {
  auto writing = SqliteFile::open(file, post_store_kind(), create);
  if (!writing) return tl::make_unexpected(writing.error());
  auto reading = SqliteFile::open(file, post_store_kind(), false);
  if (!reading) return tl::make_unexpected(reading.error());
  if (!key_mark.empty()) {
    const auto known = key_of(**writing, key_mark);
    if (!known) return tl::make_unexpected(known.error());
    if (*known != key_mark) {
      return fail(fmt::format("{} was sealed under another key", file.string()),
                  "give the key with which it was begun (--seal-key), or begin another store");
    }
  }
  return std::make_unique<SqlitePostStore>(std::move(*writing), std::move(*reading));
}

}  // namespace wamigrate
