// Reading is stricter than libpq's: it takes whatever it knows from a URL, passwords and weaker TLS included.
#include "base/database_url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/loopback.hpp"

namespace wamigrate {

namespace {

constexpr std::string_view scheme = "postgresql://";
constexpr const char* form = "write it as postgresql://USER@HOST:PORT/DATABASE";
constexpr std::size_t longest_run_name = 200;

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~/").find(c) != std::string_view::npos;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    plain += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return plain;
}

std::string encoded(std::string_view text) {
  std::string url;
  for (const char c : text)
    url += is_unreserved(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return url;
}

/// The connector hands such a value on as `key=value`, separated by blanks and without any quoting.
bool can_be_handed_on(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return code > ' ' && code != 0x7f && c != '\'' && c != '\\' && c != ',';
  });
}

bool is_run_name(std::string_view name) {
  if (name.empty() || name.size() > longest_run_name || name.front() == '/' || name.back() == '/') return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return is_unreserved(c) && c != '~'; }) &&
         name.find("//") == std::string_view::npos;
}

std::optional<int> port_of(std::string_view text) {
  int port = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (problem != std::errc() || end != text.data() + text.size() || port < 1 || port > 65535) return std::nullopt;
  return port;
}

/// `user@host:port`, the part between the slashes.
Result<void> read_authority(std::string_view text, DatabaseUrl& url) {
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    const std::string_view user = text.substr(0, at);
    if (user.find(':') != std::string_view::npos) {
      return fail("the URL of the database holds a password",
                  "take it out, and change it: it may stand in the shell's history; say where it is to be had with "
                  "?password=env:NAME (or file:PATH, cmd:COMMAND), or keep it in ~/.pgpass");
    }
    const auto plain = decoded(user);
    if (!plain || plain->empty()) return fail("the URL of the database names no user before its @", form);
    url.user = *plain;
    text.remove_prefix(at + 1);
  }
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return fail("an address in the URL of the database has no closing ]", form);
    url.host = std::string(text.substr(1, end - 1));
    port = text.substr(end + 1);
  } else {
    const auto colon = text.find(':');
    const auto host = decoded(text.substr(0, colon));
    if (!host) return fail("the host in the URL of the database is not encoded as in a URL", form);
    url.host = *host;
    port = colon == std::string_view::npos ? "" : text.substr(colon);
  }
  if (port.empty()) return {};
  const auto number = port.front() == ':' ? port_of(port.substr(1)) : std::nullopt;
  if (!number) return fail("the port in the URL of the database is none", "write a number from 1 to 65535");
  url.port = *number;
  return {};
}

Result<void> read_pair(const std::string& key, const std::string& value, DatabaseUrl& url) {
  if (key == "host") {
    if (!url.host.empty() || !value.starts_with('/')) {
      return fail("`host` in the URL of the database is not the directory of a unix socket",
                  "write postgresql:///DATABASE?host=/var/run/postgresql, or the host before the database");
    }
    url.host = value;
  } else if (key == "password") {
    auto ref = parse_secret_ref(value);
    if (!ref) return tl::make_unexpected(ref.error());
    url.password = *ref;
  } else if (key == "sslmode") {
    if (value != "verify-full") {
      return fail("`sslmode` in the URL of the database is weaker than verify-full",
                  "write sslmode=verify-full, or leave it out on a loopback address or a unix socket");
    }
    url.sslmode = value;
  } else if (key == "sslrootcert") {
    url.sslrootcert = value;
  } else if (key == "run") {
    if (!is_run_name(value)) {
      return fail(
          "`run` in the URL of the database is not a name",
          fmt::format("use letters, digits, '-', '_', '.' and single '/', at most {} of them", longest_run_name));
    }
    url.run = value;
  } else {
    return fail("the URL of the database has a parameter that is not known",
                "known are host, sslmode, sslrootcert, password and run");
  }
  return {};
}

Result<void> read_query(std::string_view query, DatabaseUrl& url) {
  std::string seen = "&";
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const auto equals = pair.find('=');
    const auto value = equals == std::string_view::npos ? std::nullopt : decoded(pair.substr(equals + 1));
    if (!value || value->empty()) {
      return fail("a parameter in the URL of the database has no value", "write KEY=VALUE, separated by &");
    }
    const std::string key(pair.substr(0, equals));
    if (seen.find("&" + key + "&") != std::string::npos) {
      return fail("the URL of the database gives a parameter twice", "give it once");
    }
    seen += key + "&";
    if (auto read = read_pair(key, *value, url); !read) return read;
  }
  return {};
}

Result<void> check(const DatabaseUrl& url, DatabaseUse use) {
  if (url.database.empty()) return fail("the URL names no database", form);
  if (url.host.empty()) {
    return fail("the URL of the database names no host",
                std::string(form) + "; a unix socket: postgresql:///DATABASE?host=/var/run/postgresql");
  }
  for (const std::string& value : {url.user, url.host, url.database, url.sslrootcert}) {
    if (!can_be_handed_on(value)) {
      return fail("a part of the URL of the database holds a blank, a comma, a quote or a backslash",
                  "use names and paths without them");
    }
  }
  if (!url.is_local() && url.sslmode.empty()) {
    return fail("the database is on another machine, and the URL does not ask for TLS",
                "add sslmode=verify-full to the URL; only a loopback address or a unix socket does without");
  }
  if (use == DatabaseUse::run && url.run.empty()) {
    return fail("the URL of the database names no run", "add run=NAME to it, as in postgresql://db/wamigrate?run=NAME");
  }
  if (use == DatabaseUse::ledger && !url.run.empty()) {
    return fail("the URL of the ledger names a run", "leave run=… out: all runs of a database share its ledger");
  }
  return {};
}

}  // namespace

bool DatabaseUrl::is_local() const { return host.starts_with('/') || is_loopback(host); }

std::string DatabaseUrl::database_text() const {
  const bool socket = host.starts_with('/');
  const std::string name = socket ? "" : host.find(':') != std::string::npos ? "[" + host + "]" : encoded(host);
  std::string url = std::string(scheme) + (user.empty() ? "" : encoded(user) + "@") + name;
  if (port != 5432) url += fmt::format(":{}", port);
  url += "/" + encoded(database);
  char separator = '?';
  const std::string place = socket ? host : "";
  for (const auto& [key, value] : {std::pair<const char*, std::string>{"host", place},
                                   {"sslmode", sslmode},
                                   {"sslrootcert", sslrootcert},
                                   {"password", password.text()}}) {
    if (value.empty()) continue;
    url += fmt::format("{}{}={}", separator, key, encoded(value));
    separator = '&';
  }
  return url;
}

std::string DatabaseUrl::text() const {
  std::string url = database_text();
  if (run.empty()) return url;
  return fmt::format("{}{}run={}", url, url.find('?') == std::string::npos ? '?' : '&', run);
}

bool is_database_url(std::string_view text) {
  return text.starts_with(scheme) || text.starts_with("postgres:") || text.starts_with("postgresql:");
}

Result<DatabaseUrl> parse_database_url(std::string_view text, DatabaseUse use) {
  if (!text.starts_with(scheme)) return fail("the URL of the database does not begin with postgresql://", form);
  text.remove_prefix(scheme.size());
  const std::string_view query = text.find('?') == std::string_view::npos ? "" : text.substr(text.find('?') + 1);
  text = text.substr(0, text.find('?'));
  const auto slash = text.find('/');
  if (text.find('#') != std::string_view::npos || query.find('#') != std::string_view::npos) {
    return fail("the URL of the database holds a #", "write it as %23 where it belongs to a name");
  }
  DatabaseUrl url;
  if (auto read = read_authority(text.substr(0, slash), url); !read) return tl::make_unexpected(read.error());
  const auto database =
      slash == std::string_view::npos ? std::optional<std::string>("") : decoded(text.substr(slash + 1));
  if (!database) return fail("the database's name is not encoded as in a URL", form);
  url.database = *database;
  if (auto read = read_query(query, url); !read) return tl::make_unexpected(read.error());
  if (auto sound = check(url, use); !sound) return tl::make_unexpected(sound.error());
  return url;
}

}  // namespace wamigrate
