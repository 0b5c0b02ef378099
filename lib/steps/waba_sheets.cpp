#include "steps/waba_sheets.hpp"

#include "steps/reads.hpp"

namespace wamigrate {

struct WabaSheets::Sheet {
  std::once_flag list_once, apps_once, templates_once, waba_once;
  Asked listed;
  std::map<std::string, GraphView> rows;  ///< By phone number ID; asked and answered is what the list told.
  Observation account;                    ///< Only what is the account's: apps, templates, review.
};

WabaSheets::WabaSheets(api::GraphClient& graph) : graph_(graph) {}
WabaSheets::~WabaSheets() = default;

WabaSheets::Sheet& WabaSheets::sheet_of(const std::string& waba_id) {
  const std::lock_guard lock(mutex_);
  auto& sheet = sheets_[waba_id];
  if (!sheet) sheet = std::make_unique<Sheet>();
  return *sheet;
}

namespace {

// Everything a check or a judge looks at. A field that only this list leaves out must not read as "no": a number of the
// WhatsApp Business app would pass for one of ours.
bool tells_all(const api::PhoneNode& node) {
  return !node.display_phone_number.empty() && !node.platform_type.empty() && !node.status.empty() &&
         !node.name_status.empty() && !node.code_verification_status.empty() && node.is_on_biz_app &&
         node.is_pin_enabled && !node.certificate.empty();
}

GraphView row_of(const api::ListedNumber& listed) {
  GraphView row;
  if (tells_all(listed.node)) {
    row.asked = answered;
    show(listed.node, row);
  }
  if (listed.webhook) {
    row.webhook_asked = answered;
    show(*listed.webhook, row);
  }
  if (listed.health) {
    row.health_asked = answered;
    show(*listed.health, row);
  }
  return row;
}

}  // namespace

void WabaSheets::read_list(const std::string& waba_id, Sheet& sheet) {
  sheet.listed = take(graph_.numbers_in_full(waba_id), [&sheet](const std::vector<api::ListedNumber>& numbers) {
    for (const api::ListedNumber& number : numbers) sheet.rows[number.node.id] = row_of(number);
  });
  if (sheet.listed.answered() || sheet.listed.credentials || sheet.listed.throttled) return;
  // A list is refused as a whole for one field that it does not have, and given up where it is too much at once. The
  // short one, which is documented, tells at least who belongs to the account.
  sheet.listed = take(graph_.waba_numbers(waba_id), [&sheet](const std::vector<api::PhoneNode>& numbers) {
    for (const api::PhoneNode& number : numbers) sheet.rows[number.id] = {};
  });
}

void WabaSheets::read(const std::string& waba_id, const std::string& phone_number_id, Readings readings,
                      Observation& seen) {
  Sheet& sheet = sheet_of(waba_id);
  std::call_once(sheet.list_once, [&] { read_list(waba_id, sheet); });
  const auto row = sheet.rows.find(phone_number_id);
  GraphView& view = seen.graph;
  if (row != sheet.rows.end()) view = row->second;
  if (sheet.listed.throttled) view.asked = sheet.listed;
  if (readings.has(Reading::waba_numbers)) {
    seen.waba_asked = sheet.listed;
    seen.in_waba = row != sheet.rows.end();
  }
  // What is refused for the token, or for asking too much, is not asked for in parts.
  auto ask = [&](Reading reading, Asked& asked, auto read_it) {
    if (!readings.has(reading) || asked.answered()) return;
    if (view.asked.credentials || view.asked.throttled) {
      asked = view.asked;
    } else {
      read_it(graph_, phone_number_id, view);
    }
  };
  ask(Reading::graph_node, view.asked, read_node);
  ask(Reading::webhook, view.webhook_asked, read_webhook);
  ask(Reading::graph_health, view.health_asked, read_health);

  const Observation& account = sheet.account;
  if (readings.has(Reading::subscribed_apps)) {
    std::call_once(sheet.apps_once, [&] { read_apps(graph_, waba_id, sheet.account); });
    seen.apps_asked = account.apps_asked;
    seen.subscribed_app_ids = account.subscribed_app_ids;
  }
  if (readings.has(Reading::templates)) {
    std::call_once(sheet.templates_once, [&] { read_templates(graph_, waba_id, sheet.account); });
    seen.templates_asked = account.templates_asked;
    seen.templates = account.templates;
  }
  if (readings.has(Reading::waba_node)) {
    std::call_once(sheet.waba_once, [&] { read_waba(graph_, waba_id, sheet.account); });
    seen.waba_node_asked = account.waba_node_asked;
    seen.waba_review = account.waba_review;
    seen.waba_country = account.waba_country;
  }
}

}  // namespace wamigrate
