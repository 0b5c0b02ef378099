// What is said of a load test, and the charts beside it.
#include "report/load.hpp"

#include "report/document.hpp"
#include "support/catch.hpp"

namespace wamigrate {
namespace {

using namespace std::chrono_literals;

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// Sixty messages in a minute, each taken after `takes`; some throttled, one refused.
LoadResult result_of(const std::string& side, Millis takes) {
  LoadResult result;
  result.side = side;
  result.phone = "+4915110000000";
  result.target = "host.example";
  result.began = *parse_iso("2026-11-23T10:00:00Z");
  result.lasted = 60s;
  result.ended = "all were sent";
  result.mix = Json{{"recipients", 2}};
  result.planned = result.cap = 60;
  LoadMeter meter({"text of 30"}, 60s);
  for (int i = 0; i < 60; ++i) {
    SendOutcome outcome;
    outcome.due = outcome.started = i * 1s;
    outcome.answered = outcome.due + takes + Millis(i);
    if (i % 20 == 7) outcome.fate = SendFate::throttled;
    if (i == 30) outcome.fate = SendFate::refused;
    if (outcome.fate != SendFate::accepted) {
      outcome.code = i == 30 ? "131026" : "130429";
      outcome.kind = i == 30 ? "unknown" : "throttled";
      outcome.title = i == 30 ? "undeliverable <b>" : "throughput reached";
    }
    meter.add(outcome);
  }
  meter.write(result);
  result.taking = 60s;
  return result;
}

}  // namespace

TEST_CASE("a result says what was taken, how soon, and that taken is not delivered") {
  const std::string text = load_text({result_of("cloud", 100ms)}, false);
  for (const char* part : {"Load test", "56 (93.3 %)", "0.93", "3 (5.0 %)", "130429", "undeliverable",
                           "Taken is not delivered", "text of 30", "▁"}) {
    CAPTURE(part, text);
    CHECK(text.find(part) != std::string::npos);
  }
}

TEST_CASE("two results stand side by side, with what the second is to the first") {
  const std::vector<LoadResult> both{result_of("onprem", 100ms), result_of("cloud", 200ms)};
  const std::string markdown = load_markdown(both);
  CHECK(markdown.find("| share of the taken messages | on-premises | Cloud | second to first |") != std::string::npos);
  CHECK(markdown.find("| 50 % | 129 ms | 229 ms | +78 % |") != std::string::npos);
  CHECK(markdown.find("| taken a second | 0.93 | 0.93 | same |") != std::string::npos);
  CHECK(markdown.find("The mixes, caps or connections differ") == std::string::npos);
  LoadResult another = both[1];
  another.mix["recipients"] = 3;
  CHECK(load_text({both[0], another}, false).find("The mixes, caps or connections differ") != std::string::npos);
  CHECK(load_text({both[0], both[0]}, false).find("on-premises, second") != std::string::npos);
}

TEST_CASE("a page has its charts within itself and shows nothing as markup") {
  const std::string html = load_html({result_of("onprem", 100ms), result_of("cloud", 200ms)});
  CHECK(times(html, "<svg") == 3);
  CHECK(times(html, "<polyline") == 2 + 2 + 4);
  CHECK(html.find("undeliverable &lt;b&gt;") != std::string::npos);
  for (const char* part : {"<script", "http://", "href", "nan", "inf"}) {
    CAPTURE(part);
    CHECK(html.find(part) == std::string::npos);
  }
}

TEST_CASE("a test in which nothing was taken can be told of as well") {
  LoadResult nothing;
  nothing.side = "cloud";
  nothing.mix = Json::object();
  nothing.ended = "stopped at 190 (token expired)";
  for (const std::string& said :
       {load_text({nothing}, true), load_markdown({nothing, nothing}), load_html({nothing})}) {
    CHECK(said.find("nan") == std::string::npos);
    CHECK(said.find("token expired") != std::string::npos);
  }
  CHECK(load_json({nothing})["results"][0]["latency"]["count"] == 0);
}

TEST_CASE("a side that took nothing is not praised for how soon it did so") {
  LoadResult nothing = result_of("cloud", 100ms);
  LoadMeter refused({"text of 30"}, 60s);
  nothing.latency = nothing.service = Histogram();
  refused.write(nothing);
  const std::string markdown = load_markdown({result_of("onprem", 100ms), nothing});
  CHECK(markdown.find("| 50 % | 129 ms | none |  |") != std::string::npos);
  CHECK(markdown.find("| 100 % | 159 ms | none |  |") != std::string::npos);
  CHECK(load_json({nothing})["results"][0]["latency"]["p50_ms"].is_null());
}

TEST_CASE("what webhooks told is set against what was taken") {
  LoadResult result = result_of("cloud", 100ms);
  result.delivery.emplace();
  result.delivery->delivered = 40;
  result.delivery->read = 10;
  result.delivery->failed = 2;
  result.delivery->sent_only = 4;
  result.delivery->codes["131047"] = 2;
  result.delivery->to_delivery.add(3s);
  const std::string text = load_text({result}, false);
  for (const char* part : {"40 (71.4 %)", "10 (17.9 %)", "failed with code 131047", "3000 ms"}) {
    CAPTURE(part, text);
    CHECK(text.find(part) != std::string::npos);
  }
}

TEST_CASE("a chart keeps its points within its frame, whatever they are") {
  using namespace report;
  const Chart chart{
      "Chart", "ms", {{0, "start"}}, {{"a", {{0, 0}, {1, 1e9}, {2, 0.001}}}, {"b", {{1, 5}}}, {"none", {}}}};
  const std::string svg = svg_of(chart);
  CHECK(times(svg, "<polyline") == 2);
  CHECK(svg.find("start") != std::string::npos);
  CHECK(svg.find("=\"-") == std::string::npos);
  CHECK(svg_of({"Nothing", "ms", {}, {{"none", {}}}}).empty());
  CHECK(bars_of(chart).size() == 2);
  CHECK(to_html({Heading{1, "x"}, Chart{"Nothing", "ms", {}, {}}}).find("<figure>") == std::string::npos);
}

}  // namespace wamigrate
