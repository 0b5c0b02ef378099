// The `test_message` of an inventory: keys that `defaults` may share, as with a deployment's. Who names a recipient,
// for a number or for all, asks for a message; so what is shared may stand under `defaults` although only some send
// one.
#include <fmt/format.h>

#include "model/inventory_fleet.hpp"
#include "model/inventory_values.hpp"

namespace wamigrate::inventory {
namespace {

using namespace std::chrono_literals;

Result<std::optional<Millis>> parse_inbound(std::string_view text) {
  const Result<Millis> length = parse_length(text, 1ms);
  if (!length) return tl::make_unexpected(length.error());
  return std::optional(*length);
}

}  // namespace

void NumbersReader::read_test_message(const Section& section, Draft& draft) const {
  const Section message = section.section("test_message", test_message_keys);
  draft.test_line = section.find("test_message")->line;
  draft.test_to.given = message.read("to", draft.test_to.value, parse_phone);
  draft.test_text.given = message.read("text", draft.test_text.value, parse_message_text);
  draft.test_wait.given =
      message.read("wait", draft.test_wait.value, [](std::string_view text) { return parse_length(text, 1ms); });
  draft.test_inbound.given = message.read("inbound", draft.test_inbound.value, parse_inbound);
  draft.test_evidence.given = message.read("evidence", draft.test_evidence.value,
                                           [&](std::string_view text) { return parse_evidence(text, folder_); });
  if (!message.given("template")) return;
  const Section from_template = message.section("template", template_keys);
  draft.template_name.given = from_template.read("name", draft.template_name.value, parse_template_name);
  draft.template_language.given =
      from_template.read("language", draft.template_language.value, parse_template_language);
  from_template.require("name", "copy it from WhatsApp Manager");
  from_template.require("language", "write it as in en_US");
  if (draft.test_text.given) {
    message.fault("template", message.find("template")->line,
                  {"there is a `text`, too", "write either `text` or `template`"});
  }
}

void NumbersReader::inherit_test_message(Draft& draft) const {
  draft.test_to.inherit(defaults_.test_to);
  // What is said in the message is one thing, however it is said.
  if (!draft.test_text.given && !draft.template_name.given) {
    draft.test_text = defaults_.test_text;
    draft.template_name = defaults_.template_name;
    draft.template_language = defaults_.template_language;
  }
  draft.test_wait.inherit(defaults_.test_wait);
  draft.test_inbound.inherit(defaults_.test_inbound);
  draft.test_evidence.inherit(defaults_.test_evidence);
}

// Of numbers that speak of a test message themselves, or have a recipient from `defaults`.
void NumbersReader::check_test_message(const Draft& draft, const Section& section) const {
  if (!draft.test_to.given && draft.test_line == 0) return;
  const int line = draft.test_line != 0 ? draft.test_line : section.line();
  const std::string who = draft.phone.value.e164.empty() ? std::string("the number") : draft.phone.value.e164;
  const auto note = [&](std::string message, std::string fix) {
    findings_.add(section.place(line), {std::move(message), std::move(fix)});
  };
  const auto require = [&](bool given, std::string_view what, std::string fix) {
    if (!given) note(fmt::format("the test message of {} has no {}", who, what), std::move(fix));
  };
  require(draft.test_to.given, "`to`", "write the telephone of somebody who agrees to it, as in +4915110000099");
  require(draft.test_text.given || draft.template_name.given, "`text` and no `template`",
          "write one of them; outside of an open customer service window only a template is delivered");
  require(draft.test_evidence.given, "`evidence`",
          "say where its webhooks are to be found: listen:FILE, file:PATH or cmd:COMMAND");
  if (draft.test_to.given && !draft.test_to.value.e164.empty() && draft.test_to.value == draft.phone.value) {
    note(fmt::format("the test message of {} goes to the number itself", who), "name another telephone of yours");
  }
}

TestMessage NumbersReader::test_message_of(Draft& draft) {
  if (draft.test_to.value.e164.empty()) return {};
  return {.to = std::move(draft.test_to.value.e164),
          .to_region = std::move(draft.test_to.value.region),
          .text = std::move(draft.test_text.value),
          .template_name = std::move(draft.template_name.value),
          .template_language = std::move(draft.template_language.value),
          .wait = draft.test_wait.value,
          .inbound = draft.test_inbound.value,
          .evidence = std::move(draft.test_evidence.value)};
}

}  // namespace wamigrate::inventory
