#include "listen_output.hpp"

#include <fmt/format.h>

#include "report/exposition.hpp"

namespace wamigrate::cli {
namespace {

using namespace std::chrono_literals;
using webhooks::Counts;
using webhooks::ForwardCounts;
using webhooks::Met;

constexpr std::size_t most_events = 20000;

Json to_json(const webhooks::PostEvent& event) {
  Json statuses = Json::array();
  for (const StatusNews& status : event.reading.statuses) {
    Json line = {{"message", status.message},
                 {"status", status.status},
                 {"number", status.number},
                 {"recipient", status.recipient},
                 {"at", to_iso(status.at)}};
    if (!status.code.empty()) line["code"] = status.code;
    statuses.push_back(std::move(line));
  }
  Json messages = Json::array();
  for (const InboundNews& message : event.reading.messages) {
    messages.push_back({{"message", message.message},
                        {"type", message.type},
                        {"number", message.number},
                        {"sender", message.sender},
                        {"at", to_iso(message.at)}});
  }
  return {{"time", to_iso(event.at)},
          {"event", "post"},
          {"side", name(event.side)},
          {"source", event.source},
          {"bytes", event.bytes},
          {"duplicate", event.duplicate},
          {"statuses", std::move(statuses)},
          {"messages", std::move(messages)}};
}

/// Words and counts of all refusals that happened.
Json refusals(const Counts& counts) {
  Json found = Json::object();
  for (std::size_t i = static_cast<std::size_t>(Met::not_stored); i < webhooks::all_met; ++i) {
    const auto met = static_cast<Met>(i);
    if (counts.of(met) > 0) found[std::string(name(met))] = counts.of(met);
  }
  return found;
}

/// The bound that so many of a hundred answers stayed within; empty without answers.
std::string answered_within(const Counts& counts, int percent) {
  std::uint64_t all = 0;
  for (const auto& count : counts.answered) all += count;
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < webhooks::answer_bounds.size(); ++i) {
    so_far += counts.answered[i];
    if (all > 0 && so_far * 100 >= all * static_cast<std::uint64_t>(percent)) {
      return for_people(Millis(webhooks::answer_bounds[i]));
    }
  }
  return all > 0 ? "more than " + for_people(Millis(webhooks::answer_bounds.back())) : "";
}

std::string metrics_of(const Counts& counts, const ForwardCounts& forwards) {
  report::Exposition out;
  out.family("webhooks", "counter", "Requests by what became of them; docs/formats.md says what each word means.");
  for (std::size_t i = 0; i < webhooks::all_met; ++i) {
    out.sample("_total", report::label("met", name(static_cast<Met>(i))), counts.of(static_cast<Met>(i)));
  }
  out.family("webhook_statuses", "counter", "Statuses in the posts that were stored.");
  out.sample("_total", "", counts.statuses.load());
  out.family("webhook_messages", "counter", "Messages from people in the posts that were stored.");
  out.sample("_total", "", counts.messages.load());
  out.family("webhook_answer_seconds", "histogram", "From the last byte of a post to its answer.", "seconds");
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < webhooks::answer_bounds.size(); ++i) {
    so_far += counts.answered[i];
    out.sample("_bucket", report::label("le", report::seconds(Millis(webhooks::answer_bounds[i]))), so_far);
  }
  so_far += counts.answered.back();
  out.sample("_bucket", report::label("le", "+Inf"), so_far);
  out.sample("_count", "", so_far);
  out.sample("_sum", "", report::seconds(Millis(static_cast<Millis::rep>(counts.answered_ms.load()))));
  out.family("webhook_forwards", "counter", "Posts that the consumer has taken.");
  out.sample("_total", "", forwards.forwarded);
  out.family("webhook_forward_failures", "counter", "Attempts that it has not.");
  out.sample("_total", "", forwards.failures);
  out.family("webhook_forwards_waiting", "gauge", "Posts that wait to be forwarded.");
  out.sample("", "", forwards.awaiting);
  return std::move(out).end();
}

ForwardCounts counts_of(webhooks::Forwarder* forwarder) {
  return forwarder == nullptr ? ForwardCounts() : forwarder->counts();
}

}  // namespace

Result<void> ListenOutput::serve_metrics(int port) {
  auto server = MetricsServer::start(port);
  if (!server) return tl::make_unexpected(server.error());
  metrics_ = std::move(*server);
  console_.note(fmt::format("The receiver's figures: http://127.0.0.1:{}/metrics", metrics_->port()));
  return {};
}

void ListenOutput::post(webhooks::PostEvent event) {
  if (!console_.json()) return;
  const std::lock_guard lock(mutex_);
  if (events_.size() >= most_events) {
    ++dropped_;
  } else {
    events_.push_back(std::move(event));
  }
}

void ListenOutput::print_events() {
  std::vector<webhooks::PostEvent> events;
  std::uint64_t dropped = 0;
  {
    const std::lock_guard lock(mutex_);
    events.swap(events_);
    dropped = std::exchange(dropped_, 0);
  }
  for (const webhooks::PostEvent& event : events) console_.print_line(to_json(event));
  if (dropped > 0) {
    console_.print_line({{"time", to_iso(clock_.now())}, {"event", "events_left_out"}, {"count", dropped}});
  }
}

void ListenOutput::trouble(const std::string& text) {
  if (text.empty() || text == last_trouble_) return;
  last_trouble_ = text;
  console_.note(to_iso(clock_.now()) + "  " + text);
  console_.print_line({{"time", to_iso(clock_.now())}, {"event", "trouble"}, {"message", text}});
}

void ListenOutput::print_counts(const Counts& counts, const ForwardCounts& forwards) {
  const Json refused = refusals(counts);
  console_.print_line({{"time", to_iso(clock_.now())},
                       {"event", "counts"},
                       {"stored", {{"cloud", counts.of(Met::stored_cloud)}, {"onprem", counts.of(Met::stored_onprem)}}},
                       {"duplicates", counts.of(Met::duplicate)},
                       {"handshakes", counts.of(Met::handshake)},
                       {"statuses", counts.statuses.load()},
                       {"messages", counts.messages.load()},
                       {"refused", refused},
                       {"forwarded", forwards.forwarded},
                       {"forward_failures", forwards.failures},
                       {"forwards_waiting", forwards.awaiting}});
  std::string text =
      fmt::format("{}  stored {} from Cloud, {} from on-premises ({} statuses, {} messages); {} again; {} refused",
                  to_iso(clock_.now()), counts.of(Met::stored_cloud), counts.of(Met::stored_onprem),
                  counts.statuses.load(), counts.messages.load(), counts.of(Met::duplicate), counts.refused());
  for (const auto& [word, count] : refused.items()) text += fmt::format(", {} {}", word, count.dump());
  if (const std::string half = answered_within(counts, 50); !half.empty()) {
    text += fmt::format("; half answered within {}, 99 of 100 within {}", half, answered_within(counts, 99));
  }
  if (forwards.forwarded + forwards.failures + forwards.awaiting > 0) {
    text += fmt::format("; forwarded {}, {} wait", forwards.forwarded, forwards.awaiting);
    if (forwards.aside > 0) text += fmt::format(", {} refused again and again and tried on aside", forwards.aside);
  }
  console_.say(text);
}

void ListenOutput::tell_news(webhooks::Receiver& receiver, const ForwardCounts& forwards) {
  print_events();
  if (const auto why = receiver.trouble()) trouble("a post was answered 503: " + to_text(*why));
  if (forwards.last_failure.empty()) {
    if (last_trouble_.starts_with("forwarding")) last_trouble_.clear();
  } else {
    trouble("forwarding waits: " + forwards.last_failure);
  }
}

void ListenOutput::tick(webhooks::Receiver& receiver, webhooks::Forwarder* forwarder) {
  const ForwardCounts forwards = counts_of(forwarder);
  tell_news(receiver, forwards);
  const Time now = clock_.now();
  if (metrics_ && now >= next_metrics_) {
    metrics_->publish(std::make_shared<const std::string>(metrics_of(receiver.counts(), forwards)));
    next_metrics_ = now + 1s;
  }
  if (next_counts_ == Time{}) next_counts_ = now + every_;
  if (now < next_counts_) return;
  print_counts(receiver.counts(), forwards);
  next_counts_ = now + every_;
  last_trouble_.clear();  // what lasts is told again
}

void ListenOutput::finish(webhooks::Receiver& receiver, webhooks::Forwarder* forwarder) {
  const ForwardCounts forwards = counts_of(forwarder);
  tell_news(receiver, forwards);
  print_counts(receiver.counts(), forwards);
}

}  // namespace wamigrate::cli
