// PostgreSQL refuses to run as root: there it runs as the user `postgres`, or `nobody`. The kernel ends it with this
// program (PR_SET_PDEATHSIG), also where that is killed.
#include "support/postgres_server.hpp"

#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace wamigrate::tests {

namespace {

namespace fs = std::filesystem;

/// The newest of Debian's; empty if there is none.
fs::path installed_binaries() {
  fs::path newest;
  int highest = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    const int version = std::atoi(entry.path().filename().c_str());
    if (version > highest && fs::exists(entry.path() / "bin" / "initdb", ignored)) {
      highest = version;
      newest = entry.path() / "bin";
    }
  }
  return newest;
}

/// Whom the server runs as: ourselves, or somebody without rights if we are root.
const passwd* unprivileged_user() {
  if (::getuid() != 0) return ::getpwuid(::getuid());
  const passwd* user = ::getpwnam("postgres");
  return user != nullptr ? user : ::getpwnam("nobody");
}

/// In memory where there is room: a server that was killed syncs all of its directory when it starts again.
fs::path roomy_directory() {
  constexpr std::uintmax_t room = 500'000'000;
  std::error_code problem;
  const fs::space_info memory = fs::space("/dev/shm", problem);
  return !problem && memory.available > room && ::access("/dev/shm", W_OK) == 0 ? "/dev/shm"
                                                                                : fs::temp_directory_path();
}

/// Starts a program as that user; it ends with us. Its output goes to `log`.
pid_t start_as(const passwd& user, const std::vector<std::string>& words, const fs::path& log) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  if (std::freopen(log.c_str(), "a", stdout) == nullptr) ::_exit(126);
  ::dup2(STDOUT_FILENO, STDERR_FILENO);
  if (::getuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setgid(user.pw_gid) != 0 || ::setuid(user.pw_uid) != 0)) {
    ::_exit(126);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (::getppid() != parent) ::_exit(126);
  ::setenv("LC_ALL", "C", 1);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

bool succeeds(pid_t pid) {
  int status = 0;
  return pid > 0 && ::waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void look_again_soon() { std::this_thread::sleep_for(std::chrono::milliseconds(10)); }

}  // namespace

PostgresServer* PostgresServer::get() {
  static std::unique_ptr<PostgresServer> server = [] {
    std::unique_ptr<PostgresServer> made(new PostgresServer);
    if (made->make()) return made;
    std::cerr << "NOT TESTED: no PostgreSQL server can be run here (is the package postgresql installed?)\n";
    made.reset();
    return made;
  }();
  return server.get();
}

bool PostgresServer::make() {
  binaries_ = installed_binaries();
  const passwd* user = unprivileged_user();
  if (binaries_.empty() || user == nullptr || user->pw_uid == 0) return false;
  std::string name = (roomy_directory() / "wamigrate-pg-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return false;
  directory_ = name;
  if (::chown(name.c_str(), user->pw_uid, user->pw_gid) != 0) return false;
  const pid_t initdb = start_as(*user,
                                {binaries_ / "initdb", "-D", directory_ / "data", "-A", "trust", "-U", "wamigrate",
                                 "-E", "UTF8", "--locale=C", "--no-sync", "--wal-segsize=1"},
                                directory_ / "log");
  if (!succeeds(initdb)) return false;
  // Members of `locked` need a password, everybody else is trusted.
  std::ofstream(directory_ / "data" / "pg_hba.conf") << "local all +locked scram-sha-256\nlocal all all trust\n";
  start();
  Poco::Data::Session session = connect();
  session << "CREATE ROLE locked", Poco::Data::Keywords::now;
  return true;
}

PostgresServer::~PostgresServer() {
  stop();
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

void PostgresServer::start(const std::string& settings) {
  std::vector<std::string> words{binaries_ / "postgres", "-D", directory_ / "data", "-k", directory_};
  words.insert(words.end(), {"-c", "listen_addresses=", "-c", "shared_buffers=16MB", "-c", "max_connections=50", "-c",
                             "min_wal_size=2MB", "-c", "max_wal_size=16MB"});
  std::istringstream more(settings);
  for (std::string word; more >> word;) words.push_back(word);
  // The processes of a killed one end by themselves; while any is left, a new one refuses to begin.
  for (int looks = 0; looks < 3000; ++looks) {
    if (pid_ == 0) pid_ = start_as(*unprivileged_user(), words, directory_ / "log");
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = 0;
    if (pid_ != 0 && takes_connections()) return;
    look_again_soon();
  }
  throw std::runtime_error("the test's PostgreSQL server does not start");
}

void PostgresServer::kill() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(std::exchange(pid_, 0), nullptr, 0);
}

void PostgresServer::stop() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGQUIT);
  ::waitpid(std::exchange(pid_, 0), nullptr, 0);
}

Poco::Data::Session PostgresServer::connect() const {
  Poco::Data::PostgreSQL::Connector::registerConnector();
  return {"PostgreSQL", "host=" + directory_.string() + " user=wamigrate dbname=postgres"};
}

bool PostgresServer::takes_connections() const {
  try {
    connect();
    return true;
  } catch (const Poco::Exception&) {
    return false;
  }
}

std::string PostgresServer::fresh_database() {
  const std::string name = "test" + std::to_string(::getpid()) + "_" + std::to_string(++databases_);
  Poco::Data::Session session = connect();
  session << "CREATE DATABASE " + name, Poco::Data::Keywords::now;
  return name;
}

void PostgresServer::drop(const std::string& database) {
  Poco::Data::Session session = connect();
  session << "DROP DATABASE " + database + " WITH (FORCE)", Poco::Data::Keywords::now;
}

std::string PostgresServer::url(const std::string& database, const std::string& run) const {
  return "postgresql://wamigrate@/" + database + "?host=" + directory_.string() + (run.empty() ? "" : "&run=" + run);
}

}  // namespace wamigrate::tests
