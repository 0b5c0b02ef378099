// Poco's HTTP server, one for each address. No connection is kept alive: a kept one would hold a thread.
#include "metrics_server.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/ThreadPool.h>
#include <fmt/format.h>

#include <cerrno>
#include <mutex>
#include <vector>

#include "report/metrics.hpp"

namespace wamigrate::cli {
namespace {

using Text = std::shared_ptr<const std::string>;
using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;

constexpr int threads_each = 3;
constexpr int waiting_each = 8;
constexpr int tries_for_a_port = 20;

class Newest {
 public:
  void set(Text text) {
    const std::lock_guard lock(mutex_);
    text_.swap(text);
  }
  Text get() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  Text text_ = std::make_shared<const std::string>("# EOF\n");
};

class Handler : public Poco::Net::HTTPRequestHandler {
 public:
  explicit Handler(const Newest& newest) : newest_(newest) {}

  void handleRequest(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) override {
    try {
      const std::string& target = request.getURI();
      if (request.getMethod() != HTTPRequest::HTTP_GET || target.substr(0, target.find('?')) != "/metrics") {
        response.setStatusAndReason(HTTPResponse::HTTP_NOT_FOUND);
        response.setContentType("text/plain");
        constexpr std::string_view said = "only GET /metrics\n";
        return response.sendBuffer(said.data(), said.size());
      }
      const Text text = newest_.get();
      response.setContentType(metrics_content_type);
      response.sendBuffer(text->data(), text->size());
    } catch (const Poco::Exception&) {
      // The one who asked has gone away.
    }
  }

 private:
  const Newest& newest_;
};

class Factory : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  explicit Factory(const Newest& newest) : newest_(newest) {}
  Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest& /*request*/) override {
    return new Handler(newest_);  // Poco owns it
  }

 private:
  const Newest& newest_;
};

Poco::Net::HTTPServerParams::Ptr parameters() {
  Poco::Net::HTTPServerParams::Ptr parameters = new Poco::Net::HTTPServerParams;
  parameters->setMaxThreads(threads_each);
  parameters->setMaxQueued(waiting_each);
  parameters->setKeepAlive(false);
  parameters->setTimeout(Poco::Timespan(5, 0));
  return parameters;
}

// Poco's own constructor would share a port that another process listens on.
Poco::Net::ServerSocket listening_v4(Poco::UInt16 port) {
  Poco::Net::ServerSocket socket;
  socket.bind(Poco::Net::SocketAddress("127.0.0.1", port), true, false);
  socket.listen(waiting_each);
  return socket;
}

Poco::Net::ServerSocket listening_v6(Poco::UInt16 port) {
  Poco::Net::ServerSocket socket;
  socket.bind6(Poco::Net::SocketAddress("::1", port), true, false, true);
  socket.listen(waiting_each);
  return socket;
}

/// On both addresses, or on the first alone where the machine has no IPv6.
std::vector<Poco::Net::ServerSocket> listening(int port) {
  for (int tried = 1;; ++tried) {
    std::vector<Poco::Net::ServerSocket> sockets = {listening_v4(static_cast<Poco::UInt16>(port))};
    try {
      sockets.push_back(listening_v6(sockets.front().address().port()));
      return sockets;
    } catch (const Poco::Exception& problem) {
      if (problem.code() != EADDRINUSE) return sockets;
      if (port != 0 || tried == tries_for_a_port) throw;
    }
  }
}

}  // namespace

class MetricsServer::Inside {
 public:
  explicit Inside(int port) : threads_("metrics", 2, 2 * threads_each + 2), sockets_(listening(port)) {
    for (const Poco::Net::ServerSocket& socket : sockets_) {
      servers_.push_back(std::make_unique<Poco::Net::HTTPServer>(new Factory(newest_), threads_, socket, parameters()));
      servers_.back()->start();
    }
  }
  ~Inside() {
    for (const auto& server : servers_) server->stopAll(true);
    threads_.joinAll();
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

  int port() const { return sockets_.front().address().port(); }
  void publish(Text text) { newest_.set(std::move(text)); }

 private:
  Newest newest_;
  Poco::ThreadPool threads_;
  std::vector<Poco::Net::ServerSocket> sockets_;
  std::vector<std::unique_ptr<Poco::Net::HTTPServer>> servers_;
};

MetricsServer::MetricsServer(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
MetricsServer::~MetricsServer() = default;

Result<std::unique_ptr<MetricsServer>> MetricsServer::start(int port) {
  try {
    return std::unique_ptr<MetricsServer>(new MetricsServer(std::make_unique<Inside>(port)));
  } catch (const Poco::Exception& problem) {
    return fail(fmt::format("metrics cannot be served on port {} of loopback: {}", port, problem.displayText()),
                "choose another --metrics-port, or 0 for any that is free");
  }
}

int MetricsServer::port() const { return inside_->port(); }
void MetricsServer::publish(std::shared_ptr<const std::string> text) { inside_->publish(std::move(text)); }

}  // namespace wamigrate::cli
