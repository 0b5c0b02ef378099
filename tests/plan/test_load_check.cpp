// What a load test refuses before anything is sent.
#include "plan/load_check.hpp"
#include "support/catch.hpp"

namespace wamigrate {
namespace {

const Time now = *parse_iso("2026-11-23T10:00:00Z");

Number the_number() {
  Number number;
  number.phone = *parse_phone("+4915110000000");
  number.phone_number_id = "106540352240000";
  number.deployment.name = "de-1";
  return number;
}

MessageMix mix_to(const std::string& recipient, std::int64_t rate = 5000) {
  MessageMix mix;
  mix.recipients = {*parse_phone(recipient)};
  mix.messages = {{.text = 10, .name = "", .language = "", .parameters = {}, .weight = 1}};
  mix.ramp = {{1000, rate, std::chrono::seconds(10)}};
  return mix;
}

Observation on_cloud(const std::string& level) {
  Observation seen;
  seen.graph.asked.how = Asked::How::answered;
  seen.graph.platform_type = "CLOUD_API";
  seen.graph.status = "CONNECTED";
  seen.graph.display_phone_number = "+49 1511 0000000";
  seen.graph.throughput = level;
  return seen;
}

Observation onprem(int shards) {
  Observation seen;
  seen.onprem.shards = shards;
  return seen;
}

std::string said(const std::vector<LoadRefusal>& refusals) {
  std::string text;
  for (const LoadRefusal& one : refusals) text += one.message + "\n";
  return text;
}

std::string refused_on_cloud(const MessageMix& mix, const Observation& seen, Home home = Home::cloud) {
  return said(refuse_load(the_number(), Hosting::cloud, mix, seen, {.home = home, .why = "because"}, now));
}

}  // namespace

TEST_CASE("a number takes what its level, its app or its shards allow") {
  CHECK(throughput_of(Hosting::cloud, on_cloud("STANDARD")).a_second == 80);
  CHECK(throughput_of(Hosting::cloud, on_cloud("HIGH")).a_second == 1000);
  CHECK(throughput_of(Hosting::cloud, on_cloud("")).a_second == 80);
  Observation coexisting = on_cloud("HIGH");
  coexisting.graph.is_on_biz_app = true;
  CHECK(throughput_of(Hosting::cloud, coexisting).a_second == 20);
  CHECK(throughput_of(Hosting::onprem, onprem(1)).a_second == 70);
  CHECK(throughput_of(Hosting::onprem, onprem(16)).a_second == 70);
  CHECK(throughput_of(Hosting::onprem, onprem(32)).a_second == 250);
  CHECK(throughput_of(Hosting::onprem, onprem(0)).a_second == 70);
}

TEST_CASE("a ramp may go up to the number's throughput and no further") {
  CHECK(refused_on_cloud(mix_to("+4915119999901", 80'000), on_cloud("STANDARD")) == "");
  CHECK(refused_on_cloud(mix_to("+4915119999901", 80'001), on_cloud("STANDARD")).find("takes 80") != std::string::npos);
  CHECK(refused_on_cloud(mix_to("+4915119999901", 80'001), on_cloud("HIGH")) == "");
  Observation coexisting = on_cloud("HIGH");
  coexisting.graph.is_on_biz_app = true;
  CHECK(refused_on_cloud(mix_to("+4915119999901", 20'000), coexisting, Home::app) == "");
  CHECK(refused_on_cloud(mix_to("+4915119999901", 21'000), coexisting, Home::app).find("takes 20") !=
        std::string::npos);
}

TEST_CASE("nobody in an excluded country gets a message; in Türkiye from Cloud alone, and since it was opened") {
  const auto refused = [](const char* to, Hosting side, const char* day) {
    return said(refuse_recipients(the_number(), side, mix_to(to), *parse_iso(day)));
  };
  CHECK(refused("+989121234567", Hosting::cloud, "2026-11-23").find("Iran") != std::string::npos);
  CHECK(refused("+989121234567", Hosting::onprem, "2026-11-23").find("Iran") != std::string::npos);
  CHECK(refused("+905321112233", Hosting::cloud, "2026-11-23") == "");
  CHECK(refused("+905321112233", Hosting::cloud, "2024-05-14").find("Türkiye") != std::string::npos);
  CHECK(refused("+905321112233", Hosting::onprem, "2026-11-23").find("Türkiye") != std::string::npos);
  CHECK(refused("+4915119999901", Hosting::onprem, "2026-11-23") == "");
  CHECK(refused("+4915110000000", Hosting::cloud, "2026-11-23").find("the number itself") != std::string::npos);
}

TEST_CASE("a number that the side does not serve, or that can't send, gets no load") {
  const MessageMix mix = mix_to("+4915119999901");
  for (const Home home : {Home::onprem, Home::nowhere, Home::unknown, Home::app}) {
    CHECK(refused_on_cloud(mix, on_cloud("HIGH"), home).find("not served by Cloud") != std::string::npos);
  }
  CHECK(said(refuse_load(the_number(), Hosting::onprem, mix, onprem(1), {.home = Home::cloud, .why = "because"}, now))
            .find("not served by on-premises") != std::string::npos);
  CHECK(said(refuse_load(the_number(), Hosting::onprem, mix, onprem(1), {.home = Home::onprem, .why = ""}, now)) == "");
  Observation blocked = on_cloud("HIGH");
  blocked.graph.can_send_message = "BLOCKED";
  CHECK(refused_on_cloud(mix, blocked).find("can't send") != std::string::npos);
  Observation another = on_cloud("HIGH");
  another.graph.display_phone_number = "+49 1511 0000001";
  CHECK(!refused_on_cloud(mix, another).empty());
}

}  // namespace wamigrate
