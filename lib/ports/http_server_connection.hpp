// One connection of the server, and what all of them share. Poco parses; that a request has a deadline, a length that
// is met and an end on SIGTERM is seen to here: Poco's own connection lets a sender drip for ever, and takes a body
// that ends early for a whole one.
#pragma once

#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponseImpl.h>
#include <Poco/Net/HTTPServerSession.h>
#include <Poco/Net/TCPServerConnection.h>

#include <condition_variable>
#include <map>
#include <mutex>

#include "ports/deadline_watch.hpp"
#include "ports/http_server.hpp"

namespace wamigrate {

/// Which connections there are, and which of them have begun a request.
class LiveConnections {
 public:
  void add(int fd);
  void remove(int fd);
  /// A request begins: false when the server is stopping, and it must not.
  bool begin(int fd);
  void rest(int fd);
  /// After an answer: not while the server stops, nor while so many are open that others might wait for a thread.
  bool may_stay(std::size_t at_most);
  /// Hangs up on those that have begun nothing and waits for the others.
  void stop();

 private:
  std::mutex mutex_;
  std::condition_variable gone_;
  std::map<int, bool> busy_;
  bool stopping_ = false;
};

struct ServerInside {
  WebService& service;
  const HttpServerOptions options;
  Poco::Net::HTTPServerParams::Ptr parameters;
  LiveConnections live;
  DeadlineWatch watch;
};

class ServerConnection : public Poco::Net::TCPServerConnection {
 public:
  ServerConnection(const Poco::Net::StreamSocket& socket, ServerInside& inside);
  void run() override;

 private:
  using Request = Poco::Net::HTTPServerRequestImpl;
  using Response = Poco::Net::HTTPServerResponseImpl;

  /// The answer leaves at the latest when this goes.
  struct Exchange {
    std::optional<Response> response;
    std::optional<Request> request;
    ServedHead head;
    std::string body;
  };
  /// What becomes of the connection after a request.
  enum class Then { next, close, drain };

  /// One request and its answer, which has left when this returns.
  Then exchange(Poco::Net::HTTPServerSession& session);
  /// Until it is whole: then nothing is returned.
  std::optional<Then> receive(Poco::Net::HTTPServerSession& session, Exchange& one);
  bool may_stay(const Exchange& one);
  void answer(Exchange& one, const ServedAnswer& answer);
  /// Refuses what the server will not read to its end.
  Then refuse(Poco::Net::HTTPServerSession& session, Unserved why);
  /// Reads what still comes, for a while: a connection closed over unread bytes takes the answer with it.
  void drain();
  int fd() const;

  ServerInside& inside_;
};

}  // namespace wamigrate
