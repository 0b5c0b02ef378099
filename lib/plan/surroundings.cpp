#include "plan/surroundings.hpp"

namespace wamigrate {
namespace {

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

// v2.45 moved the setting to webhooks.message.sent; older clients have sent_status (Meta's changelog, 2023-01-10).
std::optional<bool> sent_in(const Json& application) {
  const auto sent = flag_at(at_path(application, {"webhooks", "message"}), "sent");
  return sent ? sent : flag_at(application, "sent_status");
}

std::optional<std::string> text_or_none(const Json& json, std::string_view key) {
  return at_path(json, {key}).is_null() ? std::nullopt : std::optional(text_at(json, key));
}

}  // namespace

std::string host_of(const std::string& url) {
  const std::size_t scheme = url.find("://");
  std::string rest = scheme == std::string::npos ? url : url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t user = rest.rfind('@');
  return user == std::string::npos ? rest : rest.substr(user + 1);
}

Surroundings surroundings_of(const Observation& seen) {
  Surroundings around;
  around.throughput = seen.graph.throughput;
  around.client_version = seen.onprem.version;
  if (seen.onprem.settings.answered()) {
    around.onprem_webhook = host_of(text_at(at_path(seen.onprem.application, {"webhooks"}), "url"));
    around.sent_statuses = sent_in(seen.onprem.application);
  }
  if (seen.graph.webhook_asked.answered()) around.cloud_webhook = host_of(seen.graph.effective_webhook());
  if (seen.graph.settings_asked.answered()) around.storage_region = seen.graph.storage_region;
  if (seen.templates_asked.answered()) {
    around.templates = 0;
    for (const auto& [status, count] : seen.templates) *around.templates += count;
  }
  for (const OnpremNode& node : seen.onprem.nodes) {
    const bool master = node.role == "primary_master" || node.role == "secondary_master";
    ++(master ? around.masters : around.coreapps);
  }
  return around;
}

Json to_json(const Surroundings& around) {
  return {{"throughput", around.throughput},
          {"client_version", around.client_version},
          {"onprem_webhook", or_null(around.onprem_webhook)},
          {"cloud_webhook", or_null(around.cloud_webhook)},
          {"sent_statuses", or_null(around.sent_statuses)},
          {"storage_region", or_null(around.storage_region)},
          {"templates", or_null(around.templates)},
          {"coreapps", around.coreapps},
          {"masters", around.masters}};
}

Result<Surroundings> surroundings_from_json(const Json& json) {
  Surroundings around;
  around.throughput = text_at(json, "throughput");
  around.client_version = text_at(json, "client_version");
  around.onprem_webhook = text_or_none(json, "onprem_webhook");
  around.cloud_webhook = text_or_none(json, "cloud_webhook");
  around.sent_statuses = flag_at(json, "sent_statuses");
  around.storage_region = text_or_none(json, "storage_region");
  if (const auto templates = number_at(json, "templates")) around.templates = static_cast<int>(*templates);
  around.coreapps = static_cast<int>(number_at(json, "coreapps").value_or(0));
  around.masters = static_cast<int>(number_at(json, "masters").value_or(0));
  // What reads back otherwise than it was written has a member that is unknown, missing or of another type.
  if (to_json(around) != json) {
    return fail("the plan's surroundings of a number are not as this version writes them",
                "make the plan again with this version");
  }
  return around;
}

}  // namespace wamigrate
