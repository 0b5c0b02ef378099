#include "plan/surroundings.hpp"

#include <charconv>

#include "base/json_reader.hpp"

namespace wamigrate {
namespace {

template <typename T>
void write_or_null(JsonWriter& out, std::string_view key, const std::optional<T>& value) {
  if (value) {
    out.member(key, *value);
  } else {
    out.member(key, nullptr);
  }
}

// v2.45 moved the setting to webhooks.message.sent; older clients have sent_status (Meta's changelog, 2023-01-10).
std::optional<bool> sent_in(const Json& application) {
  const auto sent = flag_at(at_path(application, {"webhooks", "message"}), "sent");
  return sent ? sent : flag_at(application, "sent_status");
}

std::optional<std::string> text_or_none(JsonReader& json) {
  const bool none = json.kind() == JsonReader::Kind::nothing;
  std::string text = json.text();
  return none ? std::nullopt : std::optional(std::move(text));
}

std::optional<int> count_or_none(JsonReader& json) {
  const std::string_view written = json.raw();
  int count = 0;
  const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), count);
  return error == std::errc() && end == written.data() + written.size() ? std::optional(count) : std::nullopt;
}

std::optional<bool> flag_or_none(JsonReader& json) {
  const std::string_view written = json.raw();
  return written == "true" || written == "false" ? std::optional(written == "true") : std::nullopt;
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

void write_json(JsonWriter& out, const Surroundings& around) {
  out.open_object();
  out.member("throughput", around.throughput);
  out.member("client_version", around.client_version);
  write_or_null(out, "onprem_webhook", around.onprem_webhook);
  write_or_null(out, "cloud_webhook", around.cloud_webhook);
  write_or_null(out, "sent_statuses", around.sent_statuses);
  write_or_null(out, "storage_region", around.storage_region);
  write_or_null(out, "templates", around.templates);
  out.member("coreapps", around.coreapps);
  out.member("masters", around.masters);
  out.close_object();
}

Result<Surroundings> surroundings_from_json(std::string_view text) {
  Surroundings around;
  JsonReader json(text);
  json.enter_object();
  while (const auto key = json.next_member()) {
    if (*key == "throughput")
      around.throughput = json.text();
    else if (*key == "client_version")
      around.client_version = json.text();
    else if (*key == "onprem_webhook")
      around.onprem_webhook = text_or_none(json);
    else if (*key == "cloud_webhook")
      around.cloud_webhook = text_or_none(json);
    else if (*key == "sent_statuses")
      around.sent_statuses = flag_or_none(json);
    else if (*key == "storage_region")
      around.storage_region = text_or_none(json);
    else if (*key == "templates")
      around.templates = count_or_none(json);
    else if (*key == "coreapps")
      around.coreapps = count_or_none(json).value_or(0);
    else if (*key == "masters")
      around.masters = count_or_none(json).value_or(0);
    else
      json.raw();
  }
  // What reads back otherwise than it was written has a member that is unknown, missing or of another type.
  const std::string again =
      text_written(JsonWriter::Form::compact, [&around](JsonWriter& out) { write_json(out, around); });
  if (again != without_blanks(text)) {
    return fail("the plan's surroundings of a number are not as this version writes them",
                "make the plan again with this version: wamigrate plan INVENTORY --to cloud|onprem -o plan.json");
  }
  return around;
}

}  // namespace wamigrate
