#include "report/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "report/document.hpp"
#include "report/words.hpp"

namespace wamigrate {
namespace {

using namespace report;
using Results = std::vector<LoadResult>;

constexpr std::array<std::pair<double, const char*>, 6> shares{
    {{0.5, "50 %"}, {0.9, "90 %"}, {0.95, "95 %"}, {0.99, "99 %"}, {0.999, "99.9 %"}, {1.0, "100 %"}}};

std::string side_in_words(const LoadResult& result) { return result.side == "cloud" ? "Cloud" : "on-premises"; }

/// "Cloud" and "on-premises"; two of one side are told apart by their order.
std::vector<std::string> names_of(const Results& results) {
  std::vector<std::string> names;
  for (const LoadResult& result : results) names.push_back(side_in_words(result));
  const bool alike = names.size() == 2 && names[0] == names[1];
  if (alike) {
    names[0] += ", first";
    names[1] += ", second";
  }
  return names;
}

/// Nothing where there was nothing to be timed.
std::optional<double> at(const Histogram& histogram, double share) {
  return histogram.empty() ? std::nullopt : std::optional(static_cast<double>(histogram.at(share).count()));
}

std::string millis(std::optional<double> value, int digits = 0) {
  return value ? fmt::format("{:.{}f} ms", *value, digits) : "none";
}

std::string share_text(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "0";
  return fmt::format("{} ({:.1f} %)", part, 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

/// How the second is to the first: "+12 %".
std::string change(double first, double second) {
  if (first <= 0) return "";
  const double percent = 100.0 * (second - first) / first;
  return std::abs(percent) < 0.5 ? "same" : fmt::format("{:+.0f} %", percent);
}

/// A table with a column for each result, and for two of them what the second is to the first.
class Beside {
 public:
  Beside(const Results& results, const std::string& first_column) : results_(results) {
    table_.columns.push_back(first_column);
    for (const std::string& name : names_of(results)) table_.columns.push_back(name);
    if (results.size() == 2) table_.columns.push_back("second to first");
  }

  void words(const std::string& label, const std::function<std::string(const LoadResult&)>& say) {
    Row& row = add(label);
    for (const LoadResult& result : results_) row.cells.push_back(say(result));
    if (results_.size() == 2) row.cells.emplace_back();
  }

  void figures(const std::string& label, const std::function<double(const LoadResult&)>& value,
               const std::function<std::string(const LoadResult&)>& say) {
    Row& row = add(label);
    for (const LoadResult& result : results_) row.cells.push_back(say(result));
    if (results_.size() == 2) row.cells.push_back(change(value(results_[0]), value(results_[1])));
  }

  /// Of a side that has none nothing is said, nor how it compares.
  void time(const std::string& label, const std::function<std::optional<double>(const LoadResult&)>& value,
            int digits = 0) {
    Row& row = add(label);
    std::vector<std::optional<double>> values;
    for (const LoadResult& result : results_) {
      values.push_back(value(result));
      row.cells.push_back(millis(values.back(), digits));
    }
    if (results_.size() == 2) row.cells.push_back(values[0] && values[1] ? change(*values[0], *values[1]) : "");
  }

  Table take() { return std::move(table_); }

 private:
  Row& add(const std::string& label) {
    table_.rows.push_back({{label}, Tone::normal, {}});
    return table_.rows.back();
  }

  const Results& results_;
  Table table_;
};

void put_head(Document& document, const Results& results) {
  document.push_back(Heading{1, results.size() == 2 ? "Load comparison" : "Load test"});
  if (results.size() == 2 && !same_mix(results[0], results[1])) {
    document.push_back(
        Paragraph{"The mixes, caps or connections differ, or one ended early: what differs below is not the "
                  "side alone.",
                  Tone::caution});
  }
  Beside table(results, "test");
  table.words("number", [](const LoadResult& one) { return plain(one.phone); });
  table.words("sent to", [](const LoadResult& one) { return plain(one.target); });
  table.words("began", [](const LoadResult& one) { return moment(one.began); });
  table.words("lasted", [](const LoadResult& one) { return for_people(one.lasted); });
  table.words("ended", [](const LoadResult& one) { return plain(one.ended); });
  table.words("messages planned",
              [](const LoadResult& one) { return fmt::format("{} (cap {})", one.planned, one.cap); });
  document.push_back(table.take());
}

/// Marks at the beginning, the middle and the end of the longest result.
std::vector<ChartMark> time_marks(const Results& results) {
  double end = 0;
  for (const LoadResult& result : results) {
    if (!result.intervals.empty()) end = std::max(end, static_cast<double>(result.intervals.back().from.count()));
  }
  std::vector<ChartMark> marks{{0, "0 s"}};
  if (end <= 0) return marks;
  marks.push_back({end / 2000, fmt::format("{:.3g} s", end / 2000)});
  marks.push_back({end / 1000, fmt::format("{:.3g} s", end / 1000)});
  return marks;
}

void put_rates(Document& document, const Results& results) {
  document.push_back(Heading{2, "Messages"});
  Beside table(results, "messages");
  const auto count = [&table](const std::string& label, std::uint64_t LoadResult::*member) {
    table.words(label, [member](const LoadResult& one) { return share_text(one.*member, one.due); });
  };
  table.words("left", [](const LoadResult& one) { return std::to_string(one.due); });
  count("taken", &LoadResult::accepted);
  table.figures(
      "taken a second", [](const LoadResult& one) { return one.accepted_a_second(); },
      [](const LoadResult& one) { return fmt::format("{:.2f}", one.accepted_a_second()); });
  count("throttled", &LoadResult::throttled);
  count("refused for something else", &LoadResult::refused);
  count("without an answer", &LoadResult::unanswered);
  count("not sent", &LoadResult::not_sent);
  document.push_back(table.take());
  document.push_back(
      Paragraph{"Throttled is no error: the side took as many as it takes. Without an answer: perhaps "
                "taken. Not sent: certainly not.",
                Tone::quiet});
  Chart chart{"Messages taken a second", "/s", time_marks(results), {}};
  const std::vector<std::string> names = names_of(results);
  for (std::size_t i = 0; i < results.size(); ++i) {
    ChartLine line{names[i], {}};
    for (const LoadInterval& one : results[i].intervals) {
      // The last one may not be a whole one.
      const Millis length = std::clamp(results[i].taking - one.from, Millis(1), results[i].interval);
      const double seconds = static_cast<double>(length.count()) / 1000.0;
      line.points.emplace_back(static_cast<double>(one.from.count()) / 1000.0,
                               static_cast<double>(one.accepted) / seconds);
    }
    chart.lines.push_back(std::move(line));
  }
  document.push_back(std::move(chart));
}

void put_latencies(Document& document, const Results& results) {
  document.push_back(Heading{2, "Latency"});
  Beside table(results, "share of the taken messages");
  for (const auto& [share, label] : shares) {
    table.time(label, [share = share](const LoadResult& one) { return at(one.latency, share); });
  }
  table.time(
      "mean",
      [](const LoadResult& one) { return one.latency.empty() ? std::nullopt : std::optional(one.latency.mean()); }, 1);
  table.time("50 %, without waiting here", [](const LoadResult& one) { return at(one.service, 0.5); });
  table.time("99 %, without waiting here", [](const LoadResult& one) { return at(one.service, 0.99); });
  document.push_back(table.take());
  document.push_back(
      Paragraph{"From the moment a message was due to its answer, so that a side that keeps others "
                "waiting is not spared; exact to 0.8 %. Each message has a connection of its own, whose "
                "making is part of it.",
                Tone::quiet});
  const std::vector<std::string> names = names_of(results);
  Chart by_share{"Latency by share of the messages", "ms", {}, {}};
  Chart over_time{"Latency over time: half, and 99 of 100, of the messages", "ms", time_marks(results), {}};
  for (std::size_t place = 0; place < shares.size(); ++place) {
    by_share.marks.push_back({static_cast<double>(place), shares[place].second});
  }
  for (std::size_t i = 0; i < results.size(); ++i) {
    ChartLine line{names[i], {}}, half{names[i] + ", 50 %", {}}, slowest{names[i] + ", 99 %", {}};
    for (std::size_t place = 0; place < shares.size() && !results[i].latency.empty(); ++place) {
      line.points.emplace_back(static_cast<double>(place),
                               static_cast<double>(results[i].latency.at(shares[place].first).count()));
    }
    for (const LoadInterval& one : results[i].intervals) {
      if (one.accepted == 0) continue;
      const double at = static_cast<double>(one.from.count()) / 1000.0;
      half.points.emplace_back(at, static_cast<double>(one.half.count()));
      slowest.points.emplace_back(at, static_cast<double>(one.slowest.count()));
    }
    by_share.lines.push_back(std::move(line));
    over_time.lines.push_back(std::move(half));
    over_time.lines.push_back(std::move(slowest));
  }
  document.push_back(std::move(by_share));
  document.push_back(std::move(over_time));
}

void put_kinds(Document& document, const Results& results) {
  document.push_back(Heading{2, "Kinds of messages"});
  Table table{{"message", "side", "left", "taken", "50 %", "99 %"}, {}, {}};
  const std::vector<std::string> names = names_of(results);
  for (std::size_t i = 0; i < results.size(); ++i) {
    for (const LoadKind& kind : results[i].kinds) {
      table.rows.push_back({{plain(kind.label), names[i], std::to_string(kind.due), share_text(kind.accepted, kind.due),
                             millis(at(kind.latency, 0.5)), millis(at(kind.latency, 0.99))},
                            Tone::normal,
                            {}});
    }
  }
  document.push_back(std::move(table));
}

void put_errors(Document& document, const Results& results) {
  document.push_back(Heading{2, "Refusals and failures"});
  Table table{{"side", "code", "class", "times", "what it is"}, {}, {}};
  const std::vector<std::string> names = names_of(results);
  for (std::size_t i = 0; i < results.size(); ++i) {
    for (const ErrorCount& error : results[i].errors) {
      table.rows.push_back(
          {{names[i], plain(error.code), plain(error.kind), std::to_string(error.count), plain(error.title)},
           error.kind == "throttled" ? Tone::normal : Tone::caution,
           {}});
    }
  }
  if (table.rows.empty()) {
    document.push_back(Paragraph{"None.", Tone::good});
    return;
  }
  document.push_back(std::move(table));
  document.push_back(Paragraph{"`wamigrate explain CODE` says more of each.", Tone::quiet});
}

void put_deliveries(Document& document, const Results& results) {
  document.push_back(Heading{2, "Deliveries, as webhooks tell them"});
  Results asked;
  for (const LoadResult& result : results) {
    if (result.delivery) asked.push_back(result);
  }
  if (asked.empty()) {
    document.push_back(
        Paragraph{"No store of webhooks was given: what became of the messages is not known. Taken is "
                  "not delivered."});
    return;
  }
  Beside table(asked, "messages taken");
  const auto count = [&table](const std::string& label, std::uint64_t DeliveryFigures::*member) {
    table.words(label, [member](const LoadResult& one) { return share_text((*one.delivery).*member, one.accepted); });
  };
  count("read", &DeliveryFigures::read);
  count("delivered, not read", &DeliveryFigures::delivered);
  count("failed", &DeliveryFigures::failed);
  count("sent, no more was told", &DeliveryFigures::sent_only);
  count("nothing was told", &DeliveryFigures::silent);
  table.words("without an answer, yet taken",
              [](const LoadResult& one) { return std::to_string(one.delivery->taken_after_all); });
  table.time("to the first webhook, 50 %",
             [](const LoadResult& one) { return at(one.delivery->to_first_webhook, 0.5); });
  table.time("to the first webhook, 99 %",
             [](const LoadResult& one) { return at(one.delivery->to_first_webhook, 0.99); });
  table.time("to delivery, 50 %", [](const LoadResult& one) { return at(one.delivery->to_delivery, 0.5); });
  table.time("to delivery, 99 %", [](const LoadResult& one) { return at(one.delivery->to_delivery, 0.99); });
  table.words("waited for webhooks", [](const LoadResult& one) { return for_people(one.delivery->waited); });
  document.push_back(table.take());
  document.push_back(
      Paragraph{"The time of a delivery is the platform's own, by its clock and cut to whole seconds: up to a "
                "second too short. Phones that are off or offline take part in these figures.",
                Tone::quiet});
  for (const LoadResult& result : asked) {
    for (const auto& [code, times] : result.delivery->codes) {
      document.push_back(Paragraph{
          fmt::format("{}: {} failed with code {}.", side_in_words(result), counted(times, "message"), plain(code)),
          Tone::caution});
    }
  }
}

Document document_of(const Results& results) {
  Document document;
  put_head(document, results);
  put_rates(document, results);
  put_latencies(document, results);
  put_kinds(document, results);
  put_errors(document, results);
  put_deliveries(document, results);
  return document;
}

Json percentiles_of(const Histogram& histogram) {
  Json json{{"count", histogram.count()}};
  const bool none = histogram.empty();
  json["mean_ms"] = none ? Json(nullptr) : Json(histogram.mean());
  for (const auto& [share, name] : std::array<std::pair<double, const char*>, 6>{{{0.5, "p50_ms"},
                                                                                  {0.9, "p90_ms"},
                                                                                  {0.95, "p95_ms"},
                                                                                  {0.99, "p99_ms"},
                                                                                  {0.999, "p999_ms"},
                                                                                  {1, "most_ms"}}}) {
    json[name] = none ? Json(nullptr) : Json(histogram.at(share).count());
  }
  return json;
}

Json figures_of(const LoadResult& result) {
  Json json = to_json(result);
  json["accepted_a_second"] = result.accepted_a_second();
  json["latency"] = percentiles_of(result.latency);
  json["service"] = percentiles_of(result.service);
  for (std::size_t i = 0; i < result.kinds.size(); ++i) {
    json["kinds"][i]["latency"] = percentiles_of(result.kinds[i].latency);
  }
  if (result.delivery) {
    json["delivery"]["to_delivery"] = percentiles_of(result.delivery->to_delivery);
    json["delivery"]["to_first_webhook"] = percentiles_of(result.delivery->to_first_webhook);
  }
  return json;
}

}  // namespace

std::string load_text(const Results& results, bool colour) { return to_text(document_of(results), colour); }
std::string load_markdown(const Results& results) { return to_markdown(document_of(results)); }
std::string load_html(const Results& results) { return to_html(document_of(results)); }

Json load_json(const Results& results) {
  Json list = Json::array();
  for (const LoadResult& result : results) list.push_back(figures_of(result));
  const bool same = results.size() == 2 && same_mix(results[0], results[1]);
  return {{"same_mix", results.size() == 2 ? Json(same) : Json(nullptr)}, {"results", std::move(list)}};
}

}  // namespace wamigrate
