// Witnesses: each watches one promise of the contract (section 4) and complains when it is broken. They look at what
// reached the vendor, at the vendor's own books, and at what is durable; what the program says of itself is looked at
// only where its word is what the promise is about.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "simulation/doors.hpp"

namespace wamigrate::simulation {

/// When each run has last sent something that changes a number: by number and run.
using LastChanges = std::map<std::string, std::map<int, Time>>;

/// All that a witness may look at. Several processes may be under way at the same time, on one run or on several: what
/// is remembered of a process is remembered by its number.
struct Scene {
  sim::World& world;
  rig::MemoryRunStore& store;  ///< What is durable of the run.
  rig::MemoryLedger& ledger;   ///< What is durable over all runs.
  const Plan& plan;            ///< What people approved.
  const std::vector<std::string>& secrets;
  bool people_name_pins = true;  ///< Asked for the right PIN they name it.
  int run = 0;                   ///< Which of the simulation's runs.
  int process = 0;               ///< Which of its processes is at work; 0: none.
  const std::string& worker;     ///< Its name among several that share the run; empty: it has the run for itself.
  const std::string& holder;     ///< Its name on its leases.
  Time looked{};                 ///< What its requests brought before this it has dealt with.
  const LastChanges& last_changes;
  Millis clocks_differ{0};  ///< By so much at most.
  Time now{};

  /// Another run has done something to the number later than that.
  bool others_went_on(const std::string& phone, Time since) const {
    const auto last = last_changes.find(phone);
    return last != last_changes.end() && std::any_of(last->second.begin(), last->second.end(), [&](const auto& one) {
             return one.first != run && one.second >= since;
           });
  }
};

class Witness {
 public:
  virtual ~Witness() = default;
  /// The promise, and its number in the contract.
  virtual std::string_view promise() const = 0;

  virtual void run_begins(const Scene&) {}
  virtual void process_begins(const Scene&) {}
  /// A request is about to leave.
  virtual void leaving(const Scene&, const Leaving&) {}
  /// It has left; what follows from it is not written down yet.
  virtual void sent(const Scene&, const Sent&) {}
  virtual void process_ends(const Scene&, [[maybe_unused]] bool killed) {}
  /// The process had no time for a while: it stood still, or waited for a store.
  virtual void stood_still(const Scene&) {}
  /// Bytes that others may come to see: stores, events, pages.
  virtual void written(const Scene&, std::string_view) {}
  /// Nothing goes wrong any more, people have done what they were asked, and nothing moves.
  virtual void run_ends(const Scene&, const Progress&) {}

  const std::vector<std::string>& complaints() const { return complaints_; }

 protected:
  void complain(const Scene& scene, const std::string& what);

 private:
  std::vector<std::string> complaints_;
};

/// One of each, in the order of the contract.
std::vector<std::unique_ptr<Witness>> all_witnesses();

// One a file, in witnesses/.
std::unique_ptr<Witness> observed_before_change();
std::unique_ptr<Witness> identity_agrees();
std::unique_ptr<Witness> durable_intent();
std::unique_ptr<Witness> lands_once();
std::unique_ptr<Witness> backup_goes_along();
std::unique_ptr<Witness> refused_pin_not_repeated();
std::unique_ptr<Witness> shared_pin_proven_first();
std::unique_ptr<Witness> rations_kept();
std::unique_ptr<Witness> cloud_let_go_last();
std::unique_ptr<Witness> no_secret_written();
std::unique_ptr<Witness> backups_are_gone();
std::unique_ptr<Witness> changed_meanwhile_untouched();
std::unique_ptr<Witness> expired_token_fails_nothing();
std::unique_ptr<Witness> ends_honestly();
std::unique_ptr<Witness> served_where_possible();
std::unique_ptr<Witness> straight_to_verification();
std::unique_ptr<Witness> one_holder();
std::unique_ptr<Witness> shared_changed_once();
std::unique_ptr<Witness> message_sent_once();

}  // namespace wamigrate::simulation
