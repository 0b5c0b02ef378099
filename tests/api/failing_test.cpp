// What is made of replies that are no answers: whether the request may have been carried out, and that no secret of
// the request comes back in the words of a server.
#include "api/failing.hpp"

#include <fmt/format.h>

#include "exchanges.hpp"
#include "support/catch.hpp"

namespace wamigrate::api::testing {

namespace {

using How = Failure::How;

const Secret pin("482915");
const Backup backup{Secret("Correct-Horse-9"), Secret("V0FCSGhlcmVpc21vcmV0aGFuZW5vdWdo")};

Failure register_answered(int status, const std::string& body, std::vector<Header> headers = {}) {
  Graph graph;
  graph.transport.odd(status, body, std::move(headers));
  const auto answer = graph.client.send(graph_calls::register_number(number_id, pin, &backup), "register");
  REQUIRE(!answer);
  REQUIRE(answer.error().entry != nullptr);
  return answer.error();
}

std::string error_body(const std::string& code, const std::string& rest = "") {
  return fmt::format(R"({{"error":{{"message":"m","code":{}{}}}}})", code, rest);
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a reply that does not say what happened leaves a changing call ambiguous") {
  const std::string half = error_body("133005").substr(0, 20);
  const std::string deep = std::string(500, '[') + std::string(500, ']');
  for (const std::string& body :
       {std::string(), std::string("null"), std::string("true"), std::string("[]"), std::string("{}"),
        std::string("{\"success\":null}"), std::string("<html><body>Welcome</body></html>"), half, deep,
        std::string("\xff\xfe\x00garbage", 10)}) {
    for (const int status : {200, 400, 500, 502, 302}) {
      INFO(status << " " << body.substr(0, 40));
      const Failure failure = register_answered(status, body);
      CHECK(failure.how == How::ambiguous);
      CHECK(failure.entry->error_class == ErrorClass::down);
      CHECK(failure.http_status == status);
    }
  }
}

TEST_CASE("a status that refuses by itself needs no readable body") {
  for (const int status : {401, 403, 404, 405, 429}) {
    INFO(status);
    CHECK(register_answered(status, "<html>").how == How::refused);
  }
  CHECK(register_answered(401, "").entry->error_class == ErrorClass::token);
  CHECK(register_answered(429, "").entry->error_class == ErrorClass::throttled);
}

TEST_CASE("a missing endpoint refuses a read, whatever page comes with it") {
  Graph graph;
  graph.transport.reply(404, "<html>");
  graph.transport.reply(400, "<html>");
  CHECK(graph.client.phone_node(number_id).error().how == How::refused);
  CHECK(graph.client.phone_node(number_id).error().how == How::refused);
}

TEST_CASE("a known code decides, not the status it came with") {
  CHECK(register_answered(500, error_body("133005")).how == How::refused);
  CHECK(register_answered(200, error_body("133005")).how == How::refused);
  CHECK(register_answered(400, error_body("2")).how == How::ambiguous);
  CHECK(register_answered(500, error_body("424242")).how == How::ambiguous);
  CHECK(register_answered(400, error_body("424242")).how == How::refused);
}

TEST_CASE("success must be said: false refuses, in either spelling") {
  for (const char* body : {R"({"success":false})", R"({"success":"false"})"}) {
    const Failure failure = register_answered(200, body);
    CHECK(failure.how == How::refused);
    CHECK(failure.entry->error_class == ErrorClass::unknown);
  }
}

TEST_CASE("codes are read as numbers or text, details as object or plain string") {
  for (const char* code : {"133005", "\"133005\""}) {
    for (const char* data :
         {R"(,"error_data":{"details":"the PIN is wrong"})", R"(,"error_data":"the PIN is wrong")"}) {
      const Failure failure = register_answered(400, error_body(code, data));
      CHECK(failure.code == "133005");
      CHECK(failure.details == "the PIN is wrong");
      CHECK(failure.entry->error_class == ErrorClass::pin);
    }
  }
  CHECK(register_answered(400, error_body("null", R"(,"error_data":null)")).details == "m");
  CHECK(register_answered(400, error_body("[1]", R"(,"error_data":[1],"fbtrace_id":{})")).code.empty());
  CHECK(register_answered(400, R"({"error":"invalid_request"})").details == "invalid_request");
}

TEST_CASE("2388xxx are found as code and as subcode, short subcodes only with their code") {
  CHECK(register_answered(400, error_body("100", R"(,"error_subcode":2388091)")).entry->code == "2388091");
  CHECK(register_answered(400, error_body("2388091")).entry->code == "2388091");
  CHECK(register_answered(401, error_body("190", R"(,"error_subcode":"463")")).entry->code == "190/463");
  CHECK(register_answered(400, error_body("100", R"(,"error_subcode":33)")).entry->code == "100/33");
  CHECK(register_answered(400, error_body("133005", R"(,"error_subcode":33)")).entry->code == "133005");
  CHECK(register_answered(400, error_body("133005", R"(,"error_subcode":0)")).subcode.empty());
}

TEST_CASE("only a request of which nothing left is called not sent") {
  Graph graph;
  graph.transport.fail(TransportFailure::Kind::unreachable, false, "connection refused");
  graph.transport.fail(TransportFailure::Kind::timeout, true, "no reply within 60 s");
  const Call call = graph_calls::deregister(number_id);
  const auto first = graph.client.send(call, "deregister");
  const auto second = graph.client.send(call, "deregister");
  REQUIRE(!first);
  REQUIRE(!second);
  CHECK(first.error().how == How::not_sent);
  CHECK(first.error().entry->code == "transport unreachable");
  CHECK(second.error().how == How::ambiguous);
  CHECK(second.error().entry->error_class == ErrorClass::down);
  CHECK(to_text(second.error()) == "no answer in time: no reply within 60 s");
}

TEST_CASE("a failure reads as one line with status, code and what the code means") {
  const Failure failure = register_answered(400, error_body("133005", R"(,"error_data":{"details":"wrong\n\tPIN"})"));
  CHECK(to_text(failure) == "HTTP 400, code 133005 (two-step PIN mismatch): wrong PIN");
  CHECK(to_text(register_answered(503, "")) == "HTTP 503, fault at the server: the reply is not a JSON object");
}

TEST_CASE("no secret of a request comes back in its failure") {
  const std::string data(backup.data.reveal());
  const std::string echo =
      "token TOKEN pin 482915 or 482-915 password Correct-Horse-9 data " + data + " cut " + data.substr(0, 14);
  const Failure failure = register_answered(
      400, fmt::format(R"({{"error":{{"message":"{0}","code":"482915","error_subcode":"482915","fbtrace_id":"TOKEN",)"
                       R"("error_data":{{"details":"{0}"}}}}}})",
                       echo));
  for (const std::string& text :
       {failure.details, failure.code, failure.subcode, failure.fbtrace_id, to_text(failure)}) {
    INFO(text);
    for (const char* secret : {"TOKEN", "482915", "482-915", "Correct-Horse", "V0FCSGhl"}) {
      CHECK(!contains(text, secret));
    }
  }
  CHECK(contains(failure.details, "pin [redacted] or [redacted] password [redacted]"));
}

TEST_CASE("secrets echoed by a transport's reason or by a login are redacted too") {
  Graph graph;
  graph.transport.fail(TransportFailure::Kind::dropped, true, "while sending pin 482915");
  const auto answer = graph.client.send(graph_calls::set_pin(number_id, pin), "set_pin");
  CHECK(answer.error().details == "while sending pin [redacted]");

  Onprem onprem({}, false);
  onprem.transport.reply(401, R"({"errors":[{"code":1005,"details":"password is wrong, YWRtaW46cGFzc3dvcmQ="}]})");
  const auto refused = onprem.client.health();
  REQUIRE(!refused);
  CHECK(refused.error().details == "login as \"admin\": [redacted] is wrong, [redacted]");
}

TEST_CASE("a token in the query of debug_token is redacted, encoded or plain") {
  HttpRequest request;
  request.secret_query = Secret("input_token=a%2Bb%3Dcdefghij&appsecret_proof=0123456789abcdef");
  CHECK(cleaned("a+b=cdefghij a%2Bb%3Dcdefghij 0123456789abcdef", request) == "[redacted] [redacted] [redacted]");
}

TEST_CASE("details are one line without control characters, and not long") {
  const HttpRequest request;
  CHECK(cleaned("a\r\n\tb\x1b[31mc\x7f\xc2\x9b d\n", request) == "a b [31mc d");
  const std::string cut = cleaned(std::string(299, 'x') + "ü" + std::string(5000, 'y'), request);
  CHECK(cut.size() <= 300);
  CHECK(cut.ends_with("x…"));
  CHECK(cleaned(std::string(295, 'x') + "üüü", request).size() <= 300);
}

TEST_CASE("how long to wait is read from usage headers, Retry-After and the text about PIN guesses") {
  using namespace std::chrono_literals;
  const std::vector<Header> usage{
      {"x-business-use-case-usage",
       R"({"1":[{"call_count":100,"estimated_time_to_regain_access":"10"},{"estimated_time_to_regain_access":3}]})"}};
  CHECK(register_answered(400, error_body("80007"), usage).regain_after == 10min);
  CHECK(register_answered(429, "", {{"Retry-After", "120"}}).regain_after == 120s);
  CHECK(register_answered(429, "", {{"Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"}}).regain_after == 0s);
  const auto guessed = [](const char* code, const char* details) {
    return register_answered(400, error_body(code, fmt::format(R"(,"error_data":"{}")", details))).regain_after;
  };
  CHECK(guessed("133008", "Try again in 12 hours.") == 12h);
  CHECK(guessed("133009", "Wait 30 seconds") == 30s);
  CHECK(guessed("133009", "Wait 2 Days") == 48h);
  CHECK(guessed("133008", "Wait a while") == 0s);
  CHECK(guessed("133005", "Wait 30 seconds") == 0s);
  // No reply stops a run for years.
  CHECK(guessed("133008", "Wait 999999 days") == 7 * 24h);
  CHECK(register_answered(429, "", {{"Retry-After", "2147483647"}}).regain_after == 7 * 24h);
}

}  // namespace wamigrate::api::testing
