// Poco's TCP server around connections of our own. A kept-alive connection holds its thread, so there are as many
// threads as connections that may be served.
#include "ports/http_server.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/NetSSL.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/Net/TCPServerConnectionFactory.h>
#include <Poco/ThreadPool.h>
#include <fmt/format.h>

#include "ports/files.hpp"
#include "ports/http_server_connection.hpp"

namespace wamigrate {
namespace {

using Poco::Net::Context;

class Connections : public Poco::Net::TCPServerConnectionFactory {
 public:
  explicit Connections(ServerInside& inside) : inside_(inside) {}
  Poco::Net::TCPServerConnection* createConnection(const Poco::Net::StreamSocket& socket) override {
    return new ServerConnection(socket, inside_);  // Poco owns it
  }

 private:
  ServerInside& inside_;
};

Poco::Net::HTTPServerParams::Ptr parameters_for(const HttpServerOptions& options) {
  Poco::Net::HTTPServerParams::Ptr parameters = new Poco::Net::HTTPServerParams;
  parameters->setMaxThreads(options.connections);
  parameters->setMaxQueued(options.connections);
  parameters->setKeepAlive(true);
  parameters->setMaxKeepAliveRequests(0);
  parameters->setKeepAliveTimeout(Poco::Timespan(std::chrono::microseconds(options.idle_time).count()));
  // Of each call on the socket, behind the deadline of the request; a first byte may be waited for as long.
  parameters->setTimeout(Poco::Timespan(std::chrono::microseconds(options.request_time).count()));
  return parameters;
}

Poco::Net::ServerSocket plain_or_tls(const HttpServerOptions& options) {
  if (options.certificate_file.empty()) return Poco::Net::ServerSocket();
  Context::Params params;
  params.certificateFile = options.certificate_file;
  params.privateKeyFile = options.key_file;
  params.verificationMode = Context::VERIFY_NONE;  // the clients show no certificate
  params.loadDefaultCAs = false;
  params.cipherList = "DEFAULT";
  params.ecdhCurve = "X25519:P-256";
  Context::Ptr context = new Context(Context::TLS_SERVER_USE, params);
  context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
  context->enableSessionCache(true, "wamigrate");
  return Poco::Net::SecureServerSocket(context);
}

/// Poco's own constructors would share a port that another process listens on.
Poco::Net::ServerSocket listening(const HttpServerOptions& options) {
  Poco::Net::ServerSocket socket = plain_or_tls(options);
  const Poco::Net::SocketAddress address(options.address, static_cast<Poco::UInt16>(options.port));
  if (address.family() == Poco::Net::SocketAddress::IPv6) {
    socket.bind6(address, true, false, true);
  } else {
    socket.bind(address, true, false);
  }
  socket.listen(options.connections);
  return socket;
}

/// Poco's TLS, for as long as a server lives.
struct TlsLibrary {
  TlsLibrary() { Poco::Net::initializeSSL(); }
  TlsLibrary(const TlsLibrary&) = delete;
  TlsLibrary& operator=(const TlsLibrary&) = delete;
  ~TlsLibrary() { Poco::Net::uninitializeSSL(); }
};

}  // namespace

class HttpServer::Inside {
 public:
  Inside(WebService& service, const HttpServerOptions& options)
      : inside_{service, options, parameters_for(options), {}, {}},
        threads_("http", 2, options.connections + 2),
        socket_(listening(options)),
        server_(new Connections(inside_), threads_, socket_, inside_.parameters) {
    server_.start();
  }
  ~Inside() { stop(); }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

  int port() const { return port_; }

  void stop() {
    if (stopped_) return;
    stopped_ = true;
    server_.stop();
    socket_.close();
    inside_.live.stop();
    threads_.joinAll();
  }

 private:
  const TlsLibrary tls_;
  ServerInside inside_;
  Poco::ThreadPool threads_;
  Poco::Net::ServerSocket socket_;
  Poco::Net::TCPServer server_;
  const int port_ = socket_.address().port();
  bool stopped_ = false;
};

HttpServer::HttpServer(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::start(WebService& service, const HttpServerOptions& options) {
  if (!options.certificate_file.empty()) {
    if (auto certificate = read_file(options.certificate_file); !certificate)
      return tl::make_unexpected(certificate.error());
    if (auto only_ours = require_private_file(options.key_file); !only_ours)
      return tl::make_unexpected(only_ours.error());
  }
  try {
    return std::unique_ptr<HttpServer>(new HttpServer(std::make_unique<Inside>(service, options)));
  } catch (const Poco::Net::NetException& problem) {
    const bool tls = !options.certificate_file.empty() && dynamic_cast<const Poco::Net::SSLException*>(&problem);
    if (tls) {
      return fail(
          fmt::format("{} and {} cannot be used for TLS", options.certificate_file, options.key_file),
          "give the PEM of a certificate (with its chain) and of the key that belongs to it, without a password");
    }
    return fail(
        fmt::format("{} port {} cannot be listened on: {}", options.address, options.port, problem.displayText()),
        "choose an address of this machine and a port that is free; 0 is any");
  } catch (const Poco::Exception& problem) {
    return fail(
        fmt::format("{} port {} cannot be listened on: {}", options.address, options.port, problem.displayText()),
        "choose an address of this machine and a port that is free; 0 is any");
  }
}

int HttpServer::port() const { return inside_->port(); }
void HttpServer::stop() { inside_->stop(); }

}  // namespace wamigrate
