#include "support/power_cut.hpp"

#include <fstream>
#include <random>
#include <set>

namespace wamigrate::tests {
namespace {

namespace fs = std::filesystem;

std::string bytes(std::istream& in, std::size_t size) {
  std::string text(size, '\0');
  in.read(text.data(), static_cast<std::streamsize>(size));
  return text;
}

std::string parent(const std::string& path) { return fs::path(path).parent_path().string(); }

}  // namespace

const char* name(Unsynced unsynced) {
  switch (unsynced) {
    case Unsynced::dropped:
      return "dropped";
    case Unsynced::kept:
      return "kept";
    case Unsynced::torn:
      return "torn";
    case Unsynced::mixed:
      break;
  }
  return "mixed";
}

std::vector<DiskEvent> read_disk_events(const fs::path& record) {
  std::ifstream in(record, std::ios::binary);
  std::vector<DiskEvent> events;
  DiskEvent event;
  std::size_t path = 0;
  std::size_t data = 0;
  while (in >> event.type >> event.file >> event.offset >> path >> data && in.get() == '\n') {
    event.path = bytes(in, path);
    event.data = bytes(in, data);
    if (event.type != 'n' && !event.path.empty()) event.path = fs::path(event.path).lexically_normal().string();
    if (std::string("rl").find(event.type) != std::string::npos) {
      event.data = fs::path(event.data).lexically_normal().string();
    }
    if (in) events.push_back(event);
  }
  return events;
}

void Disk::apply(const DiskEvent& event) {
  switch (event.type) {
    case 'c':
      file_of_[event.file] = files_.size();
      namings_.push_back({event, files_.size(), false});
      files_.emplace_back();
      break;
    case 'm':
    case 'r':
    case 'l':
    case 'u':
      namings_.push_back({event, 0, false});
      break;
    case 'w':
    case 't':
      if (const auto file = file_of_.find(event.file); file != file_of_.end()) {
        files_[file->second].pending.push_back({event.type == 't', event.offset, event.data});
      }
      break;
    case 's':
      if (const auto file = file_of_.find(event.file); file != file_of_.end()) {
        File& synced = files_[file->second];
        for (const Write& one : synced.pending) write(synced.synced, one);
        synced.pending.clear();
      }
      break;
    case 'd': {
      const std::string directory = event.path.ends_with('/') ? parent(event.path) : event.path;
      for (Naming& naming : namings_) {
        const bool of_it = parent(naming.event.path) == directory;
        naming.synced = naming.synced || of_it;
      }
      break;
    }
    default:
      break;
  }
}

void Disk::write(std::string& content, const Write& write) {
  if (write.truncates) {
    content.resize(write.offset, '\0');
    return;
  }
  if (content.size() < write.offset + write.data.size()) content.resize(write.offset + write.data.size(), '\0');
  content.replace(write.offset, write.data.size(), write.data);
}

std::string Disk::content(const File& file, Unsynced unsynced, unsigned seed) const {
  std::string content = file.synced;
  std::mt19937 random(seed);
  const std::size_t half = file.pending.size() / 2;
  for (std::size_t i = 0; i < file.pending.size(); ++i) {
    Write one = file.pending[i];
    const auto how = unsynced == Unsynced::mixed  ? std::uniform_int_distribution<unsigned>(0, 2)(random)
                     : unsynced == Unsynced::kept ? 0U
                     : unsynced == Unsynced::torn ? (i < half    ? 0U
                                                     : i == half ? 1U
                                                                 : 2U)
                                                  : 2U;
    if (how == 2) continue;
    if (how == 1) one.data.resize(one.data.size() / 2);
    write(content, one);
  }
  return content;
}

void Disk::lay_out(const std::string& root, const fs::path& into, Unsynced unsynced, unsigned seed) const {
  std::map<std::string, std::size_t> names;
  std::set<std::string> directories;
  // Names are kept in the order in which they were given: of those that were not synced, the first so many.
  std::size_t pending = 0;
  for (const Naming& naming : namings_) pending += naming.synced ? 0 : 1;
  std::size_t left = unsynced == Unsynced::dropped ? 0 : pending;
  if (unsynced == Unsynced::mixed) left = std::mt19937(seed)() % (pending + 1);
  for (const Naming& naming : namings_) {
    if (!naming.synced && left == 0) continue;
    if (!naming.synced) --left;
    const DiskEvent& event = naming.event;
    if (event.type == 'c') names[event.path] = naming.file;
    if (event.type == 'm') directories.insert(event.path);
    if (event.type == 'l' && names.contains(event.path)) names[event.data] = names[event.path];
    if (event.type == 'r' && names.contains(event.path)) names[event.data] = names[event.path];
    if (event.type == 'r' || event.type == 'u') names.erase(event.path);
  }
  const auto there = [&](const std::string& path) { return into / fs::path(path).lexically_relative(root); };
  for (const std::string& directory : directories) {  // parents come first
    if (!fs::is_directory(there(directory).parent_path())) continue;
    fs::create_directory(there(directory));
    fs::permissions(there(directory), fs::perms(0700));
  }
  for (const auto& [path, file] : names) {
    if (path.ends_with("-shm") || !fs::is_directory(there(path).parent_path())) continue;
    std::ofstream(there(path), std::ios::binary) << content(files_[file], unsynced, seed);
    fs::permissions(there(path), fs::perms(0600));
  }
}

}  // namespace wamigrate::tests
