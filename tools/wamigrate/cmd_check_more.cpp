#include "cmd_check_more.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "api/webhook_handshake.hpp"
#include "base/digest.hpp"
#include "plan/scan.hpp"
#include "ports/files.hpp"

namespace wamigrate::cli {
namespace {

namespace fs = std::filesystem;

Result<std::vector<std::string>> known_checks(const Invocation& invocation, const std::string& option) {
  std::vector<std::string> ids = terms_of(invocation.text(option));
  for (const std::string& id : ids) {
    const auto topics = check_topics();
    const bool known =
        std::any_of(topics.begin(), topics.end(), [&](const CheckTopic& topic) { return topic.id == id; });
    if (known) continue;
    std::string all;
    for (const CheckTopic& topic : topics) all += (all.empty() ? "" : ", ") + std::string(topic.id);
    return fail(fmt::format("--{} {} names no check", option, id), "the checks are " + all);
  }
  return ids;
}

bool has(const std::vector<std::string>& list, const std::string& id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

void scan_file(Scan& scan, const fs::path& file) {
  const auto text = read_file(file);
  if (text) {
    scan.add(file.string(), *text);
  } else {
    scan.add_unreadable(file.string(), text.error().message);
  }
}

void scan_folder(Scan& scan, const fs::path& folder) {
  std::error_code problem;
  std::vector<fs::path> files;
  auto entry = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, problem);
  for (; !problem && entry != fs::recursive_directory_iterator(); entry.increment(problem)) {
    std::error_code ignored;
    if (entry->path().filename() == ".git") entry.disable_recursion_pending();
    if (!entry->is_symlink(ignored) && entry->is_regular_file(ignored)) files.push_back(entry->path());
  }
  if (problem) scan.add_unreadable(folder.string(), problem.message());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) scan_file(scan, file);
}

// Digits, as Meta's own are. It need not be secret: it only shows that the answer is to this question.
std::string challenge_for(const std::string& webhook, Time now) {
  std::string digits;
  for (const char c : sha256_hex(webhook + to_iso(now))) digits += static_cast<char>('0' + (c % 10));
  return "1" + digits.substr(0, 9);
}

}  // namespace

Result<Narrowing> Narrowing::from(const Invocation& invocation) {
  Narrowing narrowing;
  auto wanted = known_checks(invocation, "check");
  if (!wanted) return tl::make_unexpected(wanted.error());
  auto unwanted = known_checks(invocation, "skip");
  if (!unwanted) return tl::make_unexpected(unwanted.error());
  narrowing.wanted_ = std::move(*wanted);
  narrowing.unwanted_ = std::move(*unwanted);
  return narrowing;
}

Checks Narrowing::apply(Checks checks) const {
  std::erase_if(checks, [this](const Check& check) {
    return (!wanted_.empty() && !has(wanted_, check.id)) || has(unwanted_, check.id);
  });
  return checks;
}

std::string Narrowing::text() const {
  std::string text = wanted_.empty() ? "every check" : fmt::format("only {}", fmt::join(wanted_, ", "));
  if (!unwanted_.empty()) text += fmt::format(", but not {}", fmt::join(unwanted_, ", "));
  return text;
}

Checks scan(const std::vector<std::string>& paths, Direction direction) {
  Scan scan(direction);
  for (const std::string& path : paths) {
    const fs::path place = expand_home(path);
    std::error_code ignored;
    if (fs::is_directory(place, ignored)) {
      scan_folder(scan, place);
    } else {
      scan_file(scan, place);
    }
  }
  return scan.take();
}

Checks handshakes(const Fleet& fleet, Looked& looked, const Secret& verify_token) {
  struct Question {
    std::string webhook;
    std::vector<std::string> phones;
    api::Handshake answer;
  };
  std::map<std::string, Question> by_webhook;
  for (const Surveyed& one : looked.survey.numbers) {
    const std::string webhook = one.seen.graph.effective_webhook();
    if (webhook.empty() || one.home.home == Home::app || one.home.home == Home::cloud) continue;
    by_webhook[webhook].webhook = webhook;
    by_webhook[webhook].phones.push_back(fleet.numbers[one.number].phone.e164);
  }
  Workbench& bench = *looked.bench;
  std::size_t asked = 0;
  for (auto& [webhook, question] : by_webhook) {
    bench.workers().start(asked++, [&bench, &fleet, &verify_token, one = &question] {
      one->answer =
          api::webhook_handshake(bench.transport(), one->webhook, verify_token,
                                 challenge_for(one->webhook, bench.clock().now()), fleet.policy.request_timeout);
    });
  }
  for (std::size_t done = 0; done < asked;) {
    done += bench.workers().wait(bench.clock().now() + std::chrono::seconds(1)).size();
  }
  Checks checks;
  for (const auto& [webhook, question] : by_webhook) {
    for (const std::string& phone : question.phones) {
      checks.push_back(handshake_check(phone, webhook, question.answer.reached, question.answer.problem));
    }
  }
  return checks;
}

Room room_in(const std::string& directory) {
  Room room{directory, std::nullopt, ""};
  if (const auto free = free_space(expand_home(directory))) {
    room.free_bytes = *free;
  } else {
    room.problem = free.error().message;
  }
  return room;
}

}  // namespace wamigrate::cli
