#include "simulation/bug.hpp"

namespace wamigrate::simulation {

const std::vector<Expected>& planted_bugs() {
  static const std::vector<Expected> all = {
      {Bug::reads_remembered, "1:"},   {Bug::store_forgets, "2:"},   {Bug::settling_too_short, "3, 11:"},
      {Bug::posts_repeated, "3, 11:"}, {Bug::backup_swapped, "4:"},  {Bug::ledger_forgets, "5:"},
      {Bug::ledger_forgets, "6:"},     {Bug::cloud_first, "7:"},     {Bug::replies_echoed, "8:"},
      {Bug::plan_not_compared, "9:"},  {Bug::homes_mistaken, "12:"}, {Bug::ledger_says_spent, "13:"},
      {Bug::completions_late, "14:"},  {Bug::leases_for_all, "15:"}, {Bug::shared_hidden, "16:"},
  };
  return all;
}

std::string_view name(Bug bug) {
  switch (bug) {
    case Bug::none:
      return "no bug";
    case Bug::settling_too_short:
      return "settling too short";
    case Bug::store_forgets:
      return "a store that says durable before it is";
    case Bug::posts_repeated:
      return "a transport that sends requests again by itself";
    case Bug::reads_remembered:
      return "a transport that answers reads from memory";
    case Bug::backup_swapped:
      return "a store that gives back an older backup";
    case Bug::ledger_forgets:
      return "a ledger that forgets";
    case Bug::ledger_says_spent:
      return "a ledger that says all is spent";
    case Bug::leases_for_all:
      return "a ledger that keeps no lease";
    case Bug::cloud_first:
      return "a plan that lets Cloud go first and does not say so";
    case Bug::shared_hidden:
      return "a transport that hides an account's apps";
    case Bug::replies_echoed:
      return "a transport whose failures quote what was sent";
    case Bug::homes_mistaken:
      return "clients that all say they are connected";
    case Bug::plan_not_compared:
      return "a plan that is said to be made from another home";
    case Bug::completions_late:
      return "workers that bring news late";
    case Bug::bytes_by_chance:
      return "chance";
  }
  return "";
}

}  // namespace wamigrate::simulation
