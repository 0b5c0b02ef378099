// A small stage for tests of the simulator: one number, one deployment, a clock that moves when told, and requests
// spelled out as a client would put them on the wire.
#pragma once

#include <memory>
#include <string>

#include "base/json.hpp"
#include "sim/scenario.hpp"
#include "sim/sim_transport.hpp"

namespace wamigrate::sim {

class ManualClock : public Clock {
 public:
  Time now() override { return now_; }
  void advance(Millis length) { now_ += length; }

 private:
  Time now_ = *parse_iso("2026-03-01T12:00:00Z");
};

inline const std::string phone = "+4915110000000";
inline const std::string phone_id = "106540352240000";
inline const std::string waba_id = "102290129340398";

inline WorldSpec usual_spec() {
  WorldSpec spec;
  spec.timing = Timing::instant();
  spec.dialect.pending_after_register = false;
  spec.graph_token = "TOKEN";
  spec.numbers = {{.phone = phone,
                   .phone_number_id = phone_id,
                   .waba_id = waba_id,
                   .pin = "123456",
                   .deployment = "de-1",
                   .deployment_url = "https://10.0.0.5:9090",
                   .password = "Secret-123"}};
  return spec;
}

/// A reply with its body read; `failed` where there was none.
struct Heard {
  int status = 0;
  Json body{};
  std::string text{};
  std::optional<TransportFailure> failed{};
  Millis elapsed{0};

  /// The error's code, from either API's envelope; 0 for none.
  long long code() const {
    if (body.contains("error")) return number_at(body["error"], "code").value_or(0);
    if (body.contains("errors")) return number_at(body["errors"][0], "code").value_or(0);
    return 0;
  }
  bool timed_out() const { return failed && failed->kind == TransportFailure::Kind::timeout; }
};

class Stage {
 public:
  explicit Stage(WorldSpec spec = usual_spec()) : world(make_world(clock, spec)), transport(*world, &faults) {
    transport.on_elapsed([this](Millis elapsed) { elapsed_ = elapsed; });
  }
  explicit Stage(const Dialect& dialect) : Stage(with(dialect)) {}

  /// Graph with the good token; a body makes it JSON.
  Heard graph(const std::string& method, const std::string& path, const Json& body = {}) {
    return send(method, "https://graph.facebook.com/v23.0/" + path, "Bearer " + token, body);
  }
  /// On-premises, logged in.
  Heard onprem(const std::string& method, const std::string& path, const Json& body = {}) {
    if (onprem_token_.empty()) log_in();
    return send(method, "https://10.0.0.5:9090/v1/" + path, "Bearer " + onprem_token_, body);
  }
  Heard login(const std::string& basic, const Json& body = {}) {
    return send("POST", "https://10.0.0.5:9090/v1/users/login", "Basic " + basic, body);
  }

  Heard send(const std::string& method, const std::string& url, const std::string& authorization, const Json& body) {
    HttpRequest request;
    request.method = method;
    request.url = url;
    request.authorization = Secret(authorization);
    if (!body.is_null()) {
      request.content_type = "application/json";
      request.body = Secret(to_compact(body));
    }
    request.timeout = timeout;
    return send(request);
  }
  Heard send(const HttpRequest& request) {
    Heard heard;
    const HttpResult result = transport.send(request);
    heard.elapsed = elapsed_;
    if (!result) {
      heard.failed = result.error();
      return heard;
    }
    heard.status = result->status;
    heard.text = std::string(result->body.reveal());
    if (auto json = parse_json(heard.text)) heard.body = *json;
    last_headers = result->headers;
    return heard;
  }

  void log_in() { onprem_token_ = text_at(login("YWRtaW46U2VjcmV0LTEyMw==").body["users"][0], "token"); }
  std::string backup() {
    return text_at(onprem("POST", "settings/backup", {{"password", "tacocat"}}).body["settings"], "data");
  }

  Heard register_on_cloud(const std::string& pin, const std::string& backup_data) {
    return graph("POST", phone_id + "/register",
                 {{"messaging_product", "whatsapp"},
                  {"pin", pin},
                  {"backup", {{"password", "tacocat"}, {"data", backup_data}}}});
  }
  Heard register_without_backup(const std::string& pin = "123456") {
    return graph("POST", phone_id + "/register", {{"messaging_product", "whatsapp"}, {"pin", pin}});
  }
  Heard account(const Json& more = {{"pin", "123456"}}) {
    Json body{{"cc", "49"}, {"phone_number", "15110000000"}, {"method", "sms"}, {"cert", certificate()}};
    if (more.is_object()) body.update(more);
    return onprem("POST", "account", body);
  }
  std::string certificate() { return number().certificate; }
  /// The number's field as Graph shows it.
  Json field(const std::string& name) { return at_path(graph("GET", phone_id + "?fields=" + name).body, {name}); }
  std::string gateway() { return text_at(onprem("GET", "health").body["health"], "gateway_status"); }
  ServedBy home() { return world->home(phone); }
  /// The number itself; nothing else may run meanwhile.
  WorldNumber& number() { return *world->hold()->number(phone); }
  Deployment& deployment() { return *world->hold()->deployment("de-1"); }

  ManualClock clock;
  Faults faults;
  std::unique_ptr<World> world;
  SimTransport transport;
  std::string token = "TOKEN";
  Millis timeout{60000};
  std::vector<Header> last_headers;

 private:
  static WorldSpec with(const Dialect& dialect) {
    WorldSpec spec = usual_spec();
    spec.dialect = dialect;
    return spec;
  }

  std::string onprem_token_;
  Millis elapsed_{0};
};

/// The usual reading, with this one point as given.
inline Dialect reading(const std::string& text) { return *parse_dialect("pending_after_register=false, " + text); }

}  // namespace wamigrate::sim
