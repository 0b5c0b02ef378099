// Sheets: what Graph's lists say of whole WhatsApp Business Accounts, for one look at many numbers. A thousand numbers
// cost ten pages then, and an account's apps, templates and review are read once instead of once a number.
//
// Which fields a list carries is not documented. So nothing is concluded from what a list leaves out: the number itself
// is asked for that, and for everything where the list was refused or does not have the number.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "api/graph.hpp"
#include "model/observation.hpp"

namespace wamigrate {

/// Each account is listed when the first of its numbers is looked at; what it said holds as long as this object. Made
/// anew for each look, and never used in a run, where every observation must be fresh. Safe from any thread.
class WabaSheets {
 public:
  /// Keeps the reference.
  explicit WabaSheets(api::GraphClient& graph);
  ~WabaSheets();

  /// What lists can tell of it: node, webhook, health, membership, and the account's apps, templates and review.
  void read(const std::string& waba_id, const std::string& phone_number_id, Readings readings, Observation& seen);

 private:
  struct Sheet;
  Sheet& sheet_of(const std::string& waba_id);
  void read_list(const std::string& waba_id, Sheet& sheet);

  api::GraphClient& graph_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Sheet>> sheets_;  // by WABA
};

}  // namespace wamigrate
