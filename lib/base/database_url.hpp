// The URL of a PostgreSQL database, as an inventory (`ledger:`) and `--run` name one: read strictly, so that no
// password stands in it and nothing but a loopback address or a unix socket is spoken to in the clear.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace wamigrate {

/// `postgresql://[USER@]HOST[:PORT]/DATABASE[?KEY=VALUE&…]`, with the keys `host` (the directory of a unix socket,
/// where the URL names no host), `sslmode`, `sslrootcert`, `password` (a reference) and `run`. Percent-encoding as in
/// any URL.
struct DatabaseUrl {
  std::string user;  ///< Empty: libpq's default, the name of the system's user.
  std::string host;  ///< A name, an address (IPv6 without brackets), or the directory of a unix socket.
  int port = 5432;
  std::string database;
  std::string sslmode;      ///< `verify-full`, or empty where the connection does not leave the machine.
  std::string sslrootcert;  ///< A file with the certificates that are trusted; empty: libpq's default.
  SecretRef password;       ///< None: libpq's own ways (PGPASSFILE, ~/.pgpass, PGPASSWORD).
  std::string run;          ///< The name of a run; empty for a ledger.

  /// The connection ends on this machine.
  bool is_local() const;
  /// As a URL that parse_database_url() reads back; the run stands last, so that a path may follow it.
  std::string text() const;
  /// The same without the run: what two URLs of one database have in common.
  std::string database_text() const;
  bool operator==(const DatabaseUrl&) const = default;
};

/// Whether a text is meant as the URL of a database, right or wrong.
bool is_database_url(std::string_view text);

enum class DatabaseUse { ledger, run };

/// Reads a URL; with `run` it must name one, with `ledger` it must not. Errors never repeat the text: a password may
/// stand in it.
Result<DatabaseUrl> parse_database_url(std::string_view text, DatabaseUse use);

}  // namespace wamigrate
