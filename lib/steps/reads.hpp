// Reads: how the answers of both APIs become parts of an observation. Private to the site.
#pragma once

#include <utility>

#include "api/graph.hpp"
#include "api/onprem.hpp"
#include "model/observation.hpp"

namespace wamigrate {

/// Why nothing was answered.
Asked asked_from(const api::Failure& failure);
/// That something was.
inline const Asked answered = {Asked::How::answered, "", "", false, false};

/// Takes the value out of an answer, or says why there is none.
template <class T, class Use>
Asked take(api::Answer<T> answer, Use use) {
  if (!answer) return asked_from(answer.error());
  use(std::move(*answer));
  return answered;
}

void show(const api::PhoneNode& node, GraphView& view);
void show(const api::WebhookConfiguration& webhook, GraphView& view);
void show(const api::Health& health, GraphView& view);

// One reading each, and how it went.
void read_node(api::GraphClient& graph, const std::string& phone_number_id, GraphView& view);
void read_webhook(api::GraphClient& graph, const std::string& phone_number_id, GraphView& view);
void read_health(api::GraphClient& graph, const std::string& phone_number_id, GraphView& view);
void read_settings(api::GraphClient& graph, const std::string& phone_number_id, GraphView& view);
void read_profile(api::GraphClient& graph, const std::string& phone_number_id, Observation& seen);
void read_apps(api::GraphClient& graph, const std::string& waba_id, Observation& seen);
/// The picture that the profile showed, if it did. Whatever keeps it from being had is said by its absence.
void read_picture(api::GraphClient& graph, Observation& seen);
void read_compliance(api::GraphClient& graph, const std::string& phone_number_id, Observation& seen);
void read_templates(api::GraphClient& graph, const std::string& waba_id, Observation& seen);
void read_waba(api::GraphClient& graph, const std::string& waba_id, Observation& seen);

/// All that is asked of a client, one request after the other; one that gives no answer is not asked again. `sparing`:
/// queue and shards are not asked of a client whose every node is off, since only one that is on has any.
void read_onprem(api::OnpremClient& client, Readings readings, bool sparing, OnpremView& view);

}  // namespace wamigrate
