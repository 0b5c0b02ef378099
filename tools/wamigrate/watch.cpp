#include "watch.hpp"

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "live.hpp"
#include "ports/clock.hpp"
#include "report/status.hpp"
#include "report/words.hpp"

namespace wamigrate::cli {
namespace {

/// The progress of a run that goes on: only what is new in its journal is read and folded.
class Follower {
 public:
  explicit Follower(RunDirectory& run) : run_(run), progress_(begin(run.plan())) {}

  /// Whether there was anything new.
  Result<bool> look() {
    const auto records = run_.store().journal_after(known_);
    if (!records) return tl::make_unexpected(records.error());
    tell_by(progress_, writer_);  // the journal goes on in its writer's time
    for (const std::string& record : *records) {
      const auto entry = entry_from(record);
      if (!entry) return tl::make_unexpected(entry.error());
      if (auto folded = fold(progress_, *entry); !folded) return tl::make_unexpected(folded.error());
    }
    known_ += records->size();
    writer_ = progress_.clock;
    if (!writer_.boot.empty()) tell_by(progress_, SystemClock::mark());
    return !records->empty();
  }
  const Progress& progress() const { return progress_; }

 private:
  RunDirectory& run_;
  Progress progress_;
  ClockMark writer_;
  std::size_t known_ = 0;
};

/// Signals that ask to end are kept waiting, and looked for where nothing is half done.
class Interrupts {
 public:
  Interrupts() {
    sigemptyset(&signals_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals_, signal);
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  }
  ~Interrupts() {
    while (come_within(Millis(0))) continue;  // pressed twice: it ends already
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  /// Waits so long; true when one came before.
  bool come_within(Millis length) const {
    const auto whole = std::chrono::floor<std::chrono::seconds>(length);
    const timespec limit{whole.count(), std::chrono::nanoseconds(length - whole).count()};
    return sigtimedwait(&signals_, nullptr, &limit) > 0;
  }

 private:
  sigset_t signals_{};
  sigset_t before_{};
};

/// What the watcher has in front of him.
class Screen {
 public:
  Screen(const RunDirectory& run, const Console& console)
      : run_(run), console_(console), live_(console), redraws_(console.live() && isatty(STDOUT_FILENO) == 1) {}

  void show(const Progress& progress, Time now, bool changed, bool interrupted) {
    if (redraws_) {
      live_.draw(progress, now, interrupted ? "INTERRUPTED: no process works on this run; apply goes on with it" : "");
    } else if (changed && console_.json()) {
      console_.print_line(status_json(progress, run_.name(), now));
    } else if (changed) {
      console_.say(report::moment(now) + "\n" + status_page(run_, progress, now, console_.colour(), interrupted));
    }
  }
  /// What stays on a terminal.
  void leave(const Progress& progress, Time now, bool interrupted) {
    if (!redraws_) return;
    live_.erase();
    console_.say(status_page(run_, progress, now, console_.colour(), interrupted));
  }

 private:
  const RunDirectory& run_;
  const Console& console_;
  LiveView live_;
  const bool redraws_;
};

}  // namespace

bool was_interrupted(const RunDirectory& run, const Progress& progress) {
  const bool should_run = progress.started_at && !progress.done && progress.paused.empty();
  return should_run && run.lock().has_value();
}

std::string status_page(const RunDirectory& run, const Progress& progress, Time now, bool colour, bool interrupted,
                        const Shown& shown) {
  const std::string name = run.path().string();
  std::string page = status_text(progress, now, colour, name, shown);
  if (interrupted) {
    page += fmt::format(
        "INTERRUPTED: no process works on this run, and the numbers stand as it saw them last. Go on with:\n"
        "  wamigrate apply {}/plan.json --run {}\n",
        name, name);
  }
  return page;
}

int watch(RunDirectory& run, const Console& console, Millis interval) {
  const Interrupts interrupts;
  SystemClock clock;
  Follower follower(run);
  Screen screen(run, console);
  bool first = true;
  bool interrupted = false;
  do {
    const auto news = follower.look();
    if (!news) return console.complain(news.error());
    // The lock is tried only while nothing is heard and it is not known to be free: apply could want it just then.
    const bool was = interrupted;
    if (*news) interrupted = false;
    if (first || (!*news && !interrupted)) interrupted = was_interrupted(run, follower.progress());
    screen.show(follower.progress(), clock.now(), first || *news || interrupted != was, interrupted);
    first = false;
  } while (!follower.progress().done && std::cout && !interrupts.come_within(interval));
  screen.leave(follower.progress(), clock.now(), interrupted);
  return exit_code(follower.progress());
}

}  // namespace wamigrate::cli
