// loadtest: the same bounded mix of real messages to either side, measured; and two results side by side.
#include <fmt/format.h>

#include <atomic>

#include "base/digest.hpp"
#include "base/plain_text.hpp"
#include "documents.hpp"
#include "load_run.hpp"
#include "messages/mix_request.hpp"
#include "number_hold.hpp"
#include "plan/load_check.hpp"
#include "ports/files.hpp"
#include "report/load.hpp"
#include "stop_signals.hpp"
#include "workbench.hpp"

namespace wamigrate::cli {
namespace {

namespace po = boost::program_options;
using namespace std::chrono_literals;

constexpr int most_messages = 1'000'000;
constexpr int most_connections = 1000;
constexpr std::size_t shown_at_most = 600;  // of a body, by a dry run
constexpr std::string_view command_line =
    "wamigrate loadtest INVENTORY MIX --side cloud|onprem --max-messages N -o RESULT";

std::atomic<bool> stop_sending = false;

/// What was asked for, as far as it can be told without asking either side.
struct LoadOrder {
  Fleet fleet;
  std::size_t number = 0;
  Hosting side = Hosting::cloud;
  MessageMix mix;
  std::string mix_digest;  ///< Of the file: what is not told of it (recipients, parameters) is compared all the same.
  Schedule schedule;
  std::size_t cap = 0;
  int connections = 64;
  std::string store, output;
  Millis wait = 60s;

  const Number& one() const { return fleet.numbers[number]; }
  api::Side api_side() const { return side == Hosting::cloud ? api::Side::graph : api::Side::onprem; }
};

Result<int> whole_of(const Invocation& invocation, const std::string& option, int otherwise, int most) {
  const int amount = invocation.number(option).value_or(otherwise);
  if (amount >= 1 && amount <= most) return amount;
  return fail(fmt::format("--{} {} is not possible", option, amount), fmt::format("give a number from 1 to {}", most));
}

Result<void> read_options(const Invocation& invocation, LoadOrder& order) {
  const std::string side = invocation.text("side");
  if (side != "cloud" && side != "onprem") {
    return fail(side.empty() ? "--side is missing" : "--side " + side + " is not known",
                "--side cloud or --side onprem");
  }
  order.side = side == "cloud" ? Hosting::cloud : Hosting::onprem;
  if (!invocation.has("max-messages")) {
    return fail("--max-messages is missing: real messages are sent, and somebody pays for them",
                "give the most that may be sent: --max-messages 200");
  }
  const auto cap = whole_of(invocation, "max-messages", 0, most_messages);
  if (!cap) return tl::make_unexpected(cap.error());
  order.cap = static_cast<std::size_t>(*cap);
  const auto connections = whole_of(invocation, "connections", order.connections, most_connections);
  if (!connections) return tl::make_unexpected(connections.error());
  order.connections = *connections;
  if (invocation.has("wait")) {
    const auto wait = parse_duration(invocation.text("wait"));
    if (!wait) return fail("--wait " + invocation.text("wait") + " is no length of time", "write it as 60s or 5m");
    order.wait = *wait;
  }
  order.store = invocation.text("store");
  order.output = invocation.text("output");
  if (order.output.empty() && !invocation.flag("dry-run")) {
    return fail("-o is missing: the result would be lost", "name the file for the result: -o cloud.json");
  }
  std::error_code ignored;
  if (!order.output.empty() && std::filesystem::exists(order.output, ignored)) {
    return fail(order.output + " exists", "name another file for the result, or move this one away");
  }
  return {};
}

/// The file of a message that a mix names.
tl::expected<MixRequest, std::vector<Error>> read_request(const std::string& path) {
  const auto text = read_file(expand_home(path));
  if (!text) return tl::make_unexpected(std::vector<Error>{text.error()});
  return messages::mix_request_from(*text);
}

/// Reads all that was named, or says what is wrong and gives the exit code.
tl::expected<LoadOrder, int> order_of(const Invocation& invocation, const std::vector<std::string>& files) {
  const Console& console = invocation.console();
  LoadOrder order;
  const auto refuse = [&console](const auto& why) { return tl::make_unexpected(console.complain(why)); };
  if (const auto read = read_options(invocation, order); !read) return refuse(read.error());
  auto fleet = load_inventory(files[0]);
  if (!fleet) return refuse(fleet.error());
  order.fleet = std::move(*fleet);
  const auto numbers = selected(order.fleet, invocation);
  if (!numbers) return refuse(numbers.error());
  if (numbers->size() != 1) {
    return refuse(Error{fmt::format("{} numbers are selected, and a load test is about one", numbers->size()),
                        "name it: --select +49…"});
  }
  order.number = numbers->front();
  const auto text = read_file(files[1]);
  if (!text) return refuse(text.error());
  auto mix = read_message_mix(*text, files[1], read_request);
  if (!mix) return refuse(mix.error());
  order.mix = std::move(*mix);
  order.mix_digest = sha256_hex(*text);
  order.schedule = schedule_of(order.mix, order.cap);
  return order;
}

int refuse(const Console& console, const std::vector<LoadRefusal>& refusals) {
  Json list = Json::array();
  for (const LoadRefusal& one : refusals) {
    console.note(fmt::format("refused: {}\n  {}{}", one.message, one.fix,
                             one.source.empty() ? "" : " (source: " + one.source + ")"));
    list.push_back({{"message", one.message}, {"fix", one.fix}, {"source", one.source}});
  }
  console.note("Nothing was sent.");
  if (console.json()) console.print({{"refused", std::move(list)}});
  return blocked;
}

/// What the files alone say against it.
std::vector<LoadRefusal> refusals_without_asking(const LoadOrder& order, Time now) {
  auto refusals = refuse_recipients(order.one(), order.side, order.mix, now);
  if (const auto first = beyond_pair_limit(order.schedule, order.mix.recipients.size())) {
    refusals.push_back(
        {fmt::format("message {} is too many for its recipient: Cloud takes {} at once and then one in {}, and both "
                     "sides are measured alike",
                     *first + 1, pair_burst, to_text(pair_pause)),
         "list more recipients, or lower the rate or the cap", "Meta, about the platform: code 131056"});
  }
  return refusals;
}

std::string summary_of(const LoadOrder& order) {
  std::string text =
      fmt::format("{} message{} to {} recipient{} through {}, from {}, in {}: up to {} a second",
                  order.schedule.messages.size(), order.schedule.messages.size() == 1 ? "" : "s",
                  order.mix.recipients.size(), order.mix.recipients.size() == 1 ? "" : "s", name(order.side),
                  order.one().phone.e164, for_people(order.schedule.length), rate_text(highest_rate(order.mix)));
  if (order.schedule.whole > order.cap) {
    text += fmt::format("; the ramp has {}, the cap of {} ends it early", order.schedule.whole, order.cap);
  }
  return text;
}

/// A request for people: the line of its address, and as much of its body as fits a screen.
std::string for_screen(const std::string& request) {
  const std::size_t line = request.find('\n');
  const std::string body = plain(request.substr(line + 1));
  std::size_t end = std::min(body.size(), shown_at_most);
  while (end < body.size() && (static_cast<unsigned char>(body[end]) & 0xC0) == 0x80) --end;
  return request.substr(0, line + 1) + body.substr(0, end) + (end < body.size() ? "…" : "");
}

int dry_run(const Console& console, const LoadOrder& order, const LoadDoor& door) {
  console.say("Would send " + summary_of(order) + ". Nothing is sent, and neither side is asked.\n");
  Json requests = Json::array();
  std::vector<bool> shown(order.mix.messages.size());
  for (std::size_t i = 0; i < order.schedule.messages.size(); ++i) {
    const DueMessage& due = order.schedule.messages[i];
    if (shown[due.message]) continue;
    shown[due.message] = true;
    const std::string text = door.request_text(i, due);
    console.say(fmt::format("{}, first after {}:\n{}\n", order.mix.messages[due.message].label(), for_people(due.after),
                            for_screen(text)));
    requests.push_back({{"label", order.mix.messages[due.message].label()}, {"request", text}});
  }
  console.print({{"planned", order.schedule.messages.size()},
                 {"of", order.schedule.whole},
                 {"mix", to_json(order.mix)},
                 {"requests", std::move(requests)}});
  return all_done;
}

/// What both sides say of the number, and whether that allows it. The throughput, or the exit code.
tl::expected<Throughput, int> ask_both_sides(const Console& console, const LoadOrder& order, Time now) {
  PlanOptions options;
  options.as_of = std::chrono::floor<std::chrono::days>(now);
  const Readings readings{Reading::graph_node,    Reading::graph_health,    Reading::waba_numbers,
                          Reading::onprem_health, Reading::onprem_settings, Reading::onprem_shards};
  auto looked =
      look(order.fleet, {order.number}, Direction::to_cloud, options, readings, console, secrets_for_real(order.fleet));
  if (!looked) return tl::make_unexpected(looked.error());
  const Surveyed& seen = looked->survey.numbers.front();
  const auto refusals = refuse_load(order.one(), order.side, order.mix, seen.seen, seen.home, now);
  if (!refusals.empty()) return tl::make_unexpected(refuse(console, refusals));
  return throughput_of(order.side, seen.seen);
}

bool agreed(const Invocation& invocation, const LoadOrder& order) {
  const Console& console = invocation.console();
  if (invocation.flag("yes")) return true;
  const std::string question = "Real messages: " + summary_of(order) + ". They cost what messages cost. Send them?";
  if (console.can_ask()) return console.ask(question);
  console.note(question + "\nNobody can be asked here: --yes sends them. Nothing was sent.");
  return false;
}

void describe(const LoadOrder& order, const LoadDoor& door, LoadResult& result) {
  result.side = order.side == Hosting::cloud ? "cloud" : "onprem";
  result.phone = order.one().phone.e164;
  result.target = door.target();
  result.mix = to_json(order.mix);
  result.mix["sha256"] = order.mix_digest;
  result.planned = order.schedule.messages.size();
  result.cap = order.cap;
  result.connections = order.connections;
}

/// Before the first message leaves the result has its place: nobody else's, and one that can be written to. Killed, a
/// test leaves there that it was begun.
Result<void> take_place(const LoadOrder& order, const LoadDoor& door, Time now) {
  LoadResult begun;
  describe(order, door, begun);
  begun.began = now;
  begun.whole = false;
  begun.ended = "begun, and not ended: it was killed, or is under way";
  const auto made = write_new_file(order.output, to_document(to_json(begun)));
  if (!made) return tl::make_unexpected(made.error());
  if (!*made) return fail(order.output + " exists", "name another file for the result, or move this one away");
  return {};
}

int finish(const Invocation& invocation, const LoadOrder& order, const LoadResult& result, bool interrupted) {
  const Console& console = invocation.console();
  const auto written = write_file(order.output, to_document(to_json(result)), true);
  console.print(to_json(result));
  console.say(load_text({result}, console.colour()));
  if (!written) {
    console.note(fmt::format("wamigrate: the messages were sent, and their result could not be written: {}\n  {}",
                             written.error().message, written.error().fix));
    return not_all_migrated;
  }
  console.say(
      fmt::format("\nThe result is in {0}. Beside another: wamigrate loadtest compare {0} OTHER", order.output));
  if (interrupted) return paused;
  return result.whole ? all_done : not_all_migrated;
}

int send(const Invocation& invocation, const LoadOrder& order, LoadDoor& door, SystemClock& clock) {
  const Console& console = invocation.console();
  const auto throughput = ask_both_sides(console, order, clock.now());
  if (!throughput) return throughput.error();
  std::unique_ptr<PostStore> store;
  if (!order.store.empty()) {
    auto opened = PostStore::open(order.store, false, "");
    if (!opened) return console.complain(opened.error());
    store = std::move(*opened);
  }
  if (!agreed(invocation, order)) return paused;
  // Neither a run nor another test has the number meanwhile.
  Workbench bench(order.fleet, secrets_for_real(order.fleet), 1);
  if (const auto opened = bench.open_ledger(true); !opened) return console.complain(opened.error());
  NumberHold hold(*bench.ledger(), clock, order.one().phone.e164);
  if (const auto held = hold.keep(); !held) return refuse(console, {{held.error().message, held.error().fix, ""}});
  const auto transport = real_transport();
  const auto secrets = secrets_for_real(order.fleet);
  if (const auto opened = door.open(*secrets, *transport); !opened) return console.complain(opened.error());
  if (const auto placed = take_place(order, door, clock.now()); !placed) {
    door.close();
    return console.complain(placed.error());
  }

  const StopSignals signals([](int) { stop_sending = true; });
  std::vector<std::string> labels;
  for (const MixMessage& message : order.mix.messages) labels.push_back(message.label());
  LoadRun run({order.schedule, std::move(labels), order.connections, throughput->a_second}, door, clock, stop_sending);
  run.run([&](std::size_t begun, std::size_t taken, std::size_t failed) {
    console.note(fmt::format("{} left, {} taken, {} not", begun, taken, failed));
    const auto held = hold.keep();
    return held ? std::nullopt : std::optional("stopped: " + held.error().message);
  });
  door.close();
  if (store != nullptr) {
    if (const auto told = run.await_deliveries(*store, order.wait); !told) {
      console.note(fmt::format("wamigrate: what became of the messages can't be told: {}\n  {}", told.error().message,
                               told.error().fix));
    }
  }
  LoadResult& result = run.result();
  describe(order, door, result);
  return finish(invocation, order, result, run.was_asked_to_stop());
}

int run_compare(const Invocation& invocation, const std::vector<std::string>& files) {
  const Console& console = invocation.console();
  std::vector<LoadResult> results;
  for (const std::string& file : files) {
    const auto text = read_file(file);
    if (!text) return console.complain(text.error());
    auto result = load_result_from(*text);
    if (!result) return console.complain(Error{file + ": " + result.error().message, result.error().fix});
    results.push_back(std::move(*result));
  }
  const std::string format = console.json() ? "json" : invocation.has("format") ? invocation.text("format") : "text";
  if (console.json() && !invocation.has("output")) {
    console.print(load_json(results));
    return all_done;
  }
  if (format == "text") return deliver(invocation, load_text(results, console.colour() && !invocation.has("output")));
  if (format == "markdown") return deliver(invocation, load_markdown(results));
  if (format == "html") return deliver(invocation, load_html(results));
  if (format == "json") return deliver(invocation, to_document(load_json(results)));
  return console.complain(Error{"--format " + format + " is not known", "text, markdown, html or json"});
}

int run_loadtest(const Invocation& invocation) {
  const Console& console = invocation.console();
  std::vector<std::string> words = invocation.texts("FILE");
  if (!words.empty() && words.front() == "compare") {
    words.erase(words.begin());
    if (words.size() == 1 || words.size() == 2) return run_compare(invocation, words);
    return console.complain(Error{"compare takes one result or two", "wamigrate loadtest compare RESULT [RESULT]"});
  }
  if (words.size() != 2) {
    return console.complain(Error{"an inventory and a mix are wanted", std::string(command_line)});
  }
  const auto order = order_of(invocation, words);
  if (!order) return order.error();
  SystemClock clock;
  const Time now = clock.now();
  if (const auto refusals = refusals_without_asking(*order, now); !refusals.empty()) return refuse(console, refusals);
  const std::string test = "wamigrate-load-" + sha256_hex(order->one().phone.e164 + to_iso(now)).substr(0, 12);
  LoadDoor door(order->fleet, order->one(), order->api_side(), order->mix, test);
  if (invocation.flag("dry-run")) return dry_run(console, *order, door);
  return send(invocation, *order, door, clock);
}

}  // namespace

Command loadtest_command() {
  return {"loadtest",
          "INVENTORY MIX --side cloud|onprem --max-messages N -o RESULT  |  compare RESULT [RESULT]",
          "Sends a bounded mix of real messages through one side and measures it; puts two results side by side.",
          {"FILE…"},
          [](auto& add) {
            add("side", po::value<std::string>(), "which side to measure: cloud or onprem");
            add("select", po::value<std::string>(), "the number, where the inventory has several");
            add("exclude", po::value<std::string>(), "numbers that are not meant");
            add("max-messages", po::value<int>(), "the most that may be sent; there is no default");
            add("store", po::value<std::string>(), "the store of `wamigrate listen`: what became of the messages");
            add("wait", po::value<std::string>(), "how long to wait for that after the last answer (default 60s)");
            add("connections", po::value<int>(), "messages under way at once, at most (default 64)");
            add("dry-run", po::bool_switch(), "only say what would be sent; neither side is asked");
            add("yes", po::bool_switch(), "send without asking");
            add("output,o", po::value<std::string>(), "the file for the result, or for what compare says");
            add("format", po::value<std::string>(), "of compare: text, markdown, html or json");
          },
          run_loadtest};
}

}  // namespace wamigrate::cli
