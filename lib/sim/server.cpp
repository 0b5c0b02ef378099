// Poco's HTTP server around the doors. A kept-alive connection holds a thread, so there are as many as connections
// expected; waiting is done on a condition that the end of the server wakes.
#include "sim/server.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/StreamCopier.h>
#include <Poco/ThreadPool.h>
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace wamigrate::sim {
namespace {

/// What all connections share: the world, and the word that it is time to stop.
struct Shared {
  World& world;
  Faults* faults;
  ServerOptions options;
  std::mutex mutex;
  std::condition_variable stopping;
  bool stop = false;

  /// Waits so long; false when the server stops meanwhile.
  bool wait(Millis length) {
    std::unique_lock lock(mutex);
    return !stopping.wait_for(lock, length, [this] { return stop; });
  }
};

constexpr std::string_view graph_prefix = "/graph";
constexpr std::string_view onprem_prefix = "/onprem/";

struct Arrival {
  Side side = Side::graph;
  DoorRequest request;
};

/// Which door a target stands at; nothing when at neither.
std::optional<Arrival> arrival_of(const std::string& origin, const std::string& target) {
  auto parts = split_target(target);
  if (!parts) return std::nullopt;
  Arrival arrival;
  std::string prefix(graph_prefix);
  if (parts->first.starts_with(onprem_prefix)) {
    arrival.side = Side::onprem;
    const auto end = parts->first.find('/', onprem_prefix.size());
    prefix = parts->first.substr(0, end);
    arrival.request.deployment = prefix.substr(onprem_prefix.size());
  } else if (!parts->first.starts_with("/graph/")) {
    return std::nullopt;
  }
  arrival.request.base = origin + prefix;
  arrival.request.path = parts->first.substr(prefix.size());
  arrival.request.query = std::move(parts->second);
  return arrival;
}

class Handler : public Poco::Net::HTTPRequestHandler {
 public:
  explicit Handler(Shared& shared) : shared_(shared) {}

  void handleRequest(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) override {
    try {
      handle(request, response);
    } catch (const Poco::Exception&) {
      response.setKeepAlive(false);  // the client has gone away: nobody is left to tell
    }
  }

 private:
  void handle(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) {
    auto arrival = arrival_of("http://" + request.get("Host", "127.0.0.1"), request.getURI());
    std::string body;
    Poco::StreamCopier::copyToString(request.stream(), body);
    if (!arrival) {
      send(response, {.status = 404, .headers = {{"Content-Type", "text/plain"}}, .body = "no such API\n"});
      return;
    }
    arrival->request.method = request.getMethod();
    arrival->request.authorization = request.get("Authorization", "");
    arrival->request.content_type = request.get("Content-Type", "");
    arrival->request.file_offset = request.get("file_offset", "");
    arrival->request.body = std::move(body);
    const Delivery delivery = deliver(shared_.world, shared_.faults, arrival->side, arrival->request);
    if (!shared_.wait(delivery.reply.takes + shared_.options.latency)) return hang_up(request, response, false);
    if (delivery.manner == Manner::silence) wait_for_client_to_leave(request);
    carry_out_late(shared_.world, arrival->side, delivery, shared_.world.now());
    hand_over(delivery, request, response);
  }

  void hand_over(const Delivery& delivery, Poco::Net::HTTPServerRequest& request,
                 Poco::Net::HTTPServerResponse& response) {
    switch (delivery.manner) {
      case Manner::whole:
        send(response, delivery.reply);
        break;
      case Manner::silence:
      case Manner::dropped:
        hang_up(request, response, false);
        break;
      case Manner::unreachable:
        hang_up(request, response, true);
        break;
      case Manner::half:
        send_half(request, response, delivery.reply);
        break;
      case Manner::huge:
        send_huge(request, response);
        break;
    }
  }

  static void set_head(Poco::Net::HTTPServerResponse& response, const DoorReply& reply) {
    response.setStatus(std::to_string(reply.status));
    response.setReason(
        Poco::Net::HTTPResponse::getReasonForStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(reply.status)));
    for (const Header& header : reply.headers) response.set(header.name, header.value);
  }

  static void send(Poco::Net::HTTPServerResponse& response, const DoorReply& reply) {
    set_head(response, reply);
    response.sendBuffer(reply.body.data(), reply.body.size());
  }

  static Poco::Net::StreamSocket& socket_of(Poco::Net::HTTPServerRequest& request) {
    return dynamic_cast<Poco::Net::HTTPServerRequestImpl&>(request).socket();
  }

  /// Ends the connection, politely or (`hard`) with a reset.
  static void hang_up(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response, bool hard) {
    response.setKeepAlive(false);
    Poco::Net::StreamSocket& socket = socket_of(request);
    if (hard) {
      socket.setLinger(true, 0);
      socket.close();
    } else {
      socket.shutdown();
    }
  }

  static void send_half(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response,
                        const DoorReply& reply) {
    set_head(response, reply);
    response.setContentLength64(static_cast<Poco::Int64>(reply.body.size()));
    const std::string half = reply.body.substr(0, reply.body.size() / 2);
    response.send().write(half.data(), static_cast<std::streamsize>(half.size())).flush();
    hang_up(request, response, false);
  }

  /// Valid JSON that goes on and on, until the client has had enough.
  void send_huge(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) {
    set_head(response, {.status = 200, .headers = {{"Content-Type", "application/json"}}});
    response.setContentLength64(static_cast<Poco::Int64>(shared_.options.huge_bytes));
    std::ostream& stream = response.send();
    const std::string block(std::size_t{1} << 16U, ' ');
    for (std::size_t sent = 0; sent < shared_.options.huge_bytes && stream.good(); sent += block.size()) {
      stream.write(block.data(),
                   static_cast<std::streamsize>(std::min(block.size(), shared_.options.huge_bytes - sent)));
      if (!shared_.wait(Millis{0})) break;
    }
    stream.flush();
    hang_up(request, response, false);
  }

  void wait_for_client_to_leave(Poco::Net::HTTPServerRequest& request) {
    Poco::Net::StreamSocket& socket = socket_of(request);
    do {
      const bool news = socket.poll(Poco::Timespan(0), Poco::Net::Socket::SELECT_READ);
      if (news && socket.available() == 0) return;  // readable with nothing to read: closed
    } while (shared_.wait(Millis{10}));
  }

  Shared& shared_;
};

class HandlerFactory : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  explicit HandlerFactory(Shared& shared) : shared_(shared) {}
  Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest& /*request*/) override {
    return new Handler(shared_);  // Poco owns it
  }

 private:
  Shared& shared_;
};

/// Poco's own constructor would share a port that another process listens on.
Poco::Net::ServerSocket listening_socket(const ServerOptions& options) {
  Poco::Net::ServerSocket socket;
  socket.bind(Poco::Net::SocketAddress("127.0.0.1", static_cast<Poco::UInt16>(options.port)), true, false);
  socket.listen(options.connections * 4);
  return socket;
}

/// A kept-alive connection holds its thread: as many threads as connections, and nobody waits.
Poco::Net::HTTPServerParams::Ptr parameters_for(const ServerOptions& options) {
  Poco::Net::HTTPServerParams::Ptr parameters = new Poco::Net::HTTPServerParams;
  parameters->setMaxThreads(options.connections);
  parameters->setMaxQueued(options.connections * 4);
  parameters->setKeepAlive(true);
  parameters->setMaxKeepAliveRequests(0);
  parameters->setKeepAliveTimeout(Poco::Timespan(60, 0));
  parameters->setTimeout(Poco::Timespan(60, 0));
  return parameters;
}

}  // namespace

class SimServer::Inside {
 public:
  Inside(World& world, Faults* faults, ServerOptions options)
      : shared_{world, faults, options, {}, {}, false},
        threads_("sim", 2, options.connections + 2),
        socket_(listening_socket(options)),
        server_(new HandlerFactory(shared_), threads_, socket_, parameters_for(options)) {
    server_.start();
  }

  ~Inside() {
    {
      const std::lock_guard lock(shared_.mutex);
      shared_.stop = true;
    }
    shared_.stopping.notify_all();
    server_.stopAll(true);
    threads_.joinAll();
  }

  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

  int port() const { return socket_.address().port(); }

 private:
  Shared shared_;
  Poco::ThreadPool threads_;
  Poco::Net::ServerSocket socket_;
  Poco::Net::HTTPServer server_;
};

SimServer::SimServer(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
SimServer::~SimServer() = default;

Result<std::unique_ptr<SimServer>> SimServer::start(World& world, Faults* faults, ServerOptions options) {
  try {
    return std::unique_ptr<SimServer>(new SimServer(std::make_unique<Inside>(world, faults, options)));
  } catch (const Poco::Exception& problem) {
    return fail(fmt::format("the simulator cannot serve on 127.0.0.1:{}: {}", options.port, problem.displayText()),
                "choose another port, or 0 for any free one");
  }
}

int SimServer::port() const { return inside_->port(); }

std::string SimServer::graph_url() const { return fmt::format("http://127.0.0.1:{}{}", port(), graph_prefix); }

std::string SimServer::deployment_url(const std::string& name) const {
  return fmt::format("http://127.0.0.1:{}{}{}", port(), onprem_prefix, name);
}

}  // namespace wamigrate::sim
