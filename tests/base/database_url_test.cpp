// Claims about the URLs of databases: what is read, and that nothing weak or secret passes.
#include "base/database_url.hpp"

#include "base/loopback.hpp"
#include "support/catch.hpp"

using namespace wamigrate;

namespace {

std::string text_of(const std::string& url, DatabaseUse use = DatabaseUse::ledger) {
  const auto read = parse_database_url(url, use);
  return read ? read->text() : "refused";
}

std::string refusal(const std::string& url, DatabaseUse use = DatabaseUse::ledger) {
  const auto read = parse_database_url(url, use);
  return read ? "accepted" : to_text(read.error());
}

bool tells(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the parts of a database's URL are read and written back") {
  const auto url = parse_database_url(
      "postgresql://mig%40rate@db.example.org:6432/wa%20migrate?run=night-1/rollback-1&sslmode=verify-full&"
      "sslrootcert=/etc/ssl/db.pem&password=cmd:pass%20show%20db",
      DatabaseUse::run);
  CHECK(tells(url ? "" : to_text(url.error()), "blank"));
  const std::string whole =
      "postgresql://mig%40rate@db.example.org:6432/wamigrate?sslmode=verify-full&sslrootcert=/etc/ssl/db.pem&"
      "password=cmd%3Apass%20show%20db&run=night-1/rollback-1";
  const auto read = parse_database_url(whole, DatabaseUse::run);
  REQUIRE(read.has_value());
  CHECK(read->user == "mig@rate");
  CHECK(read->port == 6432);
  CHECK(read->password.text() == "cmd:pass show db");
  CHECK(read->run == "night-1/rollback-1");
  CHECK(read->text() == whole);
  CHECK(read->database_text() == whole.substr(0, whole.find("&run=")));
  CHECK(parse_database_url(read->text(), DatabaseUse::run) == *read);
  CHECK(text_of("postgresql://[::1]:5432/db") == "postgresql://[::1]/db");
  CHECK(text_of("postgresql://u@/db?host=/run/postgresql") == "postgresql://u@/db?host=/run/postgresql");
  CHECK(text_of("postgresql://%2Frun%2Fpostgresql/db") == "postgresql:///db?host=/run/postgresql");
}

TEST_CASE("a password in a database's URL is refused, and not repeated") {
  for (const std::string& url :
       {std::string("postgresql://user:hunter2@localhost/db"),
        std::string("postgresql://localhost/db?password=hunter2"), std::string("postgres://user:hunter2@localhost/db"),
        std::string("postgresql://localhost/db?passwd=hunter2")}) {
    CAPTURE(url);
    CHECK(refusal(url) != "accepted");
    CHECK_FALSE(tells(refusal(url), "hunter2"));
  }
  CHECK(tells(refusal("postgresql://user:hunter2@localhost/db"), "change it"));
}

TEST_CASE("another machine's database is asked for over verified TLS only") {
  for (const std::string host : {"db.example.org", "10.0.0.1", "127.0.0.1.example.org", "127.1", "[2001:db8::1]"}) {
    CAPTURE(host);
    CHECK(tells(refusal("postgresql://" + host + "/db"), "add sslmode=verify-full"));
    CHECK(tells(refusal("postgresql://" + host + "/db?sslmode=require"), "weaker than verify-full"));
    CHECK(refusal("postgresql://" + host + "/db?sslmode=verify-full") == "accepted");
  }
  for (const std::string host : {"localhost", "127.0.0.1", "127.3.2.1", "[::1]", "%2Frun%2Fpostgresql"}) {
    CAPTURE(host);
    CHECK(refusal("postgresql://" + host + "/db") == "accepted");
  }
}

TEST_CASE("a run's URL names its run, a ledger's names none") {
  CHECK(tells(refusal("postgresql://localhost/db", DatabaseUse::run), "add run=NAME"));
  CHECK(tells(refusal("postgresql://localhost/db?run=a"), "names a run"));
  for (const std::string name : {"", "/a", "a/", "a//b", "a%20b", "a'b", "a%26b"}) {
    CAPTURE(name);
    CHECK(refusal("postgresql://localhost/db?run=" + name, DatabaseUse::run) != "accepted");
  }
}

TEST_CASE("whatever is not quite a database's URL is refused") {
  for (const std::string url : {"postgresql:/localhost/db",
                                "postgresql://localhost",
                                "postgresql://localhost/",
                                "postgresql:///db",
                                "postgresql://localhost:0/db",
                                "postgresql://localhost:65536/db",
                                "postgresql://localhost:/db",
                                "postgresql://localhost:1x/db",
                                "postgresql://[::1/db",
                                "postgresql://[::1]x/db",
                                "postgresql://@localhost/db",
                                "postgresql://localhost/db#x",
                                "postgresql://localhost/db?run",
                                "postgresql://localhost/db?sslmode=",
                                "postgresql://localhost/%zz",
                                "postgresql://localhost/%4",
                                "postgresql://a,b/db?sslmode=verify-full",
                                "postgresql://localhost/db?host=/run",
                                "postgresql:///db?host=elsewhere",
                                "postgresql://localhost/db?options=-c",
                                "postgresql://localhost/d%27b",
                                "postgresql://localhost/d%00b",
                                "postgresql://localhost/db?sslrootcert=a&sslrootcert=b"}) {
    CAPTURE(url);
    CHECK(refusal(url) != "accepted");
  }
}

TEST_CASE("what is meant as a database is told from a path") {
  CHECK(is_database_url("postgresql://db/x"));
  CHECK(is_database_url("postgres://db/x"));
  CHECK(is_database_url("postgresql:db"));
  CHECK_FALSE(is_database_url("postgresql/run"));
  CHECK_FALSE(is_database_url("./run"));
}
