// The cut-over ledger: reads what a receiver has stored, also while it receives, and sends nothing.
#include <fmt/format.h>

#include <map>
#include <set>
#include <sstream>

#include "base/plain_text.hpp"
#include "cli.hpp"
#include "ports/files.hpp"
#include "ports/post_store.hpp"
#include "webhooks/cutover.hpp"
#include "webhooks/reading.hpp"
#include "webhooks/receiver.hpp"
#include "workbench.hpp"

namespace wamigrate::cli {
namespace {

namespace po = boost::program_options;
using webhooks::CutOver;
using webhooks::Gap;

struct Ledger {
  std::vector<CutOver> numbers;
  PostTotals totals;
  std::optional<std::vector<std::string>> unheard;  ///< Of the messages that --accepted names.
};

Result<Time> time_of_option(const Invocation& invocation, const std::string& option, Time otherwise) {
  if (!invocation.has(option)) return otherwise;
  const auto time = parse_iso(invocation.text(option));
  if (!time) {
    return fail(fmt::format("--{} {} is no time", option, invocation.text(option)), "write it as 2026-11-23T22:00:00Z");
  }
  return *time;
}

Result<webhooks::NumberPairs> pairs_of(const Invocation& invocation) {
  webhooks::NumberPairs pairs;
  for (const std::string& term : terms_of(invocation.text("pairs"))) {
    const auto equals = term.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == term.size()) {
      return fail(fmt::format("--pairs: {} is no pair", term), "write DEPLOYMENT=PHONE_NUMBER_ID, commas in between");
    }
    pairs[term.substr(0, equals)] = term.substr(equals + 1);
  }
  return pairs;
}

Json moment(const std::optional<Time>& time) { return time ? Json(to_iso(*time)) : Json(); }

/// Messages that the sender's own record names, an id a line, and no webhook has told of.
Result<std::vector<std::string>> unheard_of(const std::string& file, PostStore& store) {
  const auto text = read_file(file);
  if (!text) return tl::make_unexpected(text.error());
  std::vector<std::string> unheard;
  std::istringstream lines(*text);
  for (std::string id; std::getline(lines, id);) {
    const std::size_t end = id.find_last_not_of(" \t\r");
    if (end == std::string::npos) continue;
    id.resize(end + 1);
    const auto heard = store.outgoing(id);
    if (!heard) return tl::make_unexpected(heard.error());
    if (!*heard) unheard.push_back(plain(id));
  }
  return unheard;
}

/// Who was to get these messages, by message, as the kept posts tell it. Of whose posts no body is kept any more
/// nothing is known.
Result<std::map<std::string, std::string>> recipients_of(const std::set<std::string>& messages, PostStore& store,
                                                         const Sealer& sealer) {
  const auto totals = store.totals();
  if (!totals) return tl::make_unexpected(totals.error());
  std::map<std::string, std::string> recipients;
  for (std::int64_t id = 1; id <= totals->last; ++id) {
    const auto post = store.post(id);
    if (!post) return tl::make_unexpected(post.error());
    if (!*post || (*post)->sealed.empty()) continue;
    const auto body = sealer.open((*post)->sealed, webhooks::sealing_purpose((*post)->digest));
    if (!body) return tl::make_unexpected(body.error());
    const auto people = webhooks::People::in_full;
    const auto reading = (*post)->side == PostSide::cloud
                             ? webhooks::read_cloud(body->reveal(), people)
                             : webhooks::read_onprem(body->reveal(), (*post)->source, people);
    if (!reading) continue;
    for (const StatusNews& status : reading->statuses) {
      if (messages.contains(status.message) && !status.recipient.empty()) {
        recipients[status.message] = status.recipient;
      }
    }
  }
  return recipients;
}

/// The messages at risk with their recipients in full, a line of JSON each, for whoever sends them again.
Result<void> write_resend(const Invocation& invocation, const Ledger& ledger) {
  SecretRef key;
  if (invocation.has("seal-key")) {
    const auto ref = parse_secret_ref(invocation.text("seal-key"));
    if (!ref) return fail("--seal-key: " + ref.error().message, ref.error().fix);
    key = *ref;
  }
  const auto secrets = make_secret_source();
  const auto sealer = sealer_at(key, *secrets, false);
  if (!sealer) return tl::make_unexpected(sealer.error());
  const auto store = PostStore::open(invocation.text("STORE"), false, sealer->mark(Secret("the seal key"), "webhooks"));
  if (!store) return tl::make_unexpected(store.error());
  std::set<std::string> messages;
  for (const CutOver& number : ledger.numbers) {
    for (const Outgoing& message : number.at_risk) messages.insert(message.message);
  }
  const auto recipients = recipients_of(messages, **store, *sealer);
  if (!recipients) return tl::make_unexpected(recipients.error());
  std::string lines;
  for (const CutOver& number : ledger.numbers) {
    for (const Outgoing& message : number.at_risk) {
      const auto known = recipients->find(message.message);
      lines += to_compact({{"message", message.message},
                           {"recipient", known == recipients->end() ? Json() : Json(known->second)},
                           {"number", number.old_number},
                           {"callback", plain(message.callback)},
                           {"sent", moment(message.sent)}}) +
               "\n";
    }
  }
  const auto written = write_new_file(invocation.text("resend"), lines);
  if (!written) return tl::make_unexpected(written.error());
  if (!*written) return fail(invocation.text("resend") + " exists, and is left as it is", "name another file");
  return {};
}

Result<Ledger> ledger_of(const Invocation& invocation, Direction direction) {
  const auto since = time_of_option(invocation, "since", Time{});
  if (!since) return tl::make_unexpected(since.error());
  const auto until = time_of_option(invocation, "until", latest);
  if (!until) return tl::make_unexpected(until.error());
  const auto pairs = pairs_of(invocation);
  if (!pairs) return tl::make_unexpected(pairs.error());
  const auto store = PostStore::open(invocation.text("STORE"), false, "");
  if (!store) return tl::make_unexpected(store.error());
  const auto sent = (*store)->outgoing_between(*since, *until);
  if (!sent) return tl::make_unexpected(sent.error());
  const auto received = (*store)->incoming_between(*since, *until);
  if (!received) return tl::make_unexpected(received.error());
  const auto totals = (*store)->totals();
  if (!totals) return tl::make_unexpected(totals.error());
  std::optional<std::vector<std::string>> unheard;
  if (invocation.has("accepted")) {
    auto read = unheard_of(invocation.text("accepted"), **store);
    if (!read) return tl::make_unexpected(read.error());
    unheard = std::move(*read);
  }
  const PostSide old_side = direction == Direction::to_cloud ? PostSide::onprem : PostSide::cloud;
  return Ledger{webhooks::cut_overs(*sent, *received, old_side, *pairs), *totals, std::move(unheard)};
}

Json to_json(const Gap& gap) {
  const auto length = gap.length();
  return {{"last_old", moment(gap.last_old)},
          {"first_new", moment(gap.first_new)},
          {"at_most_ms", length ? Json(length->count()) : Json()}};
}

Json to_json(const CutOver& number) {
  Json at_risk = Json::array();
  for (const Outgoing& message : number.at_risk) {
    at_risk.push_back({{"message", message.message},
                       {"recipient", message.recipient},
                       {"callback", plain(message.callback)},
                       {"sent", moment(message.sent)},
                       {"last_heard", to_iso(message.last_heard)}});
  }
  return {{"old_number", number.old_number},     {"new_number", number.new_number},
          {"sending", to_json(number.sending)},  {"receiving", to_json(number.receiving)},
          {"old_delivered", number.delivered},   {"old_failed", number.failed},
          {"new_messages", number.new_messages}, {"new_open", number.new_open},
          {"at_risk", std::move(at_risk)}};
}

std::string line_of(const Gap& gap, std::string_view what) {
  const auto when = [](const std::optional<Time>& time) { return time ? to_iso(*time) : "nothing heard"; };
  std::string line =
      fmt::format("  {}: old home last {}, new home first {}", what, when(gap.last_old), when(gap.first_new));
  if (const auto length = gap.length()) {
    line += *length > Millis(0) ? fmt::format("; a gap of at most {}", for_people(*length)) : "; no gap";
  }
  return line + "\n";
}

std::string text_of(const Ledger& ledger) {
  std::string text;
  for (const CutOver& number : ledger.numbers) {
    text += fmt::format("{} -> {}\n", number.old_number.empty() ? "(not heard)" : number.old_number,
                        number.new_number.empty() ? "(not heard)" : number.new_number);
    text += line_of(number.receiving, "receiving") + line_of(number.sending, "sending");
    text += fmt::format("  old home's messages: {} delivered or read, {} failed, {} never final\n", number.delivered,
                        number.failed, number.at_risk.size());
    text +=
        fmt::format("  new home's messages: {}, of which {} are not final yet\n", number.new_messages, number.new_open);
    for (const Outgoing& message : number.at_risk) {
      text += fmt::format("    at risk: {}  to {}  {}\n", message.message,
                          message.recipient.empty() ? "(not told)" : message.recipient,
                          message.sent ? "sent " + to_iso(*message.sent) : "heard " + to_iso(message.first_heard));
    }
  }
  if (ledger.numbers.empty()) text += "No status and no message was heard in that time.\n";
  if (ledger.unheard) {
    text += fmt::format("accepted, and no webhook told of it: {}\n", ledger.unheard->size());
    for (const std::string& id : *ledger.unheard) text += fmt::format("    at risk: {}\n", id);
  }
  text +=
      "\nA gap is the longest silence that the webhooks allow for; perhaps nobody wrote. A message of which no webhook "
      "told anything is not seen here, but for those whose ids --accepted gives: on-premises clients report sent only "
      "when asked to (webhooks.message.sent). "
      "Nothing is sent again by itself: send what is at risk again where that does no harm.";
  return text;
}

int run_cutover(const Invocation& invocation) {
  const Console& console = invocation.console();
  Direction direction = Direction::to_cloud;
  if (invocation.has("to")) {
    const auto given = direction_of(invocation);
    if (!given) return console.complain(given.error());
    direction = *given;
  }
  const auto ledger = ledger_of(invocation, direction);
  if (!ledger) return console.complain(ledger.error());
  Json numbers = Json::array();
  for (const CutOver& number : ledger->numbers) numbers.push_back(to_json(number));
  if (invocation.has("resend")) {
    if (auto written = write_resend(invocation, *ledger); !written) return console.complain(written.error());
  }
  console.print({{"posts", ledger->totals.posts},
                 {"forwards_waiting", ledger->totals.awaiting},
                 {"numbers", std::move(numbers)},
                 {"unheard", ledger->unheard ? Json(*ledger->unheard) : Json()}});
  if (!console.json()) console.say(text_of(*ledger));
  if (invocation.has("resend")) {
    console.note("What is at risk, with recipients in full, is in " + invocation.text("resend") +
                 ", for your eyes alone: delete it when it has served.");
  }
  return all_done;
}

}  // namespace

Command cutover_command() {
  return {"cutover",
          "STORE [--to cloud|onprem] [--pairs NAME=ID,…] [--accepted FILE] [--resend FILE]",
          "The cut-over as the webhooks in a receiver's store tell it: gaps, and messages at risk.",
          {"STORE"},
          [](auto& add) {
            add("to", po::value<std::string>(), "where the numbers went: cloud or onprem (default cloud)");
            add("pairs", po::value<std::string>(), "which deployment is which phone_number_id: de-1=106…,de-2=107…");
            add("since", po::value<std::string>(),
                "only what was first heard of from then on, as 2026-11-23T22:00:00Z");
            add("until", po::value<std::string>(), "only what was first heard of before");
            add("accepted", po::value<std::string>(),
                "ids of the messages that the old home accepted, one a line, by your own record");
            add("resend", po::value<std::string>(),
                "a file for what is at risk, with its recipients in full; needs the receiver's seal key");
            add("seal-key", po::value<std::string>(), "env:, file: or cmd: of that key");
          },
          run_cutover};
}

}  // namespace wamigrate::cli
