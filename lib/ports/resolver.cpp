// A lookup outlives whoever waits for it: its thread is let go of and touches nothing but its own promise.
#include "ports/resolver.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>

#include <system_error>
#include <thread>

namespace wamigrate {

namespace {

constexpr auto good_for = std::chrono::seconds(5);

std::vector<Poco::Net::IPAddress> ask_system(const std::string& host) {
  try {
    // Without hints: the default one finds no loopback address on a machine that has no other.
    return Poco::Net::DNS::hostByName(host, Poco::Net::DNS::DNS_HINT_NONE).addresses();
  } catch (const Poco::Exception&) {
    return {};
  }
}

bool is_ready(const auto& future) { return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }

}  // namespace

Resolver::Answer Resolver::resolve(const std::string& host, Moment deadline) {
  Poco::Net::IPAddress written_out;
  if (Poco::Net::IPAddress::tryParse(host, written_out)) return {{written_out}, true};
  try {
    const auto addresses = lookup(host);
    if (addresses.wait_until(deadline) != std::future_status::ready) return {{}, false};
    return {addresses.get(), true};
  } catch (const std::system_error&) {
    return {};  // no thread was to be had
  }
}

std::shared_future<Resolver::Addresses> Resolver::lookup(const std::string& host) {
  const Moment now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  const auto known = lookups_.find(host);
  if (known != lookups_.end()) {
    const auto& addresses = known->second.addresses;
    const bool under_way = !is_ready(addresses);
    if (under_way || (now - known->second.started < good_for && !addresses.get().empty())) return addresses;
  }
  std::packaged_task<Addresses()> task([host] { return ask_system(host); });
  auto addresses = task.get_future().share();
  std::thread(std::move(task)).detach();
  lookups_[host] = {addresses, now};
  return addresses;
}

}  // namespace wamigrate
