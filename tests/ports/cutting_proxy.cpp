// One connection at a time is enough: a store has one. Messages of the protocol (version 3) begin with a letter and
// their length; the first of a connection has no letter. A client waits for an answer after Q (a plain statement) and S
// (the end of a prepared one), and the server has answered when it says Z.
#include "ports/cutting_proxy.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstdint>

namespace wamigrate::tests {

namespace {

constexpr const char* socket_name = ".s.PGSQL.5432";

Descriptor socket_at(const std::filesystem::path& directory, bool listening) {
  Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = directory / socket_name;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const auto* where = reinterpret_cast<const sockaddr*>(&address);
  const int failed = listening ? ::bind(fd.get(), where, sizeof address) : ::connect(fd.get(), where, sizeof address);
  if (failed != 0 || (listening && ::listen(fd.get(), 8) != 0)) fd.close();
  return fd;
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string receive(int fd) {
  std::array<char, 65536> buffer{};
  const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
  return got <= 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(got));
}

/// How long the message at the beginning is; 0 while that can't be told.
std::size_t message_length(std::string_view bytes, bool lettered) {
  const std::size_t at = lettered ? 1 : 0;
  if (bytes.size() < at + 4) return 0;
  std::uint32_t length = 0;
  for (std::size_t i = 0; i < 4; ++i) length = length << 8 | static_cast<unsigned char>(bytes[at + i]);
  return at + length;
}

bool has_input(int fd, int milliseconds) {
  pollfd waiting{fd, POLLIN, 0};
  return ::poll(&waiting, 1, milliseconds) > 0;
}

}  // namespace

CuttingProxy::CuttingProxy(const std::filesystem::path& server_directory)
    : server_(server_directory), listener_(socket_at(dir_.path(), true)), thread_([this] { serve(); }) {
  REQUIRE(listener_.valid());
}

CuttingProxy::~CuttingProxy() {
  ends_ = true;
  thread_.join();
}

std::string CuttingProxy::url(const std::string& database, const std::string& run) const {
  return "postgresql://wamigrate@/" + database + "?host=" + dir_.path().string() + (run.empty() ? "" : "&run=" + run);
}

void CuttingProxy::cut(int nth, Cut where) {
  where_ = where;
  left_ = nth;
}

void CuttingProxy::serve() {
  while (!ends_) {
    if (!has_input(listener_.get(), 5)) continue;
    const Descriptor client(::accept(listener_.get(), nullptr, nullptr));
    if (client.valid()) forward(client.get());
  }
}

void CuttingProxy::forward(int client) {
  const Descriptor server = socket_at(server_, false);
  if (!server.valid()) return;
  std::string first;
  while (message_length(first, false) == 0 || first.size() < message_length(first, false)) {
    const std::string more = receive(client);
    if (more.empty()) return;
    first += more;
  }
  if (!send_all(server.get(), first)) return;
  std::string pending;
  while (!ends_) {
    if (frozen_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      if (has_input(client, 0) && receive(client).empty()) return;
      continue;
    }
    std::array<pollfd, 2> waiting{pollfd{client, POLLIN, 0}, pollfd{server.get(), POLLIN, 0}};
    if (::poll(waiting.data(), waiting.size(), 5) <= 0) continue;
    if (waiting[1].revents != 0 && !answers(client, server.get())) return;
    if (waiting[0].revents != 0 && !requests(client, server.get(), pending)) return;
  }
}

bool CuttingProxy::answers(int client, int server) {
  const std::string bytes = receive(server);
  return !bytes.empty() && send_all(client, bytes);
}

bool CuttingProxy::requests(int client, int server, std::string& pending) {
  const std::string bytes = receive(client);
  if (bytes.empty()) return false;
  pending += bytes;
  while (message_length(pending, true) != 0 && pending.size() >= message_length(pending, true)) {
    const std::string message = pending.substr(0, message_length(pending, true));
    pending.erase(0, message.size());
    const bool waits = message[0] == 'Q' || message[0] == 'S';
    const bool cuts = waits && left_ > 0 && --left_ == 0;
    if (cuts) left_ = -1;
    if (cuts && where_ == Cut::before) return false;
    if (!send_all(server, message)) return false;
    if (!cuts) continue;
    const std::string_view ready("Z\0\0\0\5", 5);  // and one letter more
    std::string heard;
    while (heard.size() < 6 || heard.compare(heard.size() - 6, 5, ready) != 0) {
      const std::string more = receive(server);
      if (more.empty()) break;
      heard += more;
    }
    return false;
  }
  return true;
}

}  // namespace wamigrate::tests
