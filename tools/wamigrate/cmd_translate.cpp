// translate and lint: payloads in one API's words, in the other's; and what the other API would do with samples of a
// user's own traffic. Neither needs a network, a token or a run.
#include <fmt/format.h>

#include <iostream>
#include <iterator>

#include "base/plain_text.hpp"
#include "cli.hpp"
#include "documents.hpp"
#include "messages/lint.hpp"
#include "messages/translate.hpp"
#include "model/spelling.hpp"
#include "ports/files.hpp"
#include "report/lint.hpp"
#include "workbench.hpp"

namespace po = boost::program_options;

namespace wamigrate::cli {
namespace {

using messages::Sample;
using messages::Setting;
using messages::Translation;

constexpr std::size_t longest_input = std::size_t{256} << 20;

Result<std::string> read_input() {
  std::string text;
  std::string chunk(std::size_t{1} << 16, '\0');
  while (std::cin.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) || std::cin.gcount() > 0) {
    text.append(chunk, 0, static_cast<std::size_t>(std::cin.gcount()));
    if (text.size() > longest_input) return fail("standard input holds more than 256 MiB", "translate it in parts");
  }
  return text;
}

Result<std::string> text_of(const std::string& file) {
  return file == "-" ? read_input() : read_file(expand_home(file));
}

// The number of the inventory that payloads are about: the one that is named, or the only one.
Result<const Number*> number_of(const Fleet& fleet, const std::string& phone_number_id) {
  if (phone_number_id.empty()) {
    if (fleet.numbers.size() == 1) return &fleet.numbers.front();
    return fail(fmt::format("the inventory holds {} numbers", fleet.numbers.size()),
                "say which one the payloads are about: --phone-number-id");
  }
  for (const Number& number : fleet.numbers) {
    if (number.phone_number_id == phone_number_id) return &number;
  }
  return fail("the inventory has no number with the id " + plain(phone_number_id), "name one that it has");
}

// What options say comes before what the inventory says.
void take(std::string& value, const Invocation& invocation, const char* option) {
  if (invocation.has(option)) value = invocation.text(option);
}

tl::expected<Setting, int> setting_of(const Invocation& invocation) {
  const Console& console = invocation.console();
  Setting setting = messages::unknown_setting();
  if (invocation.has("inventory")) {
    const auto fleet = load_inventory(invocation.text("inventory"));
    if (!fleet) return tl::make_unexpected(console.complain(fleet.error()));
    const auto number = number_of(*fleet, invocation.text("phone-number-id"));
    if (!number) return tl::make_unexpected(console.complain(number.error()));
    setting = {(*number)->phone_number_id, (*number)->waba_id, (*number)->phone.digits(), fleet->graph.version, ""};
  }
  take(setting.phone_number_id, invocation, "phone-number-id");
  take(setting.waba_id, invocation, "waba-id");
  take(setting.graph_version, invocation, "graph-version");
  take(setting.template_namespace, invocation, "namespace");
  if (invocation.has("display-number")) setting.display_number = digits_of(invocation.text("display-number"));
  return setting;
}

void add_setting(po::options_description_easy_init& add) {
  add("to", po::value<std::string>(), "cloud or onprem: the API whose words are wanted");
  add("inventory", po::value<std::string>(), "takes what the options below say from the number in it");
  add("phone-number-id", po::value<std::string>(), "of the number that the payloads are about");
  add("waba-id", po::value<std::string>(), "of its WhatsApp Business Account");
  add("display-number", po::value<std::string>(), "the number itself, as Cloud's webhooks name it");
  add("graph-version", po::value<std::string>(), "v23.0 by default");
  add("namespace", po::value<std::string>(), "of the account's templates, for clients before v2.41.2");
}

/// All samples of an input, or everything that is wrong with it.
tl::expected<std::vector<Sample>, Diagnostics> samples_of(const std::string& text, const std::string& file) {
  std::vector<Sample> samples;
  Diagnostics findings;
  constexpr std::size_t enough = 20;
  const auto refuse = [&](int line, const std::string& why) {
    if (findings.size() < enough) findings.push_back({{file, line}, why, "give JSON, one payload a line"});
  };
  messages::each_sample(
      text,
      [&](Sample sample) {
        if (sample.only_line) return refuse(sample.line, "a line of an access log holds no payload");
        samples.push_back(std::move(sample));
      },
      refuse);
  if (findings.empty() && samples.empty()) findings.push_back({{file, 0}, "there is no payload in it", "give JSON"});
  if (!findings.empty()) return tl::make_unexpected(std::move(findings));
  return samples;
}

Json json_of(const Sample& sample, const Translation& translation) {
  Json results = Json::array();
  for (const auto& result : translation.results) results.push_back(messages::to_json(result));
  Json notes = Json::array();
  for (const auto& note : translation.notes) notes.push_back(messages::to_json(note));
  return {{"line", sample.line},
          {"kind", messages::name(translation.kind)},
          {"already", translation.already},
          {"lossless", translation.lossless()},
          {"results", std::move(results)},
          {"notes", std::move(notes)}};
}

int run_translate(const Invocation& invocation) {
  const Console& console = invocation.console();
  const auto direction = direction_of(invocation);
  if (!direction) return console.complain(direction.error());
  const auto files = invocation.texts("FILE");
  if (files.size() > 1) return console.complain(Error{"translate takes one file", "call it once for each"});
  const std::string file = files.empty() ? "-" : files.front();
  const auto setting = setting_of(invocation);
  if (!setting) return setting.error();
  const auto text = text_of(file);
  if (!text) return console.complain(text.error());
  const auto samples = samples_of(*text, file);
  if (!samples) return console.complain(samples.error());
  bool lossless = true;
  Json translated = Json::array();
  for (const Sample& sample : *samples) {
    const Translation translation = messages::translate(sample.payload, *direction, *setting);
    lossless = lossless && translation.lossless();
    if (console.json()) {
      translated.push_back(json_of(sample, translation));
      continue;
    }
    for (const auto& result : translation.results) std::cout << to_compact(messages::to_json(result)) << "\n";
    for (const auto& note : translation.notes) {
      console.note(fmt::format("{}:{}: {}", plain(file), sample.line, messages::to_text(note)));
    }
  }
  std::cout << std::flush;
  console.print({{"direction", name(*direction)}, {"lossless", lossless}, {"translated", std::move(translated)}});
  return lossless ? all_done : blocked;
}

Result<std::string> lint_as(const messages::Linted& linted, const std::string& format, bool colour) {
  const report::Document document = report::lint_document(linted);
  if (format == "text") return report::to_text(document, colour);
  if (format == "markdown") return report::to_markdown(document);
  if (format == "html") return report::to_html(document);
  if (format == "json") return to_document(messages::to_json(linted));
  return fail("--format " + plain(format) + " is not known", "text, markdown, html or json");
}

int run_lint(const Invocation& invocation) {
  const Console& console = invocation.console();
  const auto direction = direction_of(invocation);
  if (!direction) return console.complain(direction.error());
  const auto files = invocation.texts("FILE");
  if (files.empty()) {
    return console.complain(Error{"lint needs samples of your traffic", "wamigrate lint FILE… --to cloud|onprem"});
  }
  const std::string format = invocation.has("format") ? invocation.text("format") : "text";
  messages::Lint lint(*direction, messages::unknown_setting());
  for (const std::string& file : files) {
    const auto text = text_of(file);
    if (!text) return console.complain(text.error());
    lint.add(file, *text);
  }
  const messages::Linted linted = lint.take();
  const auto page = lint_as(linted, format, console.colour() && !invocation.has("output"));
  if (!page) return console.complain(page.error());
  console.print(messages::to_json(linted));
  if (const int written = deliver(invocation, *page); written != all_done) return written;
  if (!linted.empty.empty()) return unusable_input;
  return linted.must_change() ? blocked : all_done;
}

}  // namespace

Command translate_command() {
  return {"translate",
          "[FILE|-] --to cloud|onprem",
          "Requests, answers and webhooks of messages in the other API's words; every loss is named. Sends nothing.",
          {"FILE…"},
          add_setting,
          run_translate};
}

Command lint_command() {
  return {"lint",
          "FILE… --to cloud|onprem [--format text|markdown|html|json] [-o FILE]",
          "What the other API would do with samples of your traffic: JSON lines, HAR, access logs. Sends nothing.",
          {"FILE…"},
          [](auto& add) {
            add("to", po::value<std::string>(), "cloud or onprem: the API that is to serve the traffic");
            add("format", po::value<std::string>(), "text, markdown, html or json");
            add("output,o", po::value<std::string>(), "the file to write to");
          },
          run_lint};
}

}  // namespace wamigrate::cli
