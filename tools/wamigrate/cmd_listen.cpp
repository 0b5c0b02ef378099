// The receiver of webhooks: for the time of a cut-over it stands where both APIs post, keeps what comes, and hands it
// on to the consumer behind it.
#include <fmt/format.h>

#include <atomic>
#include <thread>

#include "base/loopback.hpp"
#include "cli.hpp"
#include "listen_output.hpp"
#include "ports/files.hpp"
#include "ports/http_request.hpp"
#include "ports/http_server.hpp"
#include "ports/post_store.hpp"
#include "ports/secrets.hpp"
#include "ports/store.hpp"
#include "stop_signals.hpp"
#include "webhooks/forwarder.hpp"
#include "webhooks/receiver.hpp"
#include "workbench.hpp"

namespace wamigrate::cli {
namespace {

namespace po = boost::program_options;
using namespace std::chrono_literals;

constexpr std::size_t shortest_secret = 16;
constexpr Millis bodies_are_dropped_every = 10s;

std::atomic<bool> asked_to_stop = false;

/// What was asked for, checked as far as it can be without touching anything.
struct ListenPlan {
  webhooks::ReceiverOptions receiver;
  webhooks::ForwarderOptions forwarder;
  HttpServerOptions server;
  SecretRef seal_key;
  std::string store;
  Millis every{60000};
  Millis keep = 168h;
  std::optional<int> metrics_port;

  bool forwards() const { return receiver.forward_cloud || receiver.forward_onprem; }
};

/// A secret that an option names; empty when the option is not there.
Result<Secret> secret_of(const Invocation& invocation, const std::string& option, SecretSource& secrets) {
  if (!invocation.has(option)) return Secret();
  const auto ref = parse_secret_ref(invocation.text(option));
  if (!ref) return fail("--" + option + ": " + ref.error().message, ref.error().fix);
  return secrets.resolve(*ref);
}

Result<Millis> duration_of(const Invocation& invocation, const std::string& option, Millis otherwise) {
  if (!invocation.has(option)) return otherwise;
  const auto length = parse_duration(invocation.text(option));
  if (!length || *length <= Millis(0)) {
    return fail(fmt::format("--{} {} is no length of time", option, invocation.text(option)),
                "write it as 500ms, 60s, 5m or 72h");
  }
  return *length;
}

Result<int> amount_of(const Invocation& invocation, const std::string& option, int otherwise, int least, int most) {
  const int amount = invocation.number(option).value_or(otherwise);
  if (amount >= least && amount <= most) return amount;
  return fail(fmt::format("--{} {} is not possible", option, amount),
              fmt::format("give a number from {} to {}", least, most));
}

/// A consumer's address: one that the transport takes, and https unless it is on this machine.
Result<std::string> consumer_of(const Invocation& invocation, const std::string& option) {
  const std::string url = invocation.text(option);
  if (url.empty()) return url;
  HttpRequest request;
  request.method = "POST";
  request.url = url;
  const auto wire = compose(request, "wamigrate");
  if (!wire) return fail(fmt::format("--{}: {}", option, wire.error().reason), "give a whole URL");
  if (!wire->origin.secure && !is_loopback(wire->origin.server.host)) {
    return fail(fmt::format("--{}: plain http leads to {}, which is not this machine; webhooks hold what people write",
                            option, wire->origin.server.host),
                "give an https URL");
  }
  return url;
}

Result<void> read_secrets(const Invocation& invocation, ListenPlan& plan) {
  const auto secrets = make_secret_source();
  for (const auto& [option, place] : {std::pair("app-secret", &plan.receiver.app_secret),
                                      {"verify-token", &plan.receiver.verify_token},
                                      {"onprem", &plan.receiver.onprem_secret}}) {
    auto secret = secret_of(invocation, option, *secrets);
    if (!secret) return tl::make_unexpected(secret.error());
    *place = std::move(*secret);
  }
  if (plan.receiver.app_secret.empty() && plan.receiver.onprem_secret.empty()) {
    return fail("nobody's posts would be taken",
                "give --app-secret for Graph's, --onprem for on-premises clients', or both");
  }
  if (!plan.receiver.verify_token.empty() && plan.receiver.app_secret.empty()) {
    return fail("--verify-token is Graph's, and without --app-secret its posts are not taken", "give --app-secret too");
  }
  if (!plan.receiver.onprem_secret.empty() && plan.receiver.onprem_secret.reveal().size() < shortest_secret) {
    return fail("the secret of --onprem is too short to keep strangers out",
                fmt::format("make one of at least {} characters: openssl rand -hex 24", shortest_secret));
  }
  return {};
}

Result<void> read_server(const Invocation& invocation, ListenPlan& plan) {
  if (invocation.has("address")) plan.server.address = invocation.text("address");
  const auto port = amount_of(invocation, "port", 8080, 0, 65535);
  if (!port) return tl::make_unexpected(port.error());
  plan.server.port = *port;
  const auto connections = amount_of(invocation, "connections", 128, 1, 2000);
  if (!connections) return tl::make_unexpected(connections.error());
  plan.server.connections = *connections;
  plan.server.certificate_file = invocation.text("tls-cert");
  plan.server.key_file = invocation.text("tls-key");
  if (plan.server.certificate_file.empty() != plan.server.key_file.empty()) {
    return fail("--tls-cert and --tls-key belong together", "give both, or neither");
  }
  if (plan.server.certificate_file.empty() && !is_loopback(plan.server.address)) {
    return fail(
        fmt::format("plain http on {} could be read on its way; webhooks hold what people write", plan.server.address),
        "give --tls-cert and --tls-key, or listen on 127.0.0.1 behind a proxy that speaks TLS");
  }
  const auto request_time = duration_of(invocation, "request-time", plan.server.request_time);
  if (!request_time) return tl::make_unexpected(request_time.error());
  plan.server.request_time = *request_time;
  if (invocation.has("path")) plan.receiver.path = invocation.text("path");
  if (!plan.receiver.path.starts_with("/") || plan.receiver.path.starts_with("/onprem")) {
    return fail(fmt::format("--path {} cannot be Graph's", plan.receiver.path),
                "begin it with a slash; /onprem is for on-premises clients");
  }
  return {};
}

Result<void> read_forwarding(const Invocation& invocation, ListenPlan& plan) {
  auto cloud = consumer_of(invocation, "forward");
  if (!cloud) return tl::make_unexpected(cloud.error());
  auto onprem = consumer_of(invocation, "forward-onprem");
  if (!onprem) return tl::make_unexpected(onprem.error());
  const auto at_once = amount_of(invocation, "forward-at-once", 1, 1, 64);
  if (!at_once) return tl::make_unexpected(at_once.error());
  plan.forwarder.at_once = *at_once;
  plan.forwarder.threads = std::max(plan.forwarder.threads, *at_once);
  plan.forwarder.ca_file = invocation.text("forward-ca");
  plan.receiver.forward_cloud = !cloud->empty();
  plan.receiver.forward_onprem = !onprem->empty();
  plan.forwarder.cloud_url = std::move(*cloud);
  plan.forwarder.onprem_url = std::move(*onprem);
  return {};
}

Result<ListenPlan> plan_of(const Invocation& invocation) {
  ListenPlan plan;
  plan.store = invocation.text("store");
  if (plan.store.empty()) return fail("wamigrate listen needs --store", "name the file that is to hold what comes");
  for (const auto& read : {read_server, read_forwarding, read_secrets}) {
    if (auto done = read(invocation, plan); !done) return tl::make_unexpected(done.error());
  }
  if (invocation.has("seal-key")) {
    const auto ref = parse_secret_ref(invocation.text("seal-key"));
    if (!ref) return fail("--seal-key: " + ref.error().message, ref.error().fix);
    plan.seal_key = *ref;
  }
  const auto every = duration_of(invocation, "counts-every", plan.every);
  if (!every) return tl::make_unexpected(every.error());
  plan.every = *every;
  const auto keep = duration_of(invocation, "keep", plan.keep);
  if (!keep) return tl::make_unexpected(keep.error());
  plan.keep = *keep;
  plan.metrics_port = invocation.number("metrics-port");
  return plan;
}

void announce(const Console& console, const ListenPlan& plan, int port) {
  const bool v6 = plan.server.address.find(':') != std::string::npos;
  const std::string origin = fmt::format("{}://{}:{}", plan.server.certificate_file.empty() ? "http" : "https",
                                         v6 ? "[" + plan.server.address + "]" : plan.server.address, port);
  console.print_line({{"event", "listening"}, {"url", origin}, {"port", port}});
  console.say("Listening at " + origin + ". SIGTERM or Ctrl-C ends it; what was begun is finished first.");
  if (!plan.receiver.app_secret.empty()) console.say("  Graph posts to " + origin + plan.receiver.path);
  if (!plan.receiver.onprem_secret.empty()) {
    console.say("  an on-premises client posts to " + origin + "/onprem/SECRET/NAME, SECRET being that of --onprem");
  }
}

/// Works until a signal comes, then finishes what was begun.
int serve(const Console& console, const ListenPlan& plan, PostStore& store, const Sealer& sealer) {
  SystemClock clock;
  ListenOutput output(console, clock, plan.every);
  if (plan.metrics_port) {
    if (auto served = output.serve_metrics(*plan.metrics_port); !served) return console.complain(served.error());
  }
  const auto transport = real_transport();
  std::unique_ptr<webhooks::Forwarder> forwarder;
  if (plan.forwards()) {
    forwarder = std::make_unique<webhooks::Forwarder>(plan.forwarder, store, sealer, *transport, clock);
  }
  webhooks::Receiver receiver(plan.receiver, store, sealer, clock, [&](webhooks::PostEvent event) {
    if (forwarder && !event.duplicate) forwarder->wake();
    output.post(std::move(event));
  });
  auto server = HttpServer::start(receiver, plan.server);
  if (!server) return console.complain(server.error());
  const StopSignals signals([](int) { asked_to_stop = true; });
  announce(console, plan, (*server)->port());
  Time next_drop = clock.now();
  while (!asked_to_stop) {
    output.tick(receiver, forwarder.get());
    if (clock.now() >= next_drop) {
      next_drop = clock.now() + bodies_are_dropped_every;
      if (auto dropped = store.drop_bodies(clock.now() - plan.keep); !dropped) console.note(to_text(dropped.error()));
    }
    std::this_thread::sleep_for(50ms);
  }
  (*server)->stop();
  if (forwarder) forwarder->stop();
  output.finish(receiver, forwarder.get());
  return all_done;
}

int run_listen(const Invocation& invocation) {
  const Console& console = invocation.console();
  auto plan = plan_of(invocation);
  if (!plan) return console.complain(plan.error());
  const auto lock = lock_file(plan->store + ".lock");
  if (!lock) return console.complain(lock.error());
  const auto secrets = make_secret_source();
  const auto sealer = sealer_at(plan->seal_key, *secrets, true);
  if (!sealer) return console.complain(sealer.error());
  auto store = PostStore::open(plan->store, true, sealer->mark(Secret("the seal key"), "webhooks"));
  if (!store) return console.complain(store.error());
  return serve(console, *plan, **store, *sealer);
}

}  // namespace

Command listen_command() {
  return {"listen",
          "--store FILE --app-secret REF [--verify-token REF] [--onprem REF] [--forward URL]",
          "Receives both APIs' webhooks, keeps what comes, and forwards it.",
          {},
          [](auto& add) {
            add("store", po::value<std::string>(), "the file that holds what comes; made when missing");
            add("address", po::value<std::string>(), "the address to listen on (default 127.0.0.1)");
            add("port", po::value<int>(), "the port (default 8080; 0: any free one)");
            add("tls-cert", po::value<std::string>(), "PEM of the certificate and its chain: serve https");
            add("tls-key", po::value<std::string>(), "PEM of its key; nobody else may read the file");
            add("path", po::value<std::string>(), "where Graph posts (default /webhook)");
            add("app-secret", po::value<std::string>(),
                "env:, file: or cmd: of the app's secret, which signs Graph's posts");
            add("verify-token", po::value<std::string>(), "env:, file: or cmd: of the token of Graph's handshake");
            add("onprem", po::value<std::string>(),
                "take on-premises posts at /onprem/SECRET/NAME; env:, file: or cmd: of that secret");
            add("forward", po::value<std::string>(), "send Graph's posts on to this URL, once they are stored");
            add("forward-onprem", po::value<std::string>(), "send on-premises posts on to this URL");
            add("forward-ca", po::value<std::string>(), "PEM that is trusted there besides the system's authorities");
            add("forward-at-once", po::value<int>(),
                "posts of one source under way at once (default 1, which keeps their order)");
            add("seal-key", po::value<std::string>(), "env:, file: or cmd: of the key that seals what is stored");
            add("keep", po::value<std::string>(), "how long the posts themselves are kept (default 168h)");
            add("connections", po::value<int>(), "connections served at once (default 128)");
            add("request-time", po::value<std::string>(), "how long a request may take to arrive (default 10s)");
            add("counts-every", po::value<std::string>(), "how often counters are shown (default 60s)");
            add("metrics-port", po::value<int>(), "serve figures at http://127.0.0.1:PORT/metrics; 0: any port");
          },
          run_listen};
}

}  // namespace wamigrate::cli
