// The resolver: names to addresses with a deadline. The system's lookup has none, so it runs in a thread of its own;
// who asks for the same name meanwhile shares it, and an answer is good for a few seconds, so that a fleet that speaks
// to one host asks the name server now and then and not per connection.
#pragma once

#include <Poco/Net/IPAddress.h>

#include <future>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "ports/deadline_watch.hpp"

namespace wamigrate {

class Resolver {
 public:
  struct Answer {
    std::vector<Poco::Net::IPAddress> addresses;  ///< In the order of preference; empty when there are none.
    bool in_time = true;
  };
  /// A written-out address is its own answer.
  Answer resolve(const std::string& host, Moment deadline);

 private:
  using Addresses = std::vector<Poco::Net::IPAddress>;
  struct Lookup {
    std::shared_future<Addresses> addresses;
    Moment started;
  };
  std::shared_future<Addresses> lookup(const std::string& host);

  std::mutex mutex_;
  std::map<std::string, Lookup> lookups_;
};

}  // namespace wamigrate
