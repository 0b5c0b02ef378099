// Stands between a client and a PostgreSQL server on unix sockets, and cuts the connection at a moment of the test's
// choice: before a request of the client has reached the server, or after the server has carried it out and before the
// client hears of it.
#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

#include "ports/descriptor.hpp"
#include "ports/places.hpp"

namespace wamigrate::tests {

enum class Cut { before, after };

class CuttingProxy {
 public:
  explicit CuttingProxy(const std::filesystem::path& server_directory);
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;
  ~CuttingProxy();

  std::string url(const std::string& database, const std::string& run) const;
  /// Once, at the client's request number `nth` (from 1) that waits for an answer, counted from now.
  void cut(int nth, Cut where);
  /// Whether that has happened.
  bool has_cut() const { return left_ < 0; }
  /// From now on, or no more, nothing gets through in either direction.
  void freeze(bool frozen) { frozen_ = frozen; }

 private:
  void serve();
  void forward(int client);
  /// Moves what one side has to say to the other; false at its end, or at a cut.
  bool requests(int client, int server, std::string& pending);
  bool answers(int client, int server);

  const std::filesystem::path server_;
  TempDir dir_;
  Descriptor listener_;
  std::atomic<bool> ends_ = false;
  std::atomic<bool> frozen_ = false;
  std::atomic<int> left_ = 0;  // requests until the cut; 0: none is to be made, -1: it was made
  std::atomic<Cut> where_ = Cut::before;
  std::thread thread_;
};

}  // namespace wamigrate::tests
