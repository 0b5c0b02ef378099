// Whether a number may be put under load: what a load test refuses before anything is sent. Pure: from the mix, the
// dated rules, and what both sides say about the number.
#pragma once

#include <string>
#include <vector>

#include "model/home.hpp"
#include "model/message_mix.hpp"
#include "plan/rules.hpp"

namespace wamigrate {

/// How many messages a second a side takes for a number, and why so many.
struct Throughput {
  int a_second = 0;
  std::string why;
};
/// Cloud: 80; 1,000 where the level is HIGH; 20 for a number that is on the WhatsApp Business app too (Meta,
/// throughput, 2026-05). On-premises: about 70 with one shard and 250 with 32 (Clickatell; Meta's comparison page);
/// what lies in between is documented nowhere, and counted as 70.
Throughput throughput_of(Hosting side, const Observation& seen);

/// Why a load test is not begun.
struct LoadRefusal {
  std::string message, fix, source;
};

/// Everything that stands against it, at once. `side` is Cloud or on-premises; `seen` needs graph_node, graph_health
/// and the on-premises readings that find_home() asks for, with onprem_shards.
std::vector<LoadRefusal> refuse_load(const Number& number, Hosting side, const MessageMix& mix, const Observation& seen,
                                     const HomeFinding& home, Time as_of);

/// What stands against the recipients alone: asked before either side is.
std::vector<LoadRefusal> refuse_recipients(const Number& number, Hosting side, const MessageMix& mix, Time as_of);

}  // namespace wamigrate
