// A power cut, after the fact: what a disk holds that lost its power at some moment of a recorded process
// (preload/disk.cpp). What was synced is there; what was only written may be there, or not, or by half. Names count as
// content of their directory: they are there for certain once that was synced.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace wamigrate::tests {

struct DiskEvent {
  char type =
      0;  ///< w(rite), t(runcate), s(ync), c(reate), m(kdir), r(ename), l(ink), u(nlink), d(irectory sync), n(ews)
  std::uint64_t file = 0;
  std::uint64_t offset = 0;  ///< Of a write; the size of a truncation.
  std::string path;
  std::string data;  ///< What was written or said; the other name.
};

/// The record of a process, in order.
std::vector<DiskEvent> read_disk_events(const std::filesystem::path& record);

/// What became of all that was not synced.
enum class Unsynced { dropped, kept, torn, mixed };
const char* name(Unsynced unsynced);

class Disk {
 public:
  void apply(const DiskEvent& event);
  /// Writes what is left under `root` as recorded to `into`. Of memory that processes share (-shm) nothing is left.
  void lay_out(const std::string& root, const std::filesystem::path& into, Unsynced unsynced, unsigned seed = 0) const;

 private:
  struct Write {
    bool truncates = false;
    std::uint64_t offset = 0;
    std::string data;
  };
  struct File {
    std::string synced;
    std::vector<Write> pending;
  };
  struct Naming {
    DiskEvent event;
    std::size_t file = 0;  ///< Of a creation.
    bool synced = false;
  };

  static void write(std::string& content, const Write& write);
  std::string content(const File& file, Unsynced unsynced, unsigned seed) const;

  std::vector<File> files_;
  std::map<std::uint64_t, std::size_t> file_of_;
  std::vector<Naming> namings_;
};

}  // namespace wamigrate::tests
