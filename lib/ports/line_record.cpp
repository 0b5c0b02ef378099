// Appending with the kernel's own lock on the file itself, and fdatasync after each line.
#include "ports/line_record.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <system_error>

#include "ports/descriptor.hpp"
#include "ports/files.hpp"

namespace wamigrate {

namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> failed(std::string_view what, const fs::path& file) {
  const int error = errno;
  return fail(fmt::format("{} {} failed: {}", what, file.string(), std::generic_category().message(error)),
              "choose a place with room where you may write");
}

constexpr off_t longest_line = 1 << 16;

struct Ending {
  std::string last;  ///< The last line that has its end.
  std::string tail;  ///< What stands behind it.
};

/// Nothing when it can't be read, or is longer than lines are.
std::optional<Ending> ending_of(int fd, off_t length) {
  const off_t from = std::max<off_t>(0, length - 2 * longest_line);
  std::string text(static_cast<std::size_t>(length - from), '\0');
  if (::pread(fd, text.data(), text.size(), from) != static_cast<ssize_t>(text.size())) return std::nullopt;
  const std::size_t end = text.rfind('\n');
  if (end == std::string::npos) return from > 0 ? std::nullopt : std::optional(Ending{"", text});
  const std::size_t before = end == 0 ? std::string::npos : text.rfind('\n', end - 1);
  if (before == std::string::npos && from > 0) return std::nullopt;
  const std::size_t begin = before == std::string::npos ? 0 : before + 1;
  return Ending{text.substr(begin, end - begin), text.substr(end + 1)};
}

bool is_cut_off(std::string_view tail, std::string_view begins) {
  return tail.substr(0, begins.size()) == begins.substr(0, tail.size());
}

class RealRecord : public LineRecord {
 public:
  RealRecord(fs::path file, Descriptor fd, off_t length, std::string last)
      : file_(std::move(file)), fd_(std::move(fd)), length_(length), last_(std::move(last)) {}

  const std::string& last_line() const override { return last_; }

  Result<void> append(std::string_view line) override {
    off_t at = length_;
    for (std::string_view rest = line; !rest.empty();) {
      const ssize_t wrote = ::pwrite(fd_.get(), rest.data(), rest.size(), at);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote <= 0) return take_back();
      at += wrote;
      rest.remove_prefix(static_cast<std::size_t>(wrote));
    }
    if (::fdatasync(fd_.get()) != 0) return take_back();
    length_ = at;
    return {};
  }

 private:
  Result<void> take_back() {
    auto failure = failed("writing to", file_);
    static_cast<void>(::ftruncate(fd_.get(), length_) == 0);
    return failure;
  }

  fs::path file_;
  Descriptor fd_;
  off_t length_;
  std::string last_;
};

}  // namespace

Result<std::unique_ptr<LineRecord>> open_line_record(const fs::path& file, const LineForm& form) {
  std::error_code ignored;
  const bool made = !fs::exists(file, ignored);
  Descriptor fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd.valid()) return failed("opening", file);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return fail(file.string() + " is written by another process", "name another file");
    return failed("locking", file);
  }
  const off_t length = ::lseek(fd.get(), 0, SEEK_END);
  const auto ending = length < 0 ? std::nullopt : ending_of(fd.get(), length);
  const bool keep = ending && !ending->tail.empty() && form.is_whole(ending->tail);
  const bool is_record = ending && (ending->last.empty() || form.is_whole(ending->last)) &&
                         (keep || is_cut_off(ending->tail, form.begins));
  if (!is_record) {
    return fail(file.string() + " is no such record: nothing in it was changed", "name another file");
  }
  const off_t whole = keep ? length : length - static_cast<off_t>(ending->tail.size());
  if (whole != length && (::ftruncate(fd.get(), whole) != 0 || ::fdatasync(fd.get()) != 0)) {
    return failed("mending", file);
  }
  if (made) {
    const fs::path directory = file.has_parent_path() ? file.parent_path() : fs::path(".");
    if (auto synced = sync_directory(directory); !synced) return tl::make_unexpected(synced.error());
  }
  auto record = std::make_unique<RealRecord>(file, std::move(fd), whole, keep ? ending->tail : ending->last);
  if (keep) {
    if (auto ended = record->append("\n"); !ended) return tl::make_unexpected(ended.error());
  }
  return record;
}

}  // namespace wamigrate
