// Replies of both APIs, through the clients that read them: every call there is, every status, any body. A reply is an
// answer or a failure that is safe to act upon and to show; and no failure says that nothing was sent.
#include <array>
#include <functional>

#include "api/graph.hpp"
#include "api/onprem.hpp"
#include "fuzz/targets/target.hpp"
#include "support/http_file.hpp"

namespace wamigrate::fuzz {
namespace {

using namespace api;

/// Logs on-premises clients in, and gives the same reply to everything else.
class OneReply : public Transport {
 public:
  explicit OneReply(HttpReply reply) : reply_(std::move(reply)) {}
  HttpResult send(const HttpRequest& request) override {
    if (!request.url.ends_with("/users/login")) return reply_;
    return HttpReply{200, {}, Secret(R"({"users":[{"token":"CANARY-session","expires_after":"2030-01-01"}]})")};
  }

 private:
  HttpReply reply_;
};

using Secrets = std::vector<std::string_view>;

/// `sent`: the secrets of this very request. What else resembles one is the server's own text.
template <class T>
void check(const Answer<T>& answer, bool changing, int status, const Secrets& sent) {
  if (answer) return;
  const Failure& failure = answer.error();
  holds(failure.entry != nullptr, "a failure is in the catalogue");
  holds(failure.how != Failure::How::not_sent, "what was answered was sent");
  holds(!changing || status >= 400 || failure.how != Failure::How::refused || !failure.code.empty() ||
            failure.details.find("success: false") != std::string::npos,
        "a change is refused only where the reply says so");
  holds(failure.regain_after >= Millis(0) && failure.regain_after <= std::chrono::hours(24 * 7),
        "nobody is made to wait longer than a week");
  for (const std::string* text : {&failure.code, &failure.subcode, &failure.details, &failure.fbtrace_id}) {
    holds(is_plain(*text), "what a server says is shown as plain text");
    holds(text->size() <= 300, "what a server says is cut");
    for (const std::string_view secret : sent) {
      holds(text->find(secret.substr(0, 8)) == std::string::npos, "what a server echoes of a secret is not shown");
    }
  }
}

void check_moment(const std::optional<Time>& moment) {
  if (moment) holds(parse_iso(to_iso(*moment)) == *moment, "a moment that was read can be written");
}

HttpReply reply_from(Fields& fields) {
  HttpReply reply;
  reply.status = 200 + static_cast<int>(fields.byte() % 32) * 13;  // 200, 213 … 603: every hundred
  if (reply.status > 599) reply.status = 429;
  reply.headers = {
      {"x-app-usage", fields.next()}, {"x-business-use-case-usage", fields.next()}, {"Retry-After", fields.next()}};
  reply.body = Secret(std::string(fields.rest()));
  return reply;
}

void run_graph(std::string_view input) {
  Fields fields(input);
  const unsigned which = fields.byte();
  const HttpReply reply = reply_from(fields);
  OneReply transport(reply);
  GraphClient client(transport, "https://graph.facebook.com", "v23.0", Secret("CANARY-token"), Secret(), Timeouts{});
  const auto reading = [&](const auto& answer) { check(answer, false, reply.status, {"CANARY-token"}); };
  const auto changing = [&](const Call& call, std::string_view on, Secrets sent) {
    sent.emplace_back("CANARY-token");
    check(client.send(call, on), true, reply.status, sent);
  };
  const Backup backup{Secret("CANARY-password"), Secret("CANARY-data")};
  const std::array calls = {
      std::function<void()>([&] { reading(client.phone_node("1")); }),
      std::function<void()>([&] { reading(client.webhook_configuration("1")); }),
      std::function<void()>([&] { reading(client.health("1")); }),
      std::function<void()>([&] { reading(client.waba_numbers("1")); }),
      std::function<void()>([&] { reading(client.numbers_in_full("1")); }),
      std::function<void()>([&] { reading(client.waba("1")); }),
      std::function<void()>([&] { reading(client.subscribed_apps("1")); }),
      std::function<void()>([&] { reading(client.profile("1")); }),
      std::function<void()>([&] { reading(client.storage("1")); }),
      std::function<void()>([&] { reading(client.compliance("1")); }),
      std::function<void()>([&] { reading(client.templates("1")); }),
      std::function<void()>([&] {
        const auto findings = client.debug_token();
        reading(findings);
        if (!findings) return;
        check_moment(findings->issued_at);
        check_moment(findings->expires_at);
        check_moment(findings->data_access_expires_at);
      }),
      std::function<void()>([&] {
        changing(graph_calls::register_number("1", Secret("CANARY-pin"), &backup), "register",
                 {"CANARY-pin", "CANARY-password", "CANARY-data"});
      }),
      std::function<void()>([&] { changing(graph_calls::deregister("1"), "deregister", {}); }),
      std::function<void()>(
          [&] { changing(graph_calls::verify_code("1", Secret("CANARY-code")), "verify_code", {"CANARY-code"}); }),
  };
  calls[which % calls.size()]();
  const Usage usage = client.usage();
  for (const auto& [limit, percent] : usage.percent) holds(percent >= 0, "usage is a share");
  holds(usage.regain_after >= Millis(0), "a wait is no time past");
}

void run_onprem(std::string_view input) {
  Fields fields(input);
  const unsigned which = fields.byte();
  const HttpReply reply = reply_from(fields);
  OneReply transport(reply);
  OnpremClient client(transport, "https://10.0.0.5:9090", "ca.pem", "admin", Secret("CANARY-admin"), Timeouts{});
  const auto reading = [&](const auto& answer, Secrets sent = {}) {
    sent.emplace_back("CANARY-session");
    check(answer, false, reply.status, sent);
  };
  const std::array calls = {
      std::function<void()>([&] {
        const auto nodes = client.health();
        reading(nodes);
        if (nodes) holds(!nodes->empty(), "a health that was read has a node");
      }),
      std::function<void()>([&] {
        const auto support = client.support();
        reading(support);
        if (support) check_moment(support->expires);
      }),
      std::function<void()>([&] { reading(client.application_settings()); }),
      std::function<void()>([&] { reading(client.business_profile()); }),
      std::function<void()>([&] { reading(client.picture()); }),
      std::function<void()>([&] { reading(client.about()); }),
      std::function<void()>([&] { reading(client.shards()); }),
      std::function<void()>([&] {
        const auto queue = client.callback_queue();
        reading(queue);
        if (queue && *queue) holds(**queue >= 0, "a queue is not shorter than empty");
      }),
      std::function<void()>([&] { reading(client.take_backup(Secret("CANARY-password")), {"CANARY-password"}); }),
      std::function<void()>([&] {
        check(client.send(onprem_calls::set_pin(Secret("CANARY-pin")), "set_pin"), true, reply.status,
              {"CANARY-session", "CANARY-pin"});
      }),
  };
  calls[which % calls.size()]();
}

/// The documented replies, each to every call of its side.
std::vector<std::string> seeds_of(std::string_view side, unsigned calls) {
  std::vector<std::string> seeds;
  unsigned which = 0;
  for (const testing::HttpFile& file : testing::read_http_files(SOURCE_DIR "/tests/contract")) {
    if (!file.name.starts_with(side)) continue;
    const char status = file.status < 300 ? '\0' : '\x10';
    const auto add = [&](unsigned call) {
      seeds.push_back(std::string{static_cast<char>(call), status} +
                      joined({testing::header_of(file.reply_headers, "x-app-usage"),
                              testing::header_of(file.reply_headers, "x-business-use-case-usage"),
                              testing::header_of(file.reply_headers, "Retry-After")}) +
                      file.reply_body);
    };
    if (file.status < 300) {
      for (unsigned call = 0; call < calls; ++call) add(call);
    } else {
      add(which++ % calls);
    }
  }
  return seeds;
}

}  // namespace

const Target graph{"graph", run_graph, [] { return seeds_of("graph", 15); }};
const Target onprem{"onprem", run_onprem, [] { return seeds_of("onprem", 10); }};

}  // namespace wamigrate::fuzz
