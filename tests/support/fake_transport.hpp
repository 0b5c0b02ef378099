// A transport that plays a script: it hands out prepared replies in order and remembers what it was asked. A request
// beyond the script is answered as unreachable, so a client that sends too much is seen in `requests`.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "ports/transport.hpp"
#include "support/unsourced.hpp"

namespace wamigrate::testing {

class FakeTransport : public Transport {
 public:
  FakeTransport& reply(int status, std::string body, std::vector<Header> headers = {}) {
    script_.push_back({HttpReply{status, std::move(headers), Secret(std::move(body))}, true});
    return *this;
  }
  /// A reply that no document has, to see what becomes of it: garbage, made up on purpose.
  FakeTransport& odd(int status, std::string body, std::vector<Header> headers = {}) {
    script_.push_back({HttpReply{status, std::move(headers), Secret(std::move(body))}, false});
    return *this;
  }
  FakeTransport& fail(TransportFailure::Kind kind, bool maybe_sent, std::string reason) {
    script_.push_back({tl::make_unexpected(TransportFailure{kind, maybe_sent, std::move(reason)}), false});
    return *this;
  }

  HttpResult send(const HttpRequest& request) override {
    const std::lock_guard lock(mutex_);
    requests.push_back(request);
    if (script_.empty()) {
      return tl::make_unexpected(TransportFailure{TransportFailure::Kind::unreachable, false, "beyond the script"});
    }
    auto [result, sourced] = std::move(script_.front());
    script_.pop_front();
    if (result && sourced) {
      const std::size_t path = request.url.find('/', request.url.find("://") + 3);
      const bool graph = request.url.find("graph") < path;
      const std::string target = path == std::string::npos ? "/" : request.url.substr(path);
      note_exchange(graph, request.method, target, result->status, result->body.reveal());
    }
    return std::move(result);
  }

  std::size_t left() const { return script_.size(); }

  std::vector<HttpRequest> requests;

 private:
  std::mutex mutex_;
  std::deque<std::pair<HttpResult, bool>> script_;  ///< With: does it have to be documented?
};

}  // namespace wamigrate::testing
