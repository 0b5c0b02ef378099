// Poco hides OpenSSL's reason for refusing a certificate, so a callback of our own notes it for the thread that is
// shaking hands. It never changes the verdict.
#include "ports/tls_contexts.hpp"

#include <Poco/Net/NetSSL.h>
#include <Poco/Net/SSLException.h>
#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <filesystem>

namespace wamigrate {

namespace {

using Poco::Net::Context;

constexpr std::size_t most_sessions = 1024;  // some kilobytes each

thread_local int refusal_of_certificate = X509_V_OK;

int note_refusal(int accepted, X509_STORE_CTX* verification) {
  if (accepted == 0) refusal_of_certificate = X509_STORE_CTX_get_error(verification);
  return accepted;
}

/// The system's authorities, read once: doing it for each context would cost a fleet in which every deployment has a
/// ca_file of its own some 80 ms and a megabyte per number. Nothing verifies against this store itself.
X509_STORE* system_authorities() {
  static X509_STORE* const store = [] {
    X509_STORE* made = X509_STORE_new();
    ensure(made != nullptr, "OpenSSL makes a certificate store");
    X509_STORE_set_default_paths(made);
    return made;
  }();
  return store;
}

void trust_system_authorities(SSL_CTX* context) {
  SSL_CTX_set_default_verify_dir(context);  // looked into only when a certificate asks for it
  STACK_OF(X509_OBJECT)* known = X509_STORE_get0_objects(system_authorities());
  for (int i = 0; i < sk_X509_OBJECT_num(known); ++i) {
    X509* authority = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(known, i));
    if (authority != nullptr) X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority);
  }
}

Context::Ptr make_context(const std::string& ca_file) {
  Context::Params params;
  params.caLocation = ca_file;
  params.verificationMode = Context::VERIFY_STRICT;  // RELAXED would not check names on loopback
  params.loadDefaultCAs = false;                     // see below
  params.cipherList = "DEFAULT";
  params.ecdhCurve = "X25519:P-256";  // Poco's own order begins with the slowest curve
  Context::Ptr context = new Context(Context::TLS_CLIENT_USE, params);
  context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
  context->enableSessionCache(true);
  trust_system_authorities(context->sslContext());
  SSL_CTX_set_verify(context->sslContext(), Context::VERIFY_STRICT, note_refusal);
  // A file may hold the server's own certificate or an authority in between: what the user gave is trusted as it is.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context->sslContext()), X509_V_FLAG_PARTIAL_CHAIN);
  return context;
}

std::string refusal_text(int refusal) {
  switch (refusal) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "its certificate is self-signed and not trusted; give its PEM as ca_file";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "its certificate is signed by an authority that is not trusted; give that authority's PEM as ca_file";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "its certificate has expired; renew it on the server";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "its certificate is not valid yet; check the clocks of both machines, or wait";
    default:
      return fmt::format("its certificate is refused ({}); put a valid one on the server",
                         X509_verify_cert_error_string(refusal));
  }
}

}  // namespace

TlsContexts::TlsContexts() { Poco::Net::initializeSSL(); }

TlsContexts::~TlsContexts() {
  sessions_.clear();
  contexts_.clear();
  Poco::Net::uninitializeSSL();
}

Result<Context::Ptr> TlsContexts::context(const std::string& ca_file) {
  const std::lock_guard lock(mutex_);
  if (const auto known = contexts_.find(ca_file); known != contexts_.end()) return known->second;
  std::error_code ignored;
  if (!ca_file.empty() && !std::filesystem::is_regular_file(ca_file, ignored)) {
    return fail(fmt::format("the ca_file {} is missing", ca_file), "check the path");
  }
  try {
    return contexts_[ca_file] = make_context(ca_file);
  } catch (const Poco::Exception&) {
    contexts_.erase(ca_file);
    return ca_file.empty() ? fail("TLS cannot be set up", "check the OpenSSL configuration of this machine")
                           : fail(fmt::format("the ca_file {} holds no certificate that can be read", ca_file),
                                  "give a PEM file: it has lines -----BEGIN CERTIFICATE-----");
  }
}

Poco::Net::Session::Ptr TlsContexts::session(const Origin& origin) {
  const std::lock_guard lock(mutex_);
  const auto known = sessions_.find(origin);
  return known == sessions_.end() ? nullptr : known->second;
}

void TlsContexts::keep_session(const Origin& origin, const Poco::Net::Session::Ptr& session) {
  if (session.isNull()) return;
  const std::lock_guard lock(mutex_);
  if (sessions_.size() >= most_sessions) sessions_.clear();
  sessions_[origin] = session;
}

void TlsContexts::forget_session(const Origin& origin) {
  const std::lock_guard lock(mutex_);
  sessions_.erase(origin);
}

void forget_tls_problem() { refusal_of_certificate = X509_V_OK; }

std::string tls_problem(const Poco::Exception& problem, const std::string& host) {
  if (refusal_of_certificate != X509_V_OK) return refusal_text(refusal_of_certificate);
  if (dynamic_cast<const Poco::Net::CertificateValidationException*>(&problem) != nullptr) {
    return fmt::format(
        "its certificate is not for {}; use the name or address that it is for, or give the server one "
        "that names {}",
        host, host);
  }
  const std::string text = problem.message();
  if (text.find("wrong version number") != std::string::npos || text.find("packet length") != std::string::npos) {
    return "it does not speak TLS; check the port, and whether the URL should begin with http://";
  }
  if (text.find("protocol version") != std::string::npos || text.find("unsupported protocol") != std::string::npos) {
    return "it speaks no TLS of version 1.2 or later; bring it up to date";
  }
  if (text.empty()) return "it ended the connection during the handshake";
  return fmt::format("the handshake failed ({})", text);
}

}  // namespace wamigrate
