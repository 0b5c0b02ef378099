// What a client makes of a message that was taken, on either side.
#include "exchanges.hpp"
#include "support/catch.hpp"

namespace wamigrate::api::testing {

namespace {

const TemplateMessage order_confirmation{"order_confirmation", "en_US", {"4711"}};

Call text_on_graph() { return graph_calls::send_text(number_id, "4915119999999", "Moved.", "wamigrate-test"); }
Call text_onprem() { return onprem_calls::send_text("16315551019", "Moved."); }

}  // namespace

TEST_CASE("a message that Cloud takes comes back with its id and the recipient, and sometimes a status") {
  Graph graph({"graph_send_text_ok", "graph_send_template_held"});
  const auto sent = graph.client.send_message(text_on_graph());
  REQUIRE(sent);
  CHECK(sent->id == "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBI3N0");
  CHECK(sent->wa_id == "4915119999999");
  CHECK(sent->status.empty());
  const auto held = graph.client.send_message(
      graph_calls::send_template(number_id, "4915119999999", order_confirmation, "wamigrate-test"));
  REQUIRE(held);
  CHECK(held->status == "held_for_quality_assessment");
}

TEST_CASE("a message that a client takes comes back with its id, whether with 201 or, from older ones, with 200") {
  Onprem onprem({"onprem_send_text_ok", "onprem_send_text_200"});
  for (int i = 0; i < 2; ++i) {
    const auto sent = onprem.client.send_message(text_onprem());
    REQUIRE(sent);
    CHECK(sent->id == "gBEGkYiEB1VXAglK1ZEqA1YKPrU");
    CHECK(sent->wa_id.empty());
  }
}

TEST_CASE("a reply without a message's id leaves open whether the message was taken") {
  Graph graph;
  graph.transport.reply(200, R"({"messaging_product":"whatsapp","messages":[]})").reply(200, R"({"messages":[{}]})");
  for (int i = 0; i < 2; ++i) {
    const auto sent = graph.client.send_message(text_on_graph());
    REQUIRE(!sent);
    CHECK(sent.error().how == Failure::How::ambiguous);
  }
  Onprem onprem;
  onprem.transport.reply(201, "{}");
  const auto sent = onprem.client.send_message(text_onprem());
  REQUIRE(!sent);
  CHECK(sent.error().how == Failure::How::ambiguous);
}

TEST_CASE("a message without parameters or tag sends neither") {
  const Call plain = graph_calls::send_template(number_id, "4915119999999", {"hello_world", "en_US", {}}, "");
  CHECK(plain.body.reveal().find("components") == std::string_view::npos);
  CHECK(plain.body.reveal().find("biz_opaque_callback_data") == std::string_view::npos);
}

}  // namespace wamigrate::api::testing
