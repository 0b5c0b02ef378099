#include "availability_probe.hpp"

#include <fmt/format.h>

#include <atomic>
#include <thread>

#include "measure/sending_probe.hpp"
#include "ports/line_record.hpp"
#include "stop_signals.hpp"
#include "workbench.hpp"

namespace wamigrate::cli {
namespace {

namespace po = boost::program_options;
using namespace std::chrono_literals;

constexpr Millis shortest_interval = 5s;
constexpr Millis longest_interval = 60s;  // a minute without an attempt proves nothing
constexpr Millis nap = 100ms;

std::atomic<bool> asked_to_stop = false;

Result<Millis> length_of(const Invocation& invocation, const std::string& option, Millis otherwise, Millis least,
                         Millis most) {
  if (!invocation.has(option)) return otherwise;
  const auto length = parse_duration(invocation.text(option));
  if (length && *length >= least && *length <= most) return *length;
  return fail(fmt::format("--{} {} is not possible", option, invocation.text(option)),
              fmt::format("give a length from {} to {}", to_text(least), to_text(most)));
}

/// The number that is asked about, and where it was when last seen.
struct Watched {
  const Number* number = nullptr;
  Home last = Home::unknown;
  std::string told;  ///< What was said of it to people: changes alone are.
};

Home home_of(const SendingProbe& probe) { return probe.side == "cloud" ? Home::cloud : Home::onprem; }

Result<void> look_once(Site& site, Clock& clock, Watched& watched, LineRecord& record, const Console& console) {
  const Readings readings{Reading::graph_node, Reading::graph_health, Reading::onprem_health, Reading::onprem_settings};
  const Time at = clock.now();
  const auto probe = sending_probe_of(*watched.number, site.observe(*watched.number, readings), watched.last);
  std::string told = "not recorded: no side serves it, or that can't be told";
  if (probe) {
    watched.last = home_of(*probe);
    const std::string line = attempt_line(at, *probe);
    if (auto written = record.append(line); !written) return written;
    console.print_line(*parse_json(line));
    told = fmt::format("{} through {}: {}{}", probe->possible ? "can send" : "can't send", probe->side, probe->why,
                       probe->code.empty() ? "" : " (" + probe->code + ")");
  }
  if (told != watched.told) console.note(fmt::format("{}  {}  {}", to_iso(at), watched.number->phone.e164, told));
  watched.told = told;
  return {};
}

}  // namespace

void add_probing(po::options_description_easy_init& add) {
  add("probe", po::value<std::string>(), "ask about this inventory's numbers, and append to FILE what was told");
  add("every", po::value<std::string>(), "how often to ask (default 30s)");
  add("for", po::value<std::string>(), "end after so long (default: at a signal)");
  add_selection(add);
}

int run_probe(const Invocation& invocation, const std::string& file) {
  const Console& console = invocation.console();
  const auto every = length_of(invocation, "every", 30s, shortest_interval, longest_interval);
  if (!every) return console.complain(every.error());
  const auto length = length_of(invocation, "for", Millis::max(), Millis(1000), std::chrono::hours(24 * 366));
  if (!length) return console.complain(length.error());
  const auto fleet = load_inventory(invocation.text("probe"));
  if (!fleet) return console.complain(fleet.error());
  const auto numbers = selected(*fleet, invocation);
  if (!numbers) return console.complain(numbers.error());
  // Of several in one record any that can send would hide those that can't.
  if (numbers->size() != 1) {
    return console.complain(Error{fmt::format("{} numbers are selected, and a record is of one", numbers->size()),
                                  "name it: --select +49…; other numbers have files of their own"});
  }

  Workbench bench(*fleet, secrets_for_real(*fleet), 1);
  const Number& number = fleet->numbers[numbers->front()];
  const Diagnostics missing = bench.site().resolve({&number}, Need::reading, Direction::to_cloud, bench.secrets());
  if (!missing.empty()) return console.complain(missing);
  const auto record = open_line_record(
      file,
      {[](std::string_view line) { return !text_at(parse_json(line).value_or(Json()), "at").empty(); }, R"({"at":")"});
  if (!record) return console.complain(record.error());
  Watched watched{&number, last_home_in((*record)->last_line()), {}};

  const StopSignals signals([](int) { asked_to_stop = true; });
  const Time began = bench.clock().now();
  const auto over = [&] { return asked_to_stop || bench.clock().now() - began >= *length; };
  Time next = began;
  while (!over()) {
    if (auto looked = look_once(bench.site(), bench.clock(), watched, **record, console); !looked) {
      bench.site().log_out();
      console.complain(looked.error());
      return paused;  // room on the disk, and the same command goes on
    }
    // The next look is at its own time, unless that has passed.
    next = std::max(next + *every, bench.clock().now());
    while (!over() && bench.clock().now() < next) std::this_thread::sleep_for(nap);
  }
  bench.site().log_out();
  console.note("Recorded in " + file + ". What it comes to: wamigrate availability " + file);
  return all_done;
}

}  // namespace wamigrate::cli
