// A lock that the kernel keeps: flock() ends with the process that holds it, however that ends, so a lock left behind
// by kill -9 needs nobody to remove it.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "ports/descriptor.hpp"
#include "ports/files.hpp"
#include "ports/store.hpp"

namespace wamigrate {

namespace {

class HeldLock : public FileLock {
 public:
  explicit HeldLock(Descriptor fd) : fd_(std::move(fd)) {}

 private:
  Descriptor fd_;
};

std::string holder_in(int fd) {
  std::array<char, 512> text{};
  const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
  return got <= 0 ? "another process" : std::string(text.data(), static_cast<std::size_t>(got));
}

/// Only for the people who will be told who holds it: the lock does not depend on it.
void note_holder(int fd) {
  const std::string holder = process_name();
  if (::ftruncate(fd, 0) == 0) static_cast<void>(::pwrite(fd, holder.data(), holder.size(), 0) < 0);
}

}  // namespace

Result<std::unique_ptr<FileLock>> lock_file(const std::filesystem::path& file) {
  if (file.has_parent_path()) {
    if (auto made = make_private_directory(file.parent_path()); !made) return tl::make_unexpected(made.error());
  }
  Descriptor fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (fd.valid() && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
    note_holder(fd.get());
    return std::make_unique<HeldLock>(std::move(fd));
  }
  const int error = errno;
  if (fd.valid() && error == EWOULDBLOCK) {
    return fail(fmt::format("{} is in use by {}", file.parent_path().string(), holder_in(fd.get())),
                "wait until that process has ended, or end it");
  }
  return fail(fmt::format("locking {} failed: {}", file.string(), std::generic_category().message(error)),
              "choose a place where you may write");
}

}  // namespace wamigrate
