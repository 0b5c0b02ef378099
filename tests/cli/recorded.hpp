// A stage whose program is recorded while it works on its files, and whose disk does as the test wishes
// (preload/disk.cpp): it fills up, or turns read-only, or loses its power.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/stage.hpp"
#include "support/power_cut.hpp"

namespace wamigrate::tests {

/// A run that is planned and not begun, towards where its numbers are not served.
class Recorded {
 public:
  explicit Recorded(sim::ServedBy home = sim::ServedBy::onprem, int numbers = 1);

  /// `apply --json` with the disk's wishes: "CUT", "FULL" (with a count), "LIES", "READ_ONLY".
  Ended apply(const std::map<std::string, std::string>& wishes = {});
  /// Any command, likewise.
  Ended run(const Args& arguments, const std::map<std::string, std::string>& wishes = {});
  /// The same `apply` on a disk in order, and a person's word where an account's reply was lost with the process.
  Ended go_on();
  /// All are served by their new home, registered there once.
  bool has_arrived();

  std::filesystem::path root() const { return stage.home().parent_path(); }
  std::filesystem::path aside() const { return outside_.path() / "disk"; }
  std::vector<DiskEvent> events() const { return read_disk_events(record()); }
  /// Lays the disk out below `into`, in place of what the program has made there.
  void lay_out(const Disk& disk, const std::filesystem::path& into, Unsynced unsynced, unsigned seed) const;

  Stage stage;

 private:
  std::filesystem::path record() const { return outside_.path() / "record"; }

  Place outside_;
  bool to_cloud_;
  int numbers_;
};

}  // namespace wamigrate::tests
