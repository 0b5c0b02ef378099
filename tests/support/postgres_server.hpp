// A PostgreSQL server of a test program's own: in a directory of its own, on a unix socket in it, with nobody else's
// data. Started when the first test asks for it, and stopped and removed with the program, however its tests end.
#pragma once

#include <Poco/Data/Session.h>
#include <sys/types.h>

#include <filesystem>
#include <string>

namespace wamigrate::tests {

class PostgresServer {
 public:
  /// The program's one server, running; null where none can be run, which is said once, on standard error.
  static PostgresServer* get();

  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;
  ~PostgresServer();

  /// A fresh database's name.
  std::string fresh_database();
  void drop(const std::string& database);
  /// `postgresql://…` of a database; `run` may be empty.
  std::string url(const std::string& database, const std::string& run) const;
  /// The directory of its socket `.s.PGSQL.5432`.
  std::filesystem::path socket_directory() const { return directory_; }
  /// kill -9 of the server's first process; the others notice and end.
  void kill();
  /// Starts it again, over what it finds on the disk; `settings` as in `-c fsync=off`. Answers when it takes
  /// connections.
  void start(const std::string& settings = {});
  /// Ends it as an operator would who is in a hurry; everybody's connection is cut.
  void stop();

 private:
  PostgresServer() = default;
  bool make();
  Poco::Data::Session connect() const;
  bool takes_connections() const;

  std::filesystem::path binaries_;
  std::filesystem::path directory_;
  pid_t pid_ = 0;
  int databases_ = 0;
};

}  // namespace wamigrate::tests
