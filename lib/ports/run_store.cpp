// A run's memory in one SQLite file: the journal, the inbox and the sealed blobs.
#include <Poco/Data/LOB.h>
#include <Poco/Data/Statement.h>

#include <algorithm>
#include <future>
#include <limits>

#include "ports/sqlite_file.hpp"
#include "ports/sqlite_stores.hpp"

namespace wamigrate {

namespace {

using Poco::Data::BLOB;
using Poco::Data::Session;
using Poco::Data::Statement;
using namespace Poco::Data::Keywords;

const SqliteKind& run_store_kind() {
  static const SqliteKind kind{
      .name = "run store",
      .application_id = 0x77614d52,  // "waMR"
      .version = 1,
      // AUTOINCREMENT: a message's number is never given twice, also after messages were removed.
      .schema = {"CREATE TABLE journal (position INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT NOT NULL)",
                 "CREATE TABLE inbox (number INTEGER PRIMARY KEY AUTOINCREMENT, message TEXT NOT NULL)",
                 "CREATE TABLE blobs (name TEXT PRIMARY KEY, sealed BLOB NOT NULL)"}};
  return kind;
}

BLOB to_blob(const std::string& bytes) {
  return BLOB(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::string to_string(const BLOB& blob) {
  return std::string(reinterpret_cast<const char*>(blob.rawContent()), blob.size());
}

/// Poco reads text up to its first NUL.
void ensure_plain_text(const std::string& text) {
  ensure(text.find('\0') == std::string::npos, "records and messages hold no NUL");
}

class SqliteRunStore : public RunStore {
 public:
  explicit SqliteRunStore(std::unique_ptr<SqliteFile> file) : file_(std::move(file)) {}

  Result<std::vector<std::string>> commit(const Changes& changes) override {
    if (changes.records.empty() && changes.keep.empty() && changes.drop.empty()) return std::vector<std::string>();
    for (const std::string& record : changes.records) ensure_plain_text(record);
    return file_->write("appending to the journal", [&](Session& session) {
      for (const std::string& name : changes.drop) {
        session << "DELETE FROM blobs WHERE name = ?", useRef(name), now;
      }
      for (const Blob& blob : changes.keep) {
        const BLOB bytes = to_blob(blob.sealed);  // Poco binds an empty one as NULL
        session << "INSERT INTO blobs (name, sealed) VALUES (?, coalesce(?, x'')) ON CONFLICT (name) "
                   "DO UPDATE SET sealed = excluded.sealed",
            useRef(blob.name), useRef(bytes), now;
      }
      std::string record;
      Statement insert(session);
      insert << "INSERT INTO journal (record) VALUES (?)", use(record);
      for (const std::string& next : changes.records) {
        record = next;
        insert.execute();
      }
      return std::vector<std::string>();
    });
  }

  // The write-ahead log still holds the bytes: it is emptied into the file, where they have been overwritten.
  Result<void> scrub() override { return file_->empty_log(); }

  Result<std::vector<std::string>> journal() override { return journal_part(0, all_records); }

  Result<std::vector<std::string>> journal_after(std::size_t known) override {
    return journal_part(known, all_records);
  }

  // By parts, each by itself: nothing holds back the log while a long journal is being folded. The next is read while
  // one is dealt with.
  Result<void> each_record(const std::function<Result<void>(const std::string& record)>& take) override {
    Result<std::vector<std::string>> records = journal_part(0, records_at_once);
    std::size_t known = 0;
    while (records) {
      const bool is_last = records->size() < records_at_once;
      known += records->size();
      std::future<Result<std::vector<std::string>>> next;
      if (!is_last) {
        next = std::async(std::launch::async, [this, known] { return journal_part(known, records_at_once); });
      }
      for (const std::string& record : *records) {
        if (auto taken = take(record); !taken) return taken;
      }
      if (is_last) return {};
      records = next.get();
    }
    return tl::make_unexpected(records.error());
  }

  Result<void> post(const std::string& message) override {
    ensure_plain_text(message);
    return file_->write("posting to the run", [&](Session& session) {
      session << "INSERT INTO inbox (message) VALUES (?)", useRef(message), now;
    });
  }

  Result<std::vector<Message>> messages(std::int64_t after) override {
    return file_->read("reading the run's messages", [&](Session& session) {
      std::vector<Poco::Int64> numbers;
      std::vector<std::string> texts;
      session << "SELECT number, message FROM inbox WHERE number > ? ORDER BY number", useRef(after), into(numbers),
          into(texts), now;
      std::vector<Message> messages;
      for (std::size_t i = 0; i < numbers.size(); ++i) messages.push_back({numbers[i], std::move(texts[i])});
      return messages;
    });
  }

  Result<std::optional<std::string>> blob(const std::string& name) override {
    return file_->read("reading a sealed blob", [&](Session& session) -> std::optional<std::string> {
      std::vector<BLOB> found;
      session << "SELECT sealed FROM blobs WHERE name = ?", useRef(name), into(found), now;
      if (found.empty()) return std::nullopt;
      return to_string(found.front());
    });
  }

  Result<std::vector<std::string>> blob_names() override {
    return file_->read("listing the sealed blobs", [](Session& session) {
      std::vector<std::string> names;
      session << "SELECT name FROM blobs ORDER BY name", into(names), now;
      return names;
    });
  }

 private:
  static constexpr std::size_t records_at_once = 10'000;
  static constexpr std::size_t all_records = std::numeric_limits<std::int64_t>::max();

  // Positions are given out one by one and rows never go: the nth record is at position n.
  Result<std::vector<std::string>> journal_part(std::size_t known, std::size_t at_most) {
    return file_->read("reading the journal", [known, at_most](Session& session) {
      const auto position = static_cast<Poco::Int64>(known);
      const auto count = static_cast<Poco::Int64>(at_most);
      std::vector<std::string> records;
      session << "SELECT record FROM journal WHERE position > ? ORDER BY position LIMIT ?", useRef(position),
          useRef(count), into(records), now;
      return records;
    });
  }

  std::unique_ptr<SqliteFile> file_;
};

}  // namespace

Result<std::unique_ptr<RunStore>> open_sqlite_run_store(const std::filesystem::path& file, bool create) {
  auto opened = SqliteFile::open(file, run_store_kind(), create);
  if (!opened) return tl::make_unexpected(opened.error());
  return std::make_unique<SqliteRunStore>(std::move(*opened));
}

}  // namespace wamigrate
