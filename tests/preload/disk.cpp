// What a program does to its files, in order, as a disk without power would have to know it: loaded before the C
// library, it appends every write, sync and change of a name below WAMIGRATE_TEST_DISK_ROOT to the file
// WAMIGRATE_TEST_DISK, and what leaves for the network or for another process between them. support/power_cut.hpp reads
// it. WAMIGRATE_TEST_DISK_CUT=N kills the process just before its Nth sync or message; WAMIGRATE_TEST_DISK_LIES makes
// all syncs vain.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <mutex>
#include <string>

namespace {

constexpr int descriptors = 1024;

struct Recorder {
  std::recursive_mutex mutex;
  int log = -1;
  std::string root;
  long cut_at = 0;
  long events = 0;
  long full_at = 0;
  long changes = 0;
  bool lies = false;
  bool read_only = false;
  ino_t file_of[descriptors] = {};  ///< The tracked file or directory behind a descriptor; 0: none.
  std::string path_of[descriptors];

  Recorder() {
    const char* file = ::getenv("WAMIGRATE_TEST_DISK");
    const char* top = ::getenv("WAMIGRATE_TEST_DISK_ROOT");
    const char* cut = ::getenv("WAMIGRATE_TEST_DISK_CUT");
    if (file == nullptr || top == nullptr) return;
    root = top;
    cut_at = cut == nullptr ? 0 : ::atol(cut);
    const char* full = ::getenv("WAMIGRATE_TEST_DISK_FULL");
    full_at = full == nullptr ? 0 : ::atol(full);
    lies = ::getenv("WAMIGRATE_TEST_DISK_LIES") != nullptr;
    read_only = ::getenv("WAMIGRATE_TEST_DISK_READ_ONLY") != nullptr;
    log = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  }

  bool tracks(const std::string& path) const { return log >= 0 && path.compare(0, root.size(), root) == 0; }
  ino_t file(int fd) const { return log >= 0 && fd >= 0 && fd < descriptors ? file_of[fd] : 0; }

  void note(char type, ino_t file, long offset, const std::string& path, const void* data, std::size_t size) const {
    char head[128];
    const int length = ::snprintf(head, sizeof head, "%c %lu %ld %zu %zu\n", type, static_cast<unsigned long>(file),
                                  offset, path.size(), size);
    std::string record(head, static_cast<std::size_t>(length));
    record += path;
    if (size > 0) record.append(static_cast<const char*>(data), size);
    ::syscall(SYS_write, log, record.data(), record.size());
  }
  /// Whether the disk takes no more; errno says why.
  bool refuses() {
    ++changes;
    if (read_only) return errno = EROFS, true;
    return full_at > 0 && changes >= full_at && (errno = ENOSPC, true);
  }
  void maybe_cut() {
    if (log >= 0 && ++events == cut_at) ::syscall(SYS_kill, ::getpid(), SIGKILL);
  }
};

Recorder& recorder() {
  static Recorder one;
  return one;
}

std::string absolute(const char* path) {
  if (path[0] == '/') return path;
  char here[4096];
  return ::getcwd(here, sizeof here) == nullptr ? std::string(path) : std::string(here) + "/" + path;
}

int open_noted(const char* path, int flags, mode_t mode) {
  Recorder& disk = recorder();
  const std::string full = absolute(path);
  if (!disk.tracks(full)) return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
  const std::lock_guard lock(disk.mutex);
  struct stat about {};
  const bool existed = ::stat(path, &about) == 0;
  if (disk.read_only && (flags & O_ACCMODE) != O_RDONLY) return errno = EROFS, -1;
  if (!existed && (flags & O_CREAT) != 0 && disk.refuses()) return -1;
  const auto fd = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
  if (fd < 0 || fd >= descriptors || ::fstat(fd, &about) != 0) return fd;
  disk.file_of[fd] = about.st_ino;
  disk.path_of[fd] = full;
  if (!existed) disk.note('c', about.st_ino, 0, full, nullptr, 0);
  if (existed && (flags & O_TRUNC) != 0) disk.note('t', about.st_ino, 0, "", nullptr, 0);
  return fd;
}

int sync_noted(int fd, long call) {
  Recorder& disk = recorder();
  const ino_t file = disk.file(fd);
  if (file == 0) return static_cast<int>(::syscall(call, fd));
  const std::lock_guard lock(disk.mutex);
  disk.maybe_cut();
  const auto result = static_cast<int>(::syscall(call, fd));
  struct stat about {};
  if (result == 0 && !disk.lies && ::fstat(fd, &about) == 0) {
    disk.note(S_ISDIR(about.st_mode) ? 'd' : 's', file, 0, disk.path_of[fd], nullptr, 0);
  }
  return result;
}

ssize_t pwrite_noted(int fd, const void* data, std::size_t size, off_t offset) {
  Recorder& disk = recorder();
  const ino_t file = disk.file(fd);
  if (file == 0) return ::syscall(SYS_pwrite64, fd, data, size, offset);
  const std::lock_guard lock(disk.mutex);
  if (disk.refuses()) return -1;
  const ssize_t written = ::syscall(SYS_pwrite64, fd, data, size, offset);
  if (written > 0) disk.note('w', file, offset, "", data, static_cast<std::size_t>(written));
  return written;
}

int truncate_noted(int fd, off_t size) {
  Recorder& disk = recorder();
  const ino_t file = disk.file(fd);
  if (file == 0) return static_cast<int>(::syscall(SYS_ftruncate, fd, size));
  const std::lock_guard lock(disk.mutex);
  const auto result = static_cast<int>(::syscall(SYS_ftruncate, fd, size));
  if (result == 0) disk.note('t', file, size, "", nullptr, 0);
  return result;
}

ssize_t say(int fd, const void* data, std::size_t size, int flags, long call) {
  Recorder& disk = recorder();
  if (disk.log < 0) return ::syscall(call, fd, data, size, flags, nullptr, 0);
  const std::lock_guard lock(disk.mutex);
  disk.maybe_cut();
  disk.note('n', 0, 0, "", data, size);
  return ::syscall(call, fd, data, size, flags, nullptr, 0);
}

/// A change of names, noted when it was made: rename, link, unlink, mkdir.
template <class Change>
int change_noted(char type, const char* path, const char* other, Change change) {
  Recorder& disk = recorder();
  const std::string full = absolute(path);
  if (!disk.tracks(full)) return change();
  const std::lock_guard lock(disk.mutex);
  if (type != 'u' && disk.refuses()) return -1;
  const int result = change();
  if (result == 0) {
    const std::string second = other == nullptr ? "" : absolute(other);
    disk.note(type, 0, 0, full, second.data(), second.size());
  }
  return result;
}

mode_t mode_in(int flags, va_list more) { return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0; }

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_in(flags, more);
  va_end(more);
  return open_noted(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_in(flags, more);
  va_end(more);
  return open_noted(path, flags, mode);
}

int mkostemp(char* name, int flags) {
  char* const end = name + ::strlen(name) - 6;
  for (int i = 0; i < 1'000'000; ++i) {
    ::snprintf(end, 7, "%06d", i);
    const int fd = open_noted(name, flags | O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
  return -1;
}

int mkostemp64(char* name, int flags) { return mkostemp(name, flags); }

int close(int fd) {
  if (fd >= 0 && fd < descriptors) recorder().file_of[fd] = 0;
  return static_cast<int>(::syscall(SYS_close, fd));
}

int fsync(int fd) { return sync_noted(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_noted(fd, SYS_fdatasync); }

ssize_t pwrite(int fd, const void* data, std::size_t size, off_t offset) {
  return pwrite_noted(fd, data, size, offset);
}
ssize_t pwrite64(int fd, const void* data, std::size_t size, off_t offset) {
  return pwrite_noted(fd, data, size, offset);
}

ssize_t write(int fd, const void* data, std::size_t size) {
  Recorder& disk = recorder();
  const ino_t file = disk.file(fd);
  if (file != 0) {
    const std::lock_guard lock(disk.mutex);
    if (disk.refuses()) return -1;
    const off_t offset = ::lseek(fd, 0, SEEK_CUR);
    const ssize_t written = ::syscall(SYS_write, fd, data, size);
    if (written > 0) disk.note('w', file, offset, "", data, static_cast<std::size_t>(written));
    return written;
  }
  return say(fd, data, size, 0, SYS_write);
}

// Streams write through the C library, which does not ask us.
std::size_t fwrite(const void* data, std::size_t size, std::size_t count, FILE* stream) {
  static const auto original = reinterpret_cast<decltype(&::fwrite)>(::dlsym(RTLD_NEXT, "fwrite"));
  Recorder& disk = recorder();
  if (disk.log < 0 || (stream != stdout && stream != stderr)) return original(data, size, count, stream);
  const std::lock_guard lock(disk.mutex);
  disk.maybe_cut();
  disk.note('n', 0, 0, "", data, size * count);
  return original(data, size, count, stream);
}

ssize_t send(int fd, const void* data, std::size_t size, int flags) { return say(fd, data, size, flags, SYS_sendto); }

int ftruncate(int fd, off_t size) noexcept { return truncate_noted(fd, size); }
int ftruncate64(int fd, off_t size) noexcept { return truncate_noted(fd, size); }

int rename(const char* from, const char* to) noexcept {
  return change_noted('r', from, to, [&] { return static_cast<int>(::syscall(SYS_rename, from, to)); });
}
int link(const char* from, const char* to) noexcept {
  return change_noted('l', from, to, [&] { return static_cast<int>(::syscall(SYS_link, from, to)); });
}
int unlink(const char* path) noexcept {
  return change_noted('u', path, nullptr, [&] { return static_cast<int>(::syscall(SYS_unlink, path)); });
}
int mkdir(const char* path, mode_t mode) noexcept {
  return change_noted('m', path, nullptr, [&] { return static_cast<int>(::syscall(SYS_mkdir, path, mode)); });
}
}
