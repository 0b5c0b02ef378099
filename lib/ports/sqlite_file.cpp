// Opening: the file is made by us before SQLite sees it, because SQLite would make it readable for everyone (its WAL
// and shared-memory files take over the mode). WAL lets others read and post while a run appends; synchronous FULL
// makes a commit durable when it returns; secure_delete overwrites what is dropped.
#include "ports/sqlite_file.hpp"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Data/Statement.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

#include "ports/descriptor.hpp"
#include "ports/files.hpp"

namespace wamigrate {

namespace {

namespace fs = std::filesystem;
using Poco::Data::Session;
using namespace Poco::Data::Keywords;

void execute(Session& session, const std::string& statement) { session << statement, now; }

int pragma(Session& session, const std::string& name) {
  int value = 0;
  session << "PRAGMA " + name, into(value), now;
  return value;
}

/// What SQLite says about the file as a whole.
struct Format {
  int application_id = 0;
  int version = 0;
  int changes = 0;  ///< How often the tables were changed.

  bool blank() const { return application_id == 0 && version == 0 && changes == 0; }
};

Format format_of(Session& session) {
  return {pragma(session, "application_id"), pragma(session, "user_version"), pragma(session, "schema_version")};
}

Result<void> make_missing_file(const fs::path& file) {
  if (file.has_parent_path()) {
    if (auto made = make_private_directory(file.parent_path()); !made) return made;
  }
  // Only when it is missing: closing a descriptor of a database that this process has open already would drop SQLite's
  // locks on it.
  const Descriptor fd(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (fd.valid()) return sync_directory(file.has_parent_path() ? file.parent_path() : fs::path("."));
  if (errno == EEXIST) return {};
  const int error = errno;
  return fail(fmt::format("making {} failed: {}", file.string(), std::generic_category().message(error)),
              "choose a place where you may write");
}

void use_wal(Session& session) {
  std::string mode;
  session << "PRAGMA journal_mode=WAL", into(mode), now;
  if (mode != "wal") throw Poco::Data::SQLite::OSFeaturesMissingException("no write-ahead log");
}

}  // namespace

bool SqliteFile::wait_for_others(Moment give_up) {
  if (std::chrono::steady_clock::now() >= give_up) return false;
  std::this_thread::sleep_for(Millis(1));
  return true;
}

SqliteFile::Transaction::Transaction(Session& session, const char* begin) : session_(session) {
  execute(session_, begin);
}

SqliteFile::Transaction::~Transaction() {
  if (!open_) return;
  try {
    execute(session_, "ROLLBACK");
  } catch (const Poco::Exception&) {
    // SQLite has rolled back by itself already, as it does when the disk is full.
  }
}

void SqliteFile::Transaction::commit() {
  execute(session_, "COMMIT");
  open_ = false;
}

Result<std::unique_ptr<SqliteFile>> SqliteFile::open(const fs::path& file, const SqliteKind& kind, bool create) {
  std::error_code ignored;
  if (create) {
    if (auto made = make_missing_file(file); !made) return tl::make_unexpected(made.error());
  } else if (!fs::exists(file, ignored)) {
    return fail(fmt::format("there is no {} at {}", kind.name, file.string()), "check the path");
  }
  if (!fs::is_regular_file(file, ignored)) {
    return fail(fmt::format("{} is not a file", file.string()), fmt::format("name the file of a {}", kind.name));
  }
  if (auto is_private = require_private_file(file); !is_private) return tl::make_unexpected(is_private.error());

  std::unique_ptr<SqliteFile> opened(new SqliteFile(file, kind.patience));
  if (auto connected = opened->connect(kind); !connected) return tl::make_unexpected(connected.error());
  if (auto checked = opened->check_or_make(kind, create); !checked) return tl::make_unexpected(checked.error());
  return opened;
}

Result<void> SqliteFile::connect(const SqliteKind& kind) {
  return guarded(fmt::format("opening the {}", kind.name), [&] {
    Poco::Data::SQLite::Connector::registerConnector();
    session_ = std::make_unique<Session>(Poco::Data::SQLite::Connector::KEY, file_.string());
    execute(*session_, "PRAGMA busy_timeout=0");  // patiently() waits instead
    patiently([&] { use_wal(*session_); });
    execute(*session_, "PRAGMA synchronous=FULL");
    execute(*session_, "PRAGMA secure_delete=ON");
  });
}

Result<void> SqliteFile::check_or_make(const SqliteKind& kind, bool create) {
  const std::string doing = fmt::format("opening the {}", kind.name);
  auto found = read(doing, [](Session& session) {
    const Transaction one_moment(session, "BEGIN");  // or the parts would be from before and after a making
    return format_of(session);
  });
  if (found && found->blank() && create) {
    found = write(doing, [&](Session& session) {
      if (const Format meanwhile = format_of(session); !meanwhile.blank())
        return meanwhile;  // another process was first
      for (const std::string& statement : kind.schema) execute(session, statement);
      execute(session, fmt::format("PRAGMA application_id={}", kind.application_id));
      execute(session, fmt::format("PRAGMA user_version={}", kind.version));
      return format_of(session);
    });
  }
  if (!found) return tl::make_unexpected(found.error());
  if (found->application_id != kind.application_id) {
    return fail(fmt::format("{} is not a {}", file_.string(), kind.name),
                fmt::format("name the file of a {}", kind.name));
  }
  if (found->version > kind.version) {
    return fail(fmt::format("the {} {} has format {}, written by a newer wamigrate; this one knows format {}",
                            kind.name, file_.string(), found->version, kind.version),
                "use the wamigrate that wrote it, or a newer one");
  }
  return found->version < kind.version ? upgrade(kind) : Result<void>();
}

Result<void> SqliteFile::upgrade(const SqliteKind& kind) {
  return write(fmt::format("bringing the {} to format {}", kind.name, kind.version), [&](Session& session) {
    for (int version = pragma(session, "user_version"); version < kind.version; ++version) {
      for (const std::string& statement : kind.upgrades.at(static_cast<std::size_t>(version - 1))) {
        execute(session, statement);
      }
      execute(session, fmt::format("PRAGMA user_version={}", version + 1));
    }
  });
}

Result<void> SqliteFile::empty_log() {
  return read("emptying the write-ahead log", [](Session& session) {
    int busy = 0;
    int in_log = 0;
    int moved = 0;
    session << "PRAGMA wal_checkpoint(TRUNCATE)", into(busy), into(in_log), into(moved), now;
    if (busy != 0) throw Poco::Data::SQLite::DBLockedException("the write-ahead log is in use");
  });
}

Error SqliteFile::error_of(std::string_view doing, const Poco::Exception& problem) const {
  namespace sqlite = Poco::Data::SQLite;
  const auto error = [&](std::string_view why, std::string fix) {
    return Error{fmt::format("{} failed: {}: {}", doing, file_.string(), why), std::move(fix)};
  };
  try {
    problem.rethrow();
  } catch (const sqlite::DatabaseFullException&) {
    return error("the disk is full", "free some space, then run the same command again");
  } catch (const sqlite::ReadOnlyException&) {
    return error("it cannot be written", "check the permissions of the file and of its directory");
  } catch (const sqlite::CantOpenDBFileException&) {
    return error("it cannot be opened",
                 "check the permissions of the file and of its directory, the space on the disk and the limit of open "
                 "files");
  } catch (const sqlite::DBLockedException&) {
    return error("another process keeps it locked", "find and end that process, then run the same command again");
  } catch (const sqlite::CorruptImageException&) {
    return error("it is damaged", "restore it from a copy");
  } catch (const sqlite::IOErrorException&) {
    return error("reading or writing the disk failed", "check the disk, then run the same command again");
  } catch (const sqlite::OSFeaturesMissingException&) {
    return error("the file system lacks what SQLite's log needs", "use a local disk, not a network share");
  } catch (const Poco::Exception&) {
    // None of the above: what the library says must do.
  }
  return error(problem.message(), "check that it is a file of wamigrate and that the disk is in order");
}

}  // namespace wamigrate
