#include "report/discovery.hpp"

#include <fmt/format.h>

#include <array>

#include "report/document.hpp"
#include "report/groups.hpp"
#include "report/words.hpp"

namespace wamigrate {
namespace {

using namespace report;
using Kind = Remark::Kind;

constexpr std::size_t entries_at_most = 50;
constexpr std::string_view where_all_is = "--json";

Remarks all_remarks(const Discovery& discovery) {
  Remarks all = discovery.remarks;
  for (const DiscoveredNumber& one : discovery.numbers) {
    all.insert(all.end(), one.remarks.begin(), one.remarks.end());
  }
  return all;
}

std::string lead_of(const Remark& remark) {
  if (!remark.phone.empty()) return plain(remark.phone);
  return remark.deployment.empty() ? "all" : plain(remark.deployment);
}

// What reads alike of many is said once.
void put_remarks(Document& document, const Remarks& remarks, Kind kind, const std::string& heading, Tone tone) {
  std::vector<const Remark*> some;
  std::vector<std::pair<std::string, std::string>> keyed;
  for (const Remark& remark : remarks) {
    if (remark.kind != kind) continue;
    some.push_back(&remark);
    keyed.emplace_back(remark.id + '\x1f' + remark.message + '\x1f' + remark.fix, remark.phone);
  }
  if (some.empty()) return;
  document.push_back(Heading{2, fmt::format("{}: {}", heading, some.size())});
  List list{{}, false, {entries_at_most, std::string(where_all_is)}};
  for (const Group& same : group(keyed)) {
    const Remark& remark = *some[same.first];
    Item item{same.phones.size() > 1 ? report::lead_of(same.phones) : lead_of(remark),
              plain(remark.id) + ": " + plain(remark.message),
              tone,
              {}};
    if (!remark.fix.empty()) item.details.push_back({"do", plain(remark.fix)});
    name_phones(item, same.phones);
    list.items.push_back(std::move(item));
  }
  document.push_back(std::move(list));
}

std::string deployment_words(const DiscoveredNumber& one) {
  if (one.number.deployment.gone) return "gone";
  if (one.number.deployment.url.empty()) return "?";
  return plain(one.number.deployment.name.empty() ? one.number.deployment.url : one.number.deployment.name);
}

std::string or_unknown(const std::string& text) { return text.empty() ? "?" : plain(text); }

void put_numbers(Document& document, const Discovery& discovery) {
  Table table{
      {"phone", "phone_number_id", "WABA", "deployment", "on Graph"}, {}, {entries_at_most, std::string(where_all_is)}};
  for (const DiscoveredNumber& one : discovery.numbers) {
    const bool listed = !one.listed.id.empty();
    std::string on_graph = listed ? one.listed.platform_type + " " + one.listed.status : "not listed";
    table.rows.push_back({{or_unknown(one.number.phone.e164), listed ? plain(one.listed.id) : "?",
                           listed ? plain(one.listed.waba_id) : "?", deployment_words(one), plain(on_graph)},
                          one.complete() ? Tone::normal : Tone::caution});
  }
  if (table.rows.empty()) return;
  document.push_back(Heading{2, "What was found"});
  document.push_back(std::move(table));
}

struct MappingColumn {
  std::string_view name;
  std::string (*value)(const DiscoveredNumber&);
};

constexpr std::array<MappingColumn, 7> mapping_columns{{
    {"deployment", [](const DiscoveredNumber& one) { return one.number.deployment.name; }},
    {"url", [](const DiscoveredNumber& one) { return one.number.deployment.url; }},
    {"phone", [](const DiscoveredNumber& one) { return one.number.phone.e164; }},
    {"phone_number_id", [](const DiscoveredNumber& one) { return one.number.phone_number_id; }},
    {"waba_id", [](const DiscoveredNumber& one) { return one.number.waba_id; }},
    {"onprem_number", [](const DiscoveredNumber& one) { return one.on_premises; }},
    {"graph_number", [](const DiscoveredNumber& one) { return one.listed.display_phone_number; }},
}};

bool has_both_sides(const DiscoveredNumber& one) { return one.complete() && !one.number.deployment.url.empty(); }

std::string csv_cell(const std::string& value) {
  std::string text = plain(value);
  if (text.find_first_of("\",") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(plain(text)); }

}  // namespace

std::string discovery_text(const Discovery& discovery, bool colour) {
  const Remarks remarks = all_remarks(discovery);
  Document document;
  put_numbers(document, discovery);
  put_remarks(document, remarks, Kind::drift, "Drift", Tone::danger);
  put_remarks(document, remarks, Kind::missing, "Still missing", Tone::caution);
  put_remarks(document, remarks, Kind::note, "Noted", Tone::normal);
  const auto complete = static_cast<std::size_t>(std::count_if(discovery.numbers.begin(), discovery.numbers.end(),
                                                               [](const auto& one) { return one.complete(); }));
  document.push_back(Heading{2, discovery.whole() ? "Complete, and no drift" : "Not complete, or not as declared"});
  document.push_back(Paragraph{fmt::format("{} of {} complete.", complete, counted(discovery.numbers.size(), "number")),
                               discovery.whole() ? Tone::good : Tone::danger});
  return to_text(document, colour);
}

Json discovery_json(const Discovery& discovery) {
  Json numbers = Json::array();
  for (const DiscoveredNumber& one : discovery.numbers) {
    const Deployment& deployment = one.number.deployment;
    numbers.push_back({{"phone", text_or_null(one.number.phone.e164)},
                       {"phone_number_id", text_or_null(one.number.phone_number_id)},
                       {"waba_id", text_or_null(one.number.waba_id)},
                       {"deployment", text_or_null(deployment.name)},
                       {"url", text_or_null(deployment.url)},
                       {"gone", deployment.gone},
                       {"onprem_number", text_or_null(one.on_premises)},
                       {"graph_number", text_or_null(one.listed.display_phone_number)},
                       {"verified_name", text_or_null(one.listed.verified_name)},
                       {"platform_type", text_or_null(one.listed.platform_type)},
                       {"status", text_or_null(one.listed.status)},
                       {"complete", one.complete()},
                       {"missing", one.missing()}});
  }
  Json remarks = Json::array();
  for (const Remark& remark : all_remarks(discovery)) {
    remarks.push_back({{"kind", name(remark.kind)},
                       {"id", remark.id},
                       {"phone", text_or_null(remark.phone)},
                       {"deployment", text_or_null(remark.deployment)},
                       {"message", plain(remark.message)},
                       {"fix", text_or_null(remark.fix)}});
  }
  return {{"whole", discovery.whole()}, {"numbers", std::move(numbers)}, {"remarks", std::move(remarks)}};
}

std::string mapping_csv(const Discovery& discovery) {
  std::string text;
  for (const MappingColumn& column : mapping_columns) {
    text += (text.empty() ? "" : ",") + std::string(column.name);
  }
  text += "\n";
  for (const DiscoveredNumber& one : discovery.numbers) {
    if (!has_both_sides(one)) continue;
    std::string row;
    for (const MappingColumn& column : mapping_columns) {
      row += (&column == mapping_columns.data() ? "" : ",") + csv_cell(column.value(one));
    }
    text += row + "\n";
  }
  return text;
}

Json mapping_json(const Discovery& discovery) {
  Json list = Json::array();
  for (const DiscoveredNumber& one : discovery.numbers) {
    if (!has_both_sides(one)) continue;
    Json row = Json::object();
    for (const MappingColumn& column : mapping_columns) row[std::string(column.name)] = text_or_null(column.value(one));
    list.push_back(std::move(row));
  }
  return list;
}

}  // namespace wamigrate
