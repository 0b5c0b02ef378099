// TLS as this program uses it: verification is always strict, whoever's authority is added; sessions are kept, so that
// the connection of its own that each changing request gets costs a fifth of a full handshake.
#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/Session.h>

#include <map>
#include <mutex>
#include <string>

#include "base/result.hpp"
#include "ports/http_request.hpp"

namespace Poco {
class Exception;
}

namespace wamigrate {

/// Safe to use from any thread.
class TlsContexts {
 public:
  TlsContexts();
  TlsContexts(const TlsContexts&) = delete;
  TlsContexts& operator=(const TlsContexts&) = delete;
  ~TlsContexts();

  /// The system's authorities and, unless `ca_file` is empty, those in that PEM file. Read once per file.
  Result<Poco::Net::Context::Ptr> context(const std::string& ca_file);

  /// A session to resume, or null.
  Poco::Net::Session::Ptr session(const Origin& origin);
  void keep_session(const Origin& origin, const Poco::Net::Session::Ptr& session);
  void forget_session(const Origin& origin);

 private:
  std::mutex mutex_;
  std::map<std::string, Poco::Net::Context::Ptr> contexts_;
  std::map<Origin, Poco::Net::Session::Ptr> sessions_;
};

/// To be called before a handshake in this thread, so that tls_problem() speaks of that handshake alone.
void forget_tls_problem();
/// Why the last handshake in this thread failed with `problem`, for people: what is wrong and what to do.
std::string tls_problem(const Poco::Exception& problem, const std::string& host);

}  // namespace wamigrate
