// What the on-premises client says of itself.
#include <fmt/format.h>

#include "plan/findings.hpp"
#include "plan/surroundings.hpp"

namespace wamigrate::preflight {

using R = Check::Result;

void check_client(Findings& findings, const Candidate& c, Direction direction, Time now) {
  const OnpremView& onprem = c.seen->onprem;
  if (c.number->deployment.gone) {
    if (direction == Direction::to_onprem) {
      findings.add("onprem_reachable", R::fail, "the inventory declares the deployment gone: there is nowhere to go to",
                   "name the deployment that is to serve the number");
    }
    return;
  }
  if (onprem.support.answered()) {
    if (onprem.expires && *onprem.expires <= now) {
      findings.add(
          "client_version", direction == Direction::to_onprem ? R::fail : R::warn,
          fmt::format("the on-premises client {} expired on {}", onprem.version, to_iso(*onprem.expires).substr(0, 10)),
          "an expired client can't connect; whether its backup is accepted is not documented",
          "Meta, on-premises sunset");
    } else {
      findings.add("client_version", R::pass,
                   onprem.expires
                       ? fmt::format("client {}, good until {}", onprem.version, to_iso(*onprem.expires).substr(0, 10))
                       : "client " + onprem.version);
    }
  } else if (c.home.home == Home::onprem || direction == Direction::to_onprem) {
    answered(findings, onprem.support, "client_version", "the client's version and expiry");
  }
  if (direction == Direction::to_onprem && onprem.health.how == Asked::How::unreachable) {
    findings.add("onprem_reachable", R::fail,
                 "deployment " + c.number->deployment.name + " can't be reached: " + onprem.health.detail,
                 "start the client (unregistered is fine) and check again");
  }
}

void check_shards(Findings& findings, const Candidate& c) {
  const OnpremView& onprem = c.seen->onprem;
  if (!onprem.shards_asked.answered() || onprem.shards == c.number->deployment.shards) return;
  findings.add(
      "shards", R::warn,
      fmt::format("the client has {} shards, the inventory says {}", onprem.shards, c.number->deployment.shards),
      "correct `shards:` in the inventory: the way back sets what it says", account_migration);
}

void check_throughput(Findings& findings, const Candidate& c, Direction direction) {
  const OnpremView& onprem = c.seen->onprem;
  const std::string source = "Meta, account migration and throughput, 2023-09-12 and 2026-05-21";
  const int shards = onprem.shards_asked.answered() ? onprem.shards : c.number->deployment.shards;
  if (direction == Direction::to_cloud) {
    if (c.home.home != Home::onprem) return;
    findings.add("throughput", R::pass,
                 shards > 1 ? fmt::format("{} shards: Cloud puts the number on high throughput (up to 1,000 messages a "
                                          "second) by itself; for up to a minute it may answer 131057",
                                          shards)
                            : "one shard: Cloud gives 80 messages a second, more where it finds the number eligible",
                 "", source);
    return;
  }
  const std::string& level = c.seen->graph.throughput;
  if (level == "HIGH" && shards < 32) {
    findings.add("throughput", R::warn,
                 fmt::format("Cloud's throughput is HIGH (up to 1,000 messages a second); {} shard{} on-premises carry "
                             "{}",
                             shards, shards == 1 ? "" : "s", shards == 1 ? "about 70" : "less than 250"),
                 "slow senders down before the move, or give the client more shards", source);
  } else if (level.empty()) {
    findings.add("throughput", R::unknown, "Graph does not show the number's throughput",
                 "compare what you send with what the client carries: about 70 messages a second a shard, 250 at most",
                 source);
  } else {
    findings.add("throughput", R::pass,
                 fmt::format("Cloud's throughput is {}; {} on-premises", level,
                             shards == 1 ? "one shard" : fmt::format("{} shards", shards)));
  }
}

namespace {

// Callbacks that only stand in the client's memory are gone when it stops.
void check_persistence(Findings& findings, const OnpremView& onprem) {
  const std::string source = "Meta, on-premises application settings";
  if (!answered(findings, onprem.settings, "callback_persist", "callback_persist")) return;
  const auto persist = flag_at(onprem.application, "callback_persist");
  if (!persist) {
    findings.add("callback_persist", R::unknown, "the client does not show callback_persist",
                 "see that it is on: callbacks are kept in memory alone where it is off", source);
  } else if (!*persist) {
    findings.add("callback_persist", R::warn,
                 "callback_persist is off: callbacks that wait are lost if the client stops",
                 "let the queue drain before anything is restarted; switching it on needs a restart", source);
  } else {
    findings.add("callback_persist", R::pass, "callbacks that wait are kept on disk");
  }
}

}  // namespace

void check_queue(Findings& findings, const Candidate& c) {
  const OnpremView& onprem = c.seen->onprem;
  if (c.home.home != Home::onprem || c.number->deployment.gone) return;
  check_persistence(findings, onprem);
  if (!answered(findings, onprem.queue, "callback_queue", "the callback queue")) return;
  if (!onprem.queue_size) {
    findings.add("callback_queue", R::fail, "the client does not show callback_queue_size",
                 "without it nobody can tell whether callbacks would be lost: enable the app statistics",
                 "Meta, on-premises statistics");
  } else if (*onprem.queue_size > 0) {
    findings.add("callback_queue", R::warn, fmt::format("{} callbacks wait to be delivered", *onprem.queue_size),
                 "the run waits until they are; make sure that the webhook takes them", "Meta, on-premises statistics");
  } else {
    findings.add("callback_queue", R::pass, "every callback is delivered");
  }
}

void check_onprem_webhook(Findings& findings, const Candidate& c) {
  const OnpremView& onprem = c.seen->onprem;
  if (c.number->deployment.gone || !answered(findings, onprem.settings, "webhook", "the on-premises settings")) return;
  const std::string url = text_at(at_path(onprem.application, {"webhooks"}), "url");
  if (url.empty()) {
    findings.add("webhook", R::fail, "messages of this number would go nowhere: the client has no webhook",
                 "set webhooks.url on-premises first (PATCH /v1/settings/application): it is kept and restored",
                 "Meta, on-premises application settings");
  } else {
    findings.add("webhook", R::pass, "messages will go to " + host_of(url));
  }
}

void check_onprem_clock(Findings& findings, const Candidate& c) {
  const auto& ahead = c.seen->onprem_clock_ahead;
  if (!ahead) {
    if (!c.seen->onprem.health.answered()) return;
    findings.add("onprem_clock", R::unknown, "no reply of the client says what time it is there",
                 "see that its host's clock is kept by NTP");
    return;
  }
  if (*ahead <= clock_tolerance && -*ahead <= clock_tolerance) {
    findings.add("onprem_clock", R::pass, "this machine and the client agree on the time");
    return;
  }
  findings.add("onprem_clock", R::warn,
               fmt::format("the clock of deployment {} is {} of this machine's: its tokens, its logs and the measured "
                           "downtime may be off by that",
                           c.number->deployment.name, ahead_or_behind(*ahead)),
               "set the clock of its host (NTP)");
}

}  // namespace wamigrate::preflight
