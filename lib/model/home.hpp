// Home: where a number is served, told from both sides at once. The table of the contract, section 1, as a function.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/fact.hpp"
#include "model/number.hpp"
#include "model/observation.hpp"

namespace wamigrate {

enum class Home { onprem, cloud, nowhere, app, unknown };
std::string_view name(Home home);
std::optional<Home> home_from(std::string_view name);

/// By one of the two that a number is moved between.
constexpr bool is_served(Home home) { return home == Home::onprem || home == Home::cloud; }

/// The home a direction leads to, and the one it leaves.
Home new_home(Direction direction);
Home old_home(Direction direction);
/// The fact that a number has this home; for any but the two, that nobody serves it.
Fact fact_of(Home home);

struct HomeFinding {
  Home home = Home::unknown;
  bool degraded = false;                ///< onprem, but not as its mode asks: shown, and nothing commits.
  bool settled = false;                 ///< False: the answer may still change by itself; patience decides.
  Home after_patience = Home::unknown;  ///< What an unsettled answer means once settle_timeout has passed.
  std::string why;  ///< For people: "Graph says CLOUD_API, CONNECTED; on-premises: 1 node disconnected".
};

/// Where the number is served, from an observation with graph_node, onprem_health and onprem_settings.
HomeFinding find_home(const Number& number, const Observation& seen);

/// Which of the four spellings disagree about who this is: E.164, Graph's display_phone_number, membership of the
/// WABA, and, while it is registered there, on-premises' wa_id. Empty when all that were answered agree.
/// Two spellings of one number (spelling.hpp) are forgiven.
std::string identity_conflict(const Number& number, const Observation& seen);

/// How each side spells a number that all of them mean.
struct Spellings {
  std::string graph;   ///< display_phone_number, as shown.
  std::string onprem;  ///< wa_id; empty while the number is not registered there, or its settings were not answered.
};
/// The spellings, when they are of one number and not the same digits as the inventory's. Nothing when they are, when
/// Graph's was not answered, or when they are of different numbers (identity_conflict says that).
std::optional<Spellings> spelled_differently(const Number& number, const Observation& seen);

/// True when identity was answered in full: Graph's number and WABA membership, and on-premises' wa_id if registered.
bool identity_known(const Observation& seen);

/// Some on-premises node says that it is connected: it holds its number, and `wa_id` says which.
bool is_registered_onprem(const OnpremView& onprem);

/// Every on-premises node has answered that it does not serve, or the client can't be reached at all.
bool onprem_is_silent(const Deployment& deployment, const Observation& seen);

}  // namespace wamigrate
