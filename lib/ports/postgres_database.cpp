// Statements are kept prepared for as long as a connection lives: preparing, describing and dropping one costs three
// more round trips than running it. After any failure the session is thrown away and made anew.
//
// What Poco 1.11's connector is not fit for, and what is done about it: a session that was reset in a transaction does
// not recover (pocoproject/poco issue 5025): it is never reset. A statement that has run once and then fails frees its
// first result twice when it goes: it is left where it is. A connection that is lost, or can't be made, is never freed
// (36 kB): tries are half a second apart. SQLSTATE, the socket and the server's notices can't be had: the first is read
// from messages, the others asked of libpq. A connection string has no quoting: nothing that needs it is put there.
//
// Nothing here waits for ever. The server ends a wait for a lock; a connection attempt has a time-out; and a connection
// whose call is not over in time is cut from this side, which no silence of a server or a network can prevent. There is
// no statement_timeout: it would also end a commit's wait for a standby, and that answers as if it were durable there.
#include "ports/postgres_database.hpp"

#include <Poco/Data/DataException.h>
#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/PostgreSQL/SessionHandle.h>
#include <Poco/Data/Statement.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <array>
#include <cstdlib>
#include <thread>

#include "ports/descriptor.hpp"
#include "ports/files.hpp"

namespace wamigrate {

namespace {

using Poco::Data::Session;
using Poco::Data::Statement;
using namespace Poco::Data::Keywords;

constexpr int connect_seconds = 10;
constexpr int oldest_server = 130000;  // as server_version_num: PostgreSQL 13
constexpr Millis first_pause{20};
constexpr Millis longest_pause{500};

/// Where the five characters of SQLSTATE stand in a message, as in `ERROR:  40P01: …` (the word is the server's own, in
/// its language); npos if nowhere.
std::size_t state_place(const std::string& text) {
  constexpr std::string_view before = ":  ";
  constexpr std::string_view letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (auto at = text.find(before); at != std::string::npos; at = text.find(before, at + 1)) {
    const auto state = at + before.size();
    if (text.find_first_not_of(letters, state) == state + 5 && text[state + 5] == ':') return state;
  }
  return std::string::npos;
}

std::string state_of(const Poco::Exception& problem) {
  const auto at = state_place(problem.message());
  return at == std::string::npos ? "" : problem.message().substr(at, 5);
}

/// What the server says, without what the connector puts around it.
std::string said_by_server(const Poco::Exception& problem) {
  std::string text = problem.message();
  if (const auto state = state_place(text); state != std::string::npos) text.erase(0, state + 7);
  constexpr std::string_view noise = "Connection Error: ";
  if (text.starts_with(noise)) text.erase(0, noise.size());
  text = text.substr(0, text.find('\n'));
  return text.empty() ? "the connection was lost" : text;
}

bool passes(const std::string& state) {
  for (const std::string_view passing : {"40001", "40P01", "57P01", "57P02", "57P03", "53300"}) {
    if (state == passing) return true;
  }
  return state.starts_with("08");
}

/// A password as libpq reads it from a file, in memory that has no name: Poco keeps what is in a connection string, and
/// can't hand on a blank in it.
class PasswordFile {
 public:
  Result<void> hold(const Secret& password) {
    if (password.reveal().find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos) {
      return fail("the database's password holds a line end or a NUL", "PostgreSQL's clients can't hand that on");
    }
    std::string line = "*:*:*:*:";
    line.reserve(line.size() + 2 * password.reveal().size() + 1);  // so that growing leaves no copies behind
    for (const char c : password.reveal()) {
      if (c == ':' || c == '\\') line += '\\';
      line += c;
    }
    const Secret whole(std::move(line += '\n'));
    file_ = Descriptor(::memfd_create("wamigrate", MFD_CLOEXEC));
    const std::string_view text = whole.reveal();
    if (!file_.valid() || ::fchmod(file_.get(), 0600) != 0 ||
        ::write(file_.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
      return fail("the database's password can't be held in memory", "check the limits of memory and open files");
    }
    return {};
  }
  std::string path() const { return file_.valid() ? fmt::format("/proc/self/fd/{}", file_.get()) : ""; }

 private:
  Descriptor file_;
};

std::string connection_string(const DatabaseUrl& url, const std::string& passfile) {
  // Nothing stays open for libpq's environment that would lead elsewhere or weaken TLS.
  std::string text = fmt::format(
      "host={} port={} dbname={} application_name=wamigrate/{} client_encoding=UTF8 target_session_attrs=read-write "
      "gssencmode=disable keepalives_idle=30 keepalives_interval=10 keepalives_count=3 tcp_user_timeout=20000",
      url.host, url.port, url.database, process_name());
  for (const auto& [key, value] : {std::pair<const char*, const std::string&>{"user", url.user},
                                   {"sslmode", url.sslmode},
                                   {"sslrootcert", url.sslrootcert},
                                   {"passfile", passfile}}) {
    if (!value.empty()) text += fmt::format(" {}={}", key, value);
  }
  return text;
}

}  // namespace

/// The prepared statements of one connection, each with the places it is bound to.
struct PostgresDatabase::Statements {
  struct Prepared {
    Prepared(Session& session, const std::string& text, std::size_t parameter_count, std::size_t column_count)
        : statement(session), parameters(parameter_count), columns(column_count) {
      statement << text;
      for (std::string& parameter : parameters) statement.addBind(use(parameter));
      for (std::vector<std::string>& column : columns) statement.addExtract(into(column));
    }
    Statement statement;
    std::vector<std::string> parameters;
    std::vector<std::vector<std::string>> columns;
  };
  std::map<std::string, std::unique_ptr<Prepared>> by_text;
};

namespace {

/// Keeps for ever what can't be destroyed without harm.
template <class Thing>
void leave_alone(std::unique_ptr<Thing> thing) {
  static std::mutex mutex;
  static auto& kept = *new std::vector<Thing*>;
  const std::lock_guard lock(mutex);
  kept.push_back(thing.release());
}

}  // namespace

std::vector<PostgresDatabase::Row> PostgresDatabase::Attempt::operator()(const std::string& statement,
                                                                         const std::vector<std::string>& parameters,
                                                                         std::size_t columns) {
  auto& prepared = database_.statements_->by_text[statement];
  if (!prepared) {
    prepared = std::make_unique<Statements::Prepared>(*database_.session_, statement, parameters.size(), columns);
  }
  ensure(prepared->parameters.size() == parameters.size(), "a statement has as many parameters each time");
  prepared->parameters.assign(parameters.begin(), parameters.end());
  for (auto& column : prepared->columns) column.clear();
  try {
    prepared->statement.execute();
  } catch (const Poco::Exception&) {
    leave_alone(std::move(prepared));
    throw;
  }
  std::vector<Row> rows(columns == 0 ? 0 : prepared->columns.front().size(), Row(columns));
  for (std::size_t column = 0; column < columns; ++column) {
    for (std::size_t row = 0; row < rows.size(); ++row) rows[row][column] = std::move(prepared->columns[column][row]);
    prepared->columns[column].clear();
  }
  return rows;
}

PostgresDatabase::PostgresDatabase(DatabaseUrl url, SecretSource* secrets, PostgresTuning tuning)
    : url_(std::move(url)), tuning_(std::move(tuning)), secrets_(secrets) {
  if (secrets_ == nullptr) {
    own_secrets_ = make_secret_source();
    secrets_ = own_secrets_.get();
  }
}

PostgresDatabase::~PostgresDatabase() { disconnect(); }

Result<std::unique_ptr<PostgresDatabase>> PostgresDatabase::open(DatabaseUrl url, SecretSource* secrets,
                                                                 PostgresTuning tuning) {
  for (const char* variable : {"PGHOSTADDR", "PGSERVICE"}) {
    if (url.is_local() && std::getenv(variable) != nullptr) {
      return fail(
          fmt::format("the environment variable {} may lead to another machine than the URL of the database says",
                      variable),
          fmt::format("unset {} for this command", variable));
    }
  }
  std::unique_ptr<PostgresDatabase> database(new PostgresDatabase(std::move(url), secrets, std::move(tuning)));
  try {
    if (auto connected = database->ensure_connected(); !connected) return tl::make_unexpected(connected.error());
  } catch (const Poco::Exception& problem) {
    const Error error = database->error_of("opening the database", problem);
    database->disconnect();
    return tl::make_unexpected(error);
  }
  return database;
}

Result<void> PostgresDatabase::ensure_connected() {
  if (session_ && session_->isConnected()) return {};
  disconnect();
  PasswordFile password;
  if (!url_.password.empty()) {
    const auto secret = secrets_->resolve(url_.password);
    if (!secret) return tl::make_unexpected(secret.error());
    if (auto held = password.hold(*secret); !held) return held;
  }
  connect(password.path());
  auto sound = check_server();
  if (!sound) disconnect();
  return sound;
}

void PostgresDatabase::connect(const std::string& passfile) {
  Poco::Data::PostgreSQL::Connector::registerConnector();
  session_ = std::make_unique<Session>("PostgreSQL", connection_string(url_, passfile), connect_seconds);
  statements_ = std::make_unique<Statements>();
  const auto say_nothing = [](void*, const char*) {};  // libpq's own writes on standard error
  PQsetNoticeProcessor(connection(), say_nothing, nullptr);
  PQsetErrorVerbosity(connection(), PQERRORS_VERBOSE);  // messages with SQLSTATE
}

// What makes a commit durable is not left to how the server, the database or the role happen to be configured.
Result<void> PostgresDatabase::check_server() {
  const DeadlineWatch::Cutoff cutoff(watch_, socket(), std::chrono::steady_clock::now() + tuning_.call_limit);
  Attempt attempt(*this, false);
  const Row found = attempt(
      "SELECT current_setting('fsync'), current_setting('server_version_num'), "
      "set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'remote_apply' "
      "THEN 'remote_apply' ELSE 'on' END, false)",
      {}, 3)[0];
  // Keepalives: the server is to notice within a minute that a client's machine is gone, and with it its locks.
  const std::map<std::string, std::string> settings{
      {"search_path", "wamigrate"},
      {"default_transaction_isolation", "read committed"},
      {"client_min_messages", "error"},
      {"lock_timeout", std::to_string(tuning_.lock_limit.count())},
      {"statement_timeout", "0"},
      {"idle_in_transaction_session_timeout", std::to_string(2 * tuning_.call_limit.count())},
      {"idle_session_timeout", "0"},
      {"tcp_keepalives_idle", "30"},
      {"tcp_keepalives_interval", "10"},
      {"tcp_keepalives_count", "3"}};
  for (const auto& [name, value] : settings) {  // one that this server does not know is left out
    attempt("SELECT set_config(name, $2, false) FROM pg_settings WHERE name = $1", {name, value}, 1);
  }
  if (found[0] != "on") {
    return fail(fmt::format("the server of {} runs with fsync=off: what it says is written can be lost in a power cut",
                            url_.database_text()),
                "switch fsync on, or use another server: a lost journal can cost a registration");
  }
  if (std::stoi(found[1]) < oldest_server) {
    return fail(fmt::format("the server of {} is older than PostgreSQL 13", url_.database_text()), "use a newer one");
  }
  return {};
}

void PostgresDatabase::disconnect() {
  statements_.reset();
  session_.reset();
}

PGconn* PostgresDatabase::connection() const {
  return *Poco::AnyCast<Poco::Data::PostgreSQL::SessionHandle*>(session_->getProperty("handle"));
}

int PostgresDatabase::socket() const { return PQsocket(connection()); }

Result<void> PostgresDatabase::until_done(std::string_view doing, const std::function<void(Attempt&)>& work) {
  const std::lock_guard lock(mutex_);
  const Moment give_up = std::chrono::steady_clock::now() + tuning_.patience;
  Millis pause = first_pause;
  bool may_be_done = false;
  while (true) {
    bool committing = false;
    try {
      if (auto connected = ensure_connected(); !connected) return connected;
      const DeadlineWatch::Cutoff cutoff(watch_, socket(), std::chrono::steady_clock::now() + tuning_.call_limit);
      Attempt attempt(*this, may_be_done);
      session_->begin();
      work(attempt);
      committing = true;
      session_->commit();
      return {};
    } catch (const Poco::Exception& problem) {
      const bool lost = session_ == nullptr || !session_->isConnected();
      const Error error = error_of(doing, problem);
      const bool again = lost || passes(state_of(problem));
      may_be_done = may_be_done || committing;
      disconnect();
      if (!again || std::chrono::steady_clock::now() + pause > give_up) return tl::make_unexpected(error);
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, longest_pause);
  }
}

Error PostgresDatabase::error_of(std::string_view doing, const Poco::Exception& problem) const {
  const std::string state = state_of(problem);
  const std::string said = said_by_server(problem);
  const auto error = [&](std::string_view why, std::string fix) {
    return Error{fmt::format("{} failed: {}: {}", doing, url_.database_text(), why), std::move(fix)};
  };
  if (session_ == nullptr || !session_->isConnected()) {
    return error(said, "check that the server runs and takes this user, then run the same command again");
  }
  if (state == "53100") return error("the server's disk is full", "make room there, then run the same command again");
  if (state == "55P03") {
    return error("another process keeps it locked", "find and end that process, then run the same command again");
  }
  if (state == "42501") {
    return error(said,
                 "let the database's owner grant it: GRANT CREATE ON DATABASE, or the schema wamigrate's ownership");
  }
  if (state == "25006") return error("the server takes no writes", "name the primary server, not a standby");
  return error(said, "check that the database is in order and that only wamigrate uses its schema");
}

std::string hex_of(std::string_view bytes) {
  std::string hex(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  hex.pop_back();
  return hex;
}

std::string bytes_of_hex(std::string_view hex) {
  std::string bytes(hex.size() / 2, '\0');
  std::size_t length = 0;
  const int refused = sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), hex.data(),
                                     hex.size(), nullptr, &length, nullptr);
  ensure(refused == 0 && length == bytes.size(), "the server encodes bytes as hex");
  return bytes;
}

std::string fresh_id() {
  ensure(sodium_init() >= 0, "libsodium starts");
  std::array<char, 16> bits{};
  randombytes_buf(bits.data(), bits.size());
  return hex_of({bits.data(), bits.size()});
}

std::string list_of(const std::vector<std::string>& items) {
  std::string list;
  for (const std::string& item : items) {
    ensure(item.find(',') == std::string::npos, "items of a list hold no comma");
    if (&item != &items.front()) list += ',';
    list += item;
  }
  return list;
}

}  // namespace wamigrate
