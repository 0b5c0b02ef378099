// Files through POSIX calls: streams of the standard library can neither sync nor say why something failed. A file is
// written beside its old version and swapped in, so that a crash leaves the one or the other and never a half.
#include "ports/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <vector>

#include "ports/descriptor.hpp"

namespace wamigrate {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_file_bytes = 256UL * 1024 * 1024;
constexpr mode_t others_may_write = S_IWGRP | S_IWOTH;
constexpr mode_t others_may_anything = S_IRWXG | S_IRWXO;

std::string advice(int error) {
  switch (error) {
    case ENOENT:
      return "check the path";
    case EACCES:
    case EPERM:
      return "check who owns it and its permissions";
    case ENOSPC:
    case EDQUOT:
      return "free some space there, then try again";
    case EROFS:
      return "the file system is read-only: choose another place";
    case EISDIR:
      return "name a file, not a directory";
    case ENOTDIR:
      return "a part of the path is not a directory: check the path";
    default:
      return "check the path and the disk";
  }
}

/// What the last system call said.
tl::unexpected<Error> failed(std::string_view doing, const fs::path& path) {
  const int error = errno;
  return fail(fmt::format("{} {} failed: {}", doing, path.string(), std::generic_category().message(error)),
              advice(error));
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

fs::path directory_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

enum class Durable { yes, no };

/// A complete file under a name of its own beside `file`, gone again unless it was moved away.
class Draft {
 public:
  explicit Draft(const fs::path& file) : name_(file.string() + ".XXXXXX") {}
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    if (made_) ::unlink(name_.c_str());
  }

  Result<void> write(std::string_view content, mode_t mode, Durable durable = Durable::yes) {
    return write([content](const TakePiece& take) { take(content); }, mode, durable);
  }
  Result<void> write(const std::function<void(const TakePiece&)>& write_pieces, mode_t mode,
                     Durable durable = Durable::yes) {
    const Descriptor fd(::mkostemp(name_.data(), O_CLOEXEC));
    if (!fd.valid()) return failed("writing beside", name_);
    made_ = true;
    int error = 0;
    write_pieces([&](std::string_view piece) {
      if (error == 0 && !write_all(fd.get(), piece)) error = errno;
    });
    errno = error;
    if (error != 0 || ::fchmod(fd.get(), mode) != 0) return failed("writing", name_);
    if (durable == Durable::yes && ::fsync(fd.get()) != 0) return failed("writing", name_);
    return {};
  }
  Result<void> swap_in(const fs::path& file) {
    if (::rename(name_.c_str(), file.c_str()) != 0) return failed("writing", file);
    made_ = false;
    return {};
  }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  bool made_ = false;
};

fs::path home_directory() {
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') return home;
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16UL * 1024);
  if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return found->pw_dir;
  }
  return "/";
}

}  // namespace

Result<std::string> read_file(const fs::path& file) {
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return failed("opening", file);
  struct stat about {};
  if (::fstat(fd.get(), &about) != 0) return failed("looking at", file);
  // Room for one byte more than announced, so that the end is found without moving what may be a secret.
  std::string content(std::min(static_cast<std::size_t>(about.st_size), max_file_bytes) + 1, '\0');
  std::size_t size = 0;
  while (true) {
    if (size == content.size()) content.resize(2 * size);
    const ssize_t got = ::read(fd.get(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("reading", file);
    size += static_cast<std::size_t>(got);
    if (size > max_file_bytes) {
      return fail(fmt::format("{} is larger than 256 MiB", file.string()), "check that it is the file you mean");
    }
    if (got == 0) break;
  }
  content.resize(size);
  return content;
}

Result<void> write_file(const fs::path& file, std::string_view content, bool only_owner) {
  return write_file_in_pieces(
      file, [content](const TakePiece& take) { take(content); }, only_owner);
}

Result<void> write_file_in_pieces(const fs::path& file, const std::function<void(const TakePiece& take)>& write,
                                  bool only_owner) {
  Draft draft(file);
  if (auto written = draft.write(write, only_owner ? 0600 : 0644); !written) return written;
  if (auto swapped = draft.swap_in(file); !swapped) return swapped;
  return sync_directory(directory_of(file));
}

Result<void> swap_file(const fs::path& file, std::string_view content) {
  Draft draft(file);
  if (auto written = draft.write(content, 0644, Durable::no); !written) return written;
  return draft.swap_in(file);
}

Result<bool> write_new_file(const fs::path& file, std::string_view content) {
  Draft draft(file);
  if (auto written = draft.write(content, 0600); !written) return tl::make_unexpected(written.error());
  if (::link(draft.name().c_str(), file.c_str()) != 0) {
    if (errno == EEXIST) return false;
    return failed("writing", file);
  }
  if (auto synced = sync_directory(directory_of(file)); !synced) return tl::make_unexpected(synced.error());
  return true;
}

Result<void> sync_directory(const fs::path& directory) {
  const Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() || ::fsync(fd.get()) != 0) return failed("syncing the directory", directory);
  return {};
}

Result<void> make_private_directory(const fs::path& directory) {
  struct stat about {};
  if (::stat(directory.c_str(), &about) != 0) {
    if (errno != ENOENT) return failed("looking at", directory);
    const fs::path parent = directory_of(directory);
    if (std::error_code ignored; parent != directory && !fs::exists(parent, ignored)) {
      if (auto made = make_private_directory(parent); !made) return made;
    }
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return failed("making the directory", directory);
    // Or a power cut takes the directory away with all that is written into it from now on.
    if (auto synced = sync_directory(parent); !synced) return synced;
    if (::stat(directory.c_str(), &about) != 0) return failed("looking at", directory);
  }
  if (!S_ISDIR(about.st_mode)) {
    return fail(fmt::format("{} is not a directory", directory.string()), "choose another path");
  }
  if ((about.st_mode & others_may_write) != 0) {
    return fail(fmt::format("others than its owner may write into the directory {}", directory.string()),
                fmt::format("run: chmod 700 {}", directory.string()));
  }
  return {};
}

namespace {

Result<void> require_private(const fs::path& path, std::string_view may, std::string_view mode) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return failed("looking at", path);
  if ((about.st_mode & others_may_anything) != 0) {
    return fail(fmt::format("others than its owner may {} {}", may, path.string()),
                fmt::format("run: chmod {} {}", mode, path.string()));
  }
  if (about.st_uid != ::geteuid() && about.st_uid != 0) {
    return fail(fmt::format("{} belongs to another user", path.string()), "use one of your own");
  }
  return {};
}

}  // namespace

Result<void> require_private_directory(const fs::path& directory) {
  return require_private(directory, "look into", "700");
}

Result<void> require_private_file(const fs::path& file) { return require_private(file, "read or write", "600"); }

Result<void> require_executable(const fs::path& file) {
  std::error_code problem;
  const fs::file_status status = fs::status(file, problem);
  if (!fs::exists(status)) return fail(fmt::format("{} is not there", file.string()), "check the path");
  if (!fs::is_regular_file(status)) return fail(fmt::format("{} is no file", file.string()), "name a program");
  if (::access(file.c_str(), X_OK) != 0) {
    return fail(fmt::format("{} may not be executed", file.string()), fmt::format("chmod +x {}", file.string()));
  }
  return {};
}

Result<std::uint64_t> free_space(const fs::path& directory) {
  std::error_code problem;
  fs::path there = fs::absolute(directory, problem);
  while (!problem && !fs::exists(there, problem) && there.has_relative_path()) there = there.parent_path();
  const fs::space_info space = fs::space(there, problem);
  if (problem) return fail(fmt::format("{}: {}", there.string(), problem.message()));
  return space.available;
}

fs::path expand_home(const std::string& path) {
  if (path == "~") return home_directory();
  if (path.starts_with("~/")) return home_directory() / path.substr(2);
  return path;
}

fs::path default_state_dir() {
  // The XDG specification says that a relative path there is to be ignored.
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/') {
    return fs::path(state) / "wamigrate";
  }
  return home_directory() / ".local" / "state" / "wamigrate";
}

std::string process_name() {
  std::string host(256, '\0');
  if (::gethostname(host.data(), host.size() - 1) != 0) host = "unknown";
  return fmt::format("{}:{}", host.c_str(), ::getpid());
}

}  // namespace wamigrate
