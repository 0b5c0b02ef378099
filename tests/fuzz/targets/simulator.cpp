// The simulator: its two doors, which `simulate` opens on loopback, and the files that say what world it is and what
// goes wrong in it. Any request is answered in HTTP, with JSON or a picture; any file is taken or refused with the
// place of a mistake.
#include "fuzz/targets/target.hpp"
#include "sim/stage.hpp"
#include "support/http_file.hpp"

namespace wamigrate::fuzz {
namespace {

void check_reply(const HttpResult& reply) {
  if (!reply) return;  // no such host
  holds(reply->status >= 200 && reply->status <= 599, "a door answers with a status");
  const std::string_view body = reply->body.reveal();
  const bool picture = reply->header("Content-Type").starts_with("image/");
  holds(body.empty() || picture || parse_json(body).has_value(), "a door answers in JSON, or with a picture");
}

void run_simulator(std::string_view input) {
  Fields fields(input);
  const bool to_graph = fields.byte() % 2 == 0;
  sim::Stage stage;
  stage.log_in();
  const std::string session = stage.world->hold()->deployments.at("de-1").tokens.begin()->first;
  HttpRequest request;
  request.method = fields.next();
  request.url = (to_graph ? "https://graph.facebook.com" : "https://10.0.0.5:9090") + fields.next();
  request.content_type = fields.next();
  request.authorization = Secret("Bearer " + (to_graph ? stage.token : session));
  request.body = Secret(std::string(fields.rest()));
  check_reply(stage.transport.send(request));
  check_reply(stage.transport.send(request));  // what it changed may not have broken the door
}

std::vector<std::string> request_seeds() {
  std::vector<std::string> seeds;
  for (const testing::HttpFile& file : testing::read_http_files(SOURCE_DIR "/tests/contract")) {
    seeds.push_back(std::string(1, file.name.starts_with("graph") ? '\0' : '\1') +
                    joined({file.method, file.target, testing::header_of(file.request_headers, "Content-Type")}) +
                    file.request_body);
  }
  return seeds;
}

void run_faults(std::string_view input) {
  if (const auto read = sim::faults_from_json(input); !read) {
    holds(!read.error().message.empty(), "a refusal says why");
  }
  sim::Stage stage;
  if (const auto planted = sim::plant(*stage.world, input); !planted) {
    holds(!planted.error().message.empty(), "a refusal says why");
    return;
  }
  stage.graph("GET", sim::phone_id);
  const Json overlay = sim::overlay_of(*stage.world);
  sim::Stage other;
  holds(sim::plant(*other.world, to_compact(overlay)).has_value(), "a world's own overlay can be planted");
}

std::vector<std::string> fault_seeds() {
  std::vector<std::string> seeds = worked_situations("world.json");
  seeds.push_back(R"({"faults":[{"on":"register","side":"graph","nth":1,"times":2,"action":"late","delay":"5s",)"
                  R"("effect":"late"},{"on":"backup","action":"refuse","code":1011,"http":503,"details":"x"}]})");
  seeds.push_back(R"({"seed":7,"one_in":5,"most":12})");
  sim::Stage stage;
  seeds.push_back(to_compact(sim::overlay_of(*stage.world)));
  for (const sim::OverlayKey& key : sim::number_overlay_keys()) {
    seeds.push_back(to_compact(Json{{"*", {{std::string(key.name), "1"}}}}));
  }
  for (const sim::OverlayKey& key : sim::world_overlay_keys()) {
    seeds.push_back(to_compact(Json{{"world", {{std::string(key.name), 1}}}}));
  }
  return seeds;
}

}  // namespace

const Target simulator{"simulator", run_simulator, request_seeds};
const Target faults{"faults", run_faults, fault_seeds};

}  // namespace wamigrate::fuzz
