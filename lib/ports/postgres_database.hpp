// One connection to a PostgreSQL database, with the settings on which durability hangs, and calls that are each one
// transaction. What passes (a dropped connection, a deadlock, a server that restarts) is met by trying the whole call
// again; what a call does must therefore bear being done twice, or ask whether it has been done (may_be_done).
#pragma once

#include <Poco/Data/Session.h>
#include <Poco/Exception.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/database_url.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "ports/deadline_watch.hpp"
#include "ports/secrets.hpp"

struct pg_conn;  // libpq's

namespace wamigrate {

/// What tests set to their own needs.
struct PostgresTuning {
  /// Milliseconds since 1970 by the server's clock, the only one by which leases end. Volatile: it is asked anew
  /// wherever it stands.
  std::string now = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";
  Millis patience = std::chrono::seconds(30);    ///< How long a call is tried again while the server is away.
  Millis call_limit = std::chrono::seconds(20);  ///< After so long without an end the connection is cut.
  Millis lock_limit = std::chrono::seconds(10);  ///< How long the server waits for a lock that another one has.
};

class PostgresDatabase {
 public:
  using Row = std::vector<std::string>;

  /// One attempt of a call.
  class Attempt {
   public:
    /// Runs a statement with its parameters $1, $2, … as text, and answers `columns` columns of each row as text; NULL
    /// is an empty text. Statements are prepared once for a connection. Bytes travel as hex: see hex_of().
    std::vector<Row> operator()(const std::string& statement, const std::vector<std::string>& parameters = {},
                                std::size_t columns = 0);
    /// An earlier attempt of this call asked for its commit and never heard of it: it may have been done, or be just
    /// about to be.
    bool may_be_done() const { return may_be_done_; }

   private:
    friend class PostgresDatabase;
    Attempt(PostgresDatabase& database, bool may_be_done) : database_(database), may_be_done_(may_be_done) {}
    PostgresDatabase& database_;
    const bool may_be_done_;
  };

  /// Connects. `secrets` gives the password where the URL refers to one; null: the environment, files and commands.
  static Result<std::unique_ptr<PostgresDatabase>> open(DatabaseUrl url, SecretSource* secrets,
                                                        PostgresTuning tuning = {});
  ~PostgresDatabase();

  /// Runs `work` in a transaction, until it is committed or can't be.
  template <class Work>
  auto call(std::string_view doing, Work work) -> Result<decltype(work(std::declval<Attempt&>()))> {
    using Value = decltype(work(std::declval<Attempt&>()));
    if constexpr (std::is_void_v<Value>) {
      return until_done(doing, work);
    } else {
      std::optional<Value> value;
      auto done = until_done(doing, [&](Attempt& attempt) { value.emplace(work(attempt)); });
      if (!done) return tl::make_unexpected(done.error());
      return std::move(*value);
    }
  }

  /// The expression for the server's time (PostgresTuning::now).
  const std::string& now() const { return tuning_.now; }
  const DatabaseUrl& url() const { return url_; }

 private:
  struct Statements;

  PostgresDatabase(DatabaseUrl url, SecretSource* secrets, PostgresTuning tuning);

  Result<void> until_done(std::string_view doing, const std::function<void(Attempt&)>& work);
  Result<void> ensure_connected();
  void connect(const std::string& passfile);
  Result<void> check_server();
  void disconnect();
  pg_conn* connection() const;
  int socket() const;
  Error error_of(std::string_view doing, const Poco::Exception& problem) const;

  const DatabaseUrl url_;
  const PostgresTuning tuning_;
  std::unique_ptr<SecretSource> own_secrets_;
  SecretSource* secrets_;
  DeadlineWatch watch_;
  std::mutex mutex_;
  std::unique_ptr<Poco::Data::Session> session_;
  std::unique_ptr<Statements> statements_;  // of the session: gone before it
};

/// Bytes as they travel to the server's decode(…, 'hex') and from its encode(…, 'hex'). (Poco binds empty bytes as
/// NULL, and PostgreSQL takes no text that is not valid in its encoding.)
std::string hex_of(std::string_view bytes);
std::string bytes_of_hex(std::string_view hex);

/// 128 random bits in hex: what tells a call, or a process, from any other.
std::string fresh_id();

/// A list as one parameter, for string_to_array($1, ','). The items hold no comma.
std::string list_of(const std::vector<std::string>& items);

}  // namespace wamigrate
