// Webhooks at a steady rate against the real receiver, which is killed with SIGKILL half-way and started again. Senders
// do as Meta does: what is not answered 200 is sent again. Then the store is asked for every post that was answered.
//
//   listen_bench PROGRAM [RATE [SECONDS [CONNECTIONS [kill|calm]]]]
//
// Prints one JSON object. Times are those of posts that were answered at the first attempt, from the moment at which
// each was due: a sender that falls behind doesn't hide it.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/json.hpp"
#include "ports/post_store.hpp"
#include "webhooks/hooks.hpp"

namespace {

using namespace wamigrate;
using namespace wamigrate::tests;
using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

const std::string secret = "bench-app-secret";

struct Settings {
  std::string program;
  int port = 0;
  int rate = 1000;
  int seconds = 60;
  int connections = 32;
  bool kill = true;
};

class Receiver {
 public:
  Receiver(const Settings& settings, const std::filesystem::path& directory) {
    pid_ = ::fork();
    if (pid_ != 0) return;
    const int quiet = ::open((directory / "receiver.log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(quiet, STDOUT_FILENO);
    ::dup2(quiet, STDERR_FILENO);
    const std::string store = (directory / "store" / "posts.db").string();
    const std::string key = "file:" + (directory / "keys" / "seal.key").string();
    const std::string port_text = std::to_string(settings.port);
    ::setenv("BENCH_APP_SECRET", secret.c_str(), 1);
    ::execl(settings.program.c_str(), "wamigrate", "listen", "--store", store.c_str(), "--seal-key", key.c_str(),
            "--port", port_text.c_str(), "--app-secret", "env:BENCH_APP_SECRET", nullptr);
    ::_exit(127);
  }
  /// It could not begin, or is gone.
  bool has_ended() const {
    siginfo_t how{};
    return ::waitid(P_PID, static_cast<id_t>(pid_), &how, WEXITED | WNOHANG | WNOWAIT) != 0 || how.si_pid != 0;
  }
  /// Seconds of CPU that it took.
  double end(int signal) {
    ::kill(pid_, signal);
    int status = 0;
    rusage used{};
    ::wait4(pid_, &status, 0, &used);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
  }

 private:
  pid_t pid_ = 0;
};

struct Sent {
  std::vector<std::string> answered;
  std::vector<double> first_ms;
  int again = 0;
};

std::string post_of(const std::string& message) {
  return cloud_post(change_of(status_of(message, "delivered", 1748811473,
                                        R"(,"conversation":{"id":"c6a4f3","origin":{"type":"service"}},"pricing":)"
                                        R"({"billable":true,"pricing_model":"CBP","category":"service"})")));
}

/// A port of loopback that nobody listens on just now: the receiver comes back to it after its end.
int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  ::close(fd);
  return bound ? ntohs(address.sin_port) : 0;
}

/// Every nth of the posts that are due, from `begin` on.
Sent send_share(const Settings& settings, int share, SteadyClock::time_point begin) {
  Sent sent;
  auto wire = std::make_unique<Wire>(settings.port);
  const int all = settings.rate * settings.seconds;
  for (int i = share; i < all; i += settings.connections) {
    const std::string message = fmt::format("wamid.bench.{}", i);
    const std::string body = post_of(message);
    const std::string request = request_of("POST", "/webhook", signature_header(secret, body), body);
    const auto due = begin + std::chrono::microseconds(1000000LL * i / settings.rate);
    std::this_thread::sleep_until(due);
    for (int attempt = 0;; ++attempt) {
      if (wire->open() && wire->send(request) && wire->answer() == 200) {
        if (attempt == 0)
          sent.first_ms.push_back(std::chrono::duration<double, std::milli>(SteadyClock::now() - due).count());
        sent.answered.push_back(message);
        break;
      }
      ++sent.again;
      std::this_thread::sleep_for(20ms);
      wire = std::make_unique<Wire>(settings.port);
    }
  }
  return sent;
}

double percentile(const std::vector<double>& sorted, double percent) {
  if (sorted.empty()) return 0;
  return sorted[std::min(sorted.size() - 1,
                         static_cast<std::size_t>(static_cast<double>(sorted.size()) * percent / 100))];
}

std::string load() {
  std::ifstream file("/proc/loadavg");
  std::string text;
  std::getline(file, text);
  return text;
}

Settings settings_of(int argc, char** argv) {
  Settings settings{.program = argv[1], .port = free_port()};
  if (argc > 2) settings.rate = std::atoi(argv[2]);
  if (argc > 3) settings.seconds = std::atoi(argv[3]);
  if (argc > 4) settings.connections = std::atoi(argv[4]);
  if (argc > 5) settings.kill = std::string(argv[5]) == "kill";
  return settings;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("listen_bench PROGRAM [RATE [SECONDS [CONNECTIONS [kill|calm]]]]\n", stderr);
    return 2;
  }
  const Settings settings = settings_of(argc, argv);
  std::string name = (std::filesystem::temp_directory_path() / "listen-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return 2;
  const std::filesystem::path directory = name;
  const std::string load_before = load();

  auto receiver = std::make_unique<Receiver>(settings, directory);
  while (!Wire(settings.port).open()) {
    if (receiver->has_ended()) {
      std::ifstream log(directory / "receiver.log");
      std::fprintf(stderr, "the receiver did not begin: %s\n",
                   std::string(std::istreambuf_iterator<char>(log), std::istreambuf_iterator<char>()).c_str());
      std::filesystem::remove_all(directory);
      return 1;
    }
    std::this_thread::sleep_for(10ms);
  }
  const auto begin = SteadyClock::now() + 200ms;
  std::vector<Sent> shares(static_cast<std::size_t>(settings.connections));
  std::vector<std::thread> threads;
  for (int share = 0; share < settings.connections; ++share) {
    threads.emplace_back([&, share] { shares[static_cast<std::size_t>(share)] = send_share(settings, share, begin); });
  }
  double cpu = 0;
  if (settings.kill) {
    std::this_thread::sleep_until(begin + std::chrono::milliseconds(500LL * settings.seconds));
    cpu += receiver->end(SIGKILL);
    receiver = std::make_unique<Receiver>(settings, directory);
  }
  for (std::thread& thread : threads) thread.join();
  const double took = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  cpu += receiver->end(SIGTERM);

  std::vector<double> first;
  std::size_t answered = 0;
  std::size_t lost = 0;
  int again = 0;
  auto store = PostStore::open(directory / "store" / "posts.db", false, "");
  if (!store) {
    std::fprintf(stderr, "%s\n", to_text(store.error()).c_str());
    return 1;
  }
  for (const Sent& share : shares) {
    first.insert(first.end(), share.first_ms.begin(), share.first_ms.end());
    answered += share.answered.size();
    again += share.again;
    for (const std::string& message : share.answered) {
      const auto found = (*store)->outgoing(message);
      if (!found || !found->has_value()) ++lost;
    }
  }
  std::sort(first.begin(), first.end());
  const Json result = {{"rate", settings.rate},
                       {"seconds", settings.seconds},
                       {"connections", settings.connections},
                       {"killed", settings.kill},
                       {"took_s", took},
                       {"answered", answered},
                       {"stored", (*store)->totals()->posts},
                       {"lost", lost},
                       {"sent_again", again},
                       {"median_ms", percentile(first, 50)},
                       {"p90_ms", percentile(first, 90)},
                       {"p99_ms", percentile(first, 99)},
                       {"longest_ms", first.empty() ? 0 : first.back()},
                       {"receiver_cpu_s", cpu},
                       {"load", load_before}};
  std::fputs(to_document(result).c_str(), stdout);
  std::filesystem::remove_all(directory);
  return lost == 0 && answered == static_cast<std::size_t>(settings.rate * settings.seconds) ? 0 : 1;
}
