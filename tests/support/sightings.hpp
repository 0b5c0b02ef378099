// Observations as tests need them, made by hand from what each side says.
#pragma once

#include <string>
#include <vector>

#include "model/number.hpp"
#include "model/observation.hpp"

namespace wamigrate::testing {

inline const Asked was_answered{Asked::How::answered, "", "", false};
inline const Asked was_unreachable{Asked::How::unreachable, "", "connection refused", false};
inline Asked was_refused(const std::string& code) { return {Asked::How::refused, code, "code " + code, false}; }

/// A number as an inventory declares it, with every reference given.
inline Number some_number(const std::string& phone = "+491713920001") {
  Number number;
  number.phone = parse_phone(phone).value();
  number.phone_number_id = "106540352240001";
  number.waba_id = "102290129340398";
  number.pin = {SecretRef::Kind::env, "WAMIGRATE_PIN"};
  number.deployment.name = "de-1";
  number.deployment.url = "https://10.0.0.5:9090";
  number.deployment.username = "admin";
  number.deployment.password = {SecretRef::Kind::env, "WAMIGRATE_ONPREM_PASSWORD"};
  number.deployment.backup_password = {SecretRef::Kind::env, "WAMIGRATE_BACKUP_PASSWORD"};
  return number;
}

/// The nodes of a client without high availability: one, with this status.
inline std::vector<OnpremNode> one_node(const std::string& status) { return {{"", status, "", ""}}; }

/// What both sides say, with everything that a home and an identity are told from answered.
inline Observation seen(const Number& number, const std::string& platform, const std::string& status,
                        std::vector<OnpremNode> nodes) {
  Observation observation;
  observation.graph.asked = was_answered;
  observation.graph.platform_type = platform;
  observation.graph.status = status;
  observation.graph.display_phone_number = number.phone.e164;
  observation.waba_asked = was_answered;
  observation.in_waba = true;
  observation.onprem.health = was_answered;
  observation.onprem.nodes = std::move(nodes);
  observation.onprem.settings = was_answered;
  observation.onprem.wa_id = number.phone.digits();
  return observation;
}

/// The same with an on-premises side that gave no answer.
inline Observation seen(const Number& number, const std::string& platform, const std::string& status,
                        const Asked& onprem) {
  Observation observation = seen(number, platform, status, std::vector<OnpremNode>{});
  observation.onprem.health = observation.onprem.settings = onprem;
  observation.onprem.wa_id.clear();
  return observation;
}

}  // namespace wamigrate::testing
