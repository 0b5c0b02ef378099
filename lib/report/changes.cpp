// One question for each way in which a difference is told, asked of each number; equal answers are said once.
#include "report/changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "report/afterwards.hpp"
#include "report/groups.hpp"
#include "report/words.hpp"

namespace wamigrate {
namespace report {
namespace {

using How = Verdict::How;

struct Judged {
  How how;
  std::string because;
};

struct Moved {
  const Number& number;
  const Surroundings& around;
  Direction direction;
};

Judged by_templates(const Moved& moved) {
  const auto& templates = moved.around.templates;
  if (!templates) return {How::ask, "the WABA's templates were not read"};
  if (*templates == 0) return {How::spares, "its WABA has no templates"};
  return {How::touches, "its WABA has " + counted(static_cast<std::size_t>(*templates), "template")};
}

Judged by_shards(const Moved& moved) {
  const int shards = moved.number.deployment.shards;
  const std::string level =
      moved.around.throughput.empty() ? "Graph shows no level" : "Graph shows " + plain(moved.around.throughput);
  if (moved.direction == Direction::to_onprem) {
    return {How::touches, fmt::format("{} now; {} declared for the client, so about {} a second at most", level,
                                      counted(static_cast<std::size_t>(shards), "shard"), shards == 1 ? "70" : "250")};
  }
  if (shards == 1) return {How::touches, fmt::format("1 shard; {}: expect 80 a second", level)};
  return {How::touches, fmt::format("{} shards; {}: expect up to 1,000 a second", shards, level)};
}

std::string host_in_words(const std::optional<std::string>& host) {
  return !host ? "unknown" : host->empty() ? "none" : plain(*host);
}

Judged by_webhook(const Moved& moved) {
  const auto& onprem = moved.around.onprem_webhook;
  const auto& cloud = moved.around.cloud_webhook;
  const std::string hosts = fmt::format("on-premises calls {}, Cloud {}", host_in_words(onprem), host_in_words(cloud));
  if (!onprem || !cloud) return {How::ask, hosts};
  if (*onprem == *cloud && !cloud->empty()) return {How::touches, hosts + ": it must tell both shapes apart"};
  return {How::touches, hosts};
}

Judged by_sent(const Moved& moved) {
  const auto& sent = moved.around.sent_statuses;
  if (!sent) return {How::ask, "the client's settings do not say whether it reports sent"};
  if (*sent) return {How::spares, "the client reports sent as well"};
  return {How::touches, "the client does not report sent"};
}

// "v2.45.1", "2.45.1": whether it is that or later. None: not a version.
std::optional<bool> at_least(std::string_view version, int major, int minor) {
  if (version.starts_with("v")) version.remove_prefix(1);
  const char* end = version.data() + version.size();
  std::array<int, 2> parts{};
  const auto first = std::from_chars(version.data(), end, parts[0]);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '.') return std::nullopt;
  if (std::from_chars(first.ptr + 1, end, parts[1]).ec != std::errc()) return std::nullopt;
  return parts >= std::array{major, minor};
}

Judged by_version(const Moved& moved) {
  const auto moved_field = at_least(moved.around.client_version, 2, 45);
  if (!moved_field) return {How::ask, "the client's version was not read"};
  const std::string client = "the client is " + plain(moved.around.client_version);
  return {*moved_field ? How::touches : How::spares, client};
}

Judged by_storage(const Moved& moved) {
  const std::string declared = plain(moved.number.storage_region);
  if (moved.direction == Direction::to_cloud) {
    if (declared.empty()) return {How::ask, "the inventory declares no storage_region: Meta's default holds"};
    return {How::touches, "declared for " + declared + ", and set before the registration"};
  }
  const auto& seen = moved.around.storage_region;
  if (!seen) return {How::ask, "Cloud's local storage was not read"};
  if (seen->empty()) return {How::spares, "local storage is not on"};
  return {How::touches, "Cloud keeps its data in " + plain(*seen) + " now"};
}

Judged judge(const ApiDifference& difference, const Moved& moved) {
  switch (difference.told) {
    case Told::always:
      return {How::touches, ""};
    case Told::asked:
      break;
    case Told::templates:
      return by_templates(moved);
    case Told::shards:
      return by_shards(moved);
    case Told::webhook:
      return by_webhook(moved);
    case Told::sent:
      return by_sent(moved);
    case Told::recipient:
      return by_version(moved);
    case Told::storage:
      return by_storage(moved);
  }
  return {How::ask, ""};
}

std::vector<Verdict> verdicts_on(const ApiDifference& difference, const std::vector<Moved>& numbers) {
  std::vector<Verdict> verdicts;
  std::map<std::pair<How, std::string>, std::size_t> known;
  for (const Moved& moved : numbers) {
    Judged judged = judge(difference, moved);
    const auto [place, fresh] = known.try_emplace({judged.how, judged.because}, verdicts.size());
    if (fresh) verdicts.push_back({judged.how, std::move(judged.because), {}});
    verdicts[place->second].phones.push_back(plain(moved.number.phone.e164));
  }
  return verdicts;
}

std::size_t count(const std::vector<Change>& changes, How strongest) {
  return static_cast<std::size_t>(std::count_if(changes.begin(), changes.end(), [strongest](const Change& change) {
    return change.has(How::touches) ? strongest == How::touches
           : change.has(How::ask)   ? strongest == How::ask
                                    : strongest == How::spares;
  }));
}

// What is known of one difference, as details of its item.
void add_verdicts(Item& item, const Change& change) {
  for (const Verdict& verdict : change.verdicts) {
    if (verdict.because.empty()) continue;
    item.details.push_back({counted(verdict.phones.size(), "number"),
                            fmt::format("{} ({})", verdict.because, some_of(verdict.phones, phones_named))});
  }
  if (change.has(How::ask)) item.details.push_back({"ask", std::string(change.difference->ask)});
}

class ChangesPage {
 public:
  explicit ChangesPage(const Plan& plan)
      : plan_(plan), moving_(moving_numbers(plan)), changes_(changes_for(plan, moving_)) {}

  Document build() {
    document_.push_back(
        Heading{1, fmt::format("What changes for your software: {} to {}", counted(moving_.size(), "number"),
                               in_words(new_home(plan_.direction)))});
    document_.push_back(Paragraph{"From plan " + plain(plan_.digest) +
                                      ". What it has seen decides what touches a "
                                      "number; what neither API shows is left to people.",
                                  Tone::quiet});
    if (moving_.empty()) {
      document_.push_back(Paragraph{"No number of this plan moves: nothing changes.", Tone::good});
      return std::move(document_);
    }
    document_.push_back(Paragraph{sum_of(changes_)});
    put_full("Touches these numbers", [](const Change& one) { return one.has(How::touches); });
    put_full("Ask: only people know", [](const Change& one) { return one.has(How::ask) && !one.has(How::touches); });
    put_spared();
    document_.push_back(Heading{2, "What people in existing chats see"});
    document_.push_back(Paragraph{what_people_see(plan_.direction)});
    put_switched_off();
    document_.push_back(Heading{2, "Whom to tell"});
    document_.push_back(List{whom_to_tell(plan_, moving_, ""), true});
    return std::move(document_);
  }

 private:
  template <typename Which>
  void put_full(const std::string& heading, Which which) {
    std::size_t shown = 0;
    for (const Subject subject : subjects()) {
      List list;
      for (const Change& change : changes_) {
        if (change.difference->subject != subject || !which(change)) continue;
        const std::array direction{plan_.direction};
        Item item{"", fmt::format("{} (`{}`)", change.difference->title, change.difference->id), Tone::normal,
                  details_of(*change.difference, direction)};
        add_verdicts(item, change);
        list.items.push_back(std::move(item));
      }
      if (list.items.empty()) continue;
      if (shown == 0) document_.push_back(Heading{2, heading});
      shown += list.items.size();
      document_.push_back(Heading{3, std::string(in_words(subject))});
      document_.push_back(std::move(list));
    }
  }

  void put_spared() {
    List list;
    for (const Change& change : changes_) {
      if (change.has(How::touches) || change.has(How::ask)) continue;
      Item item{"", std::string(change.difference->title)};
      add_verdicts(item, change);
      list.items.push_back(std::move(item));
    }
    if (list.items.empty()) return;
    document_.push_back(Heading{2, "Does not touch these numbers"});
    document_.push_back(std::move(list));
  }

  void put_switched_off() {
    document_.push_back(Heading{2, "What can be switched off afterwards"});
    if (plan_.direction == Direction::to_onprem) {
      document_.push_back(Paragraph{"Nothing: Cloud has no containers, and the clients are needed from now on."});
      return;
    }
    document_.push_back(List{what_is_switched_off(plan_, moving_, "RUN"), true});
  }

  const Plan& plan_;
  std::set<std::string> moving_;
  std::vector<Change> changes_;
  Document document_;
};

}  // namespace

std::string_view name(Verdict::How how) { return how == How::touches ? "touches" : how == How::ask ? "ask" : "spares"; }

bool Change::has(How how) const {
  return std::any_of(verdicts.begin(), verdicts.end(), [how](const Verdict& one) { return one.how == how; });
}

std::set<std::string> moving_numbers(const Plan& plan) {
  std::set<std::string> phones;
  for (const PlannedNumber& number : plan.numbers) {
    if (!plan.roads[number.road].steps.empty()) phones.insert(number.phone);
  }
  return phones;
}

std::vector<Change> changes_for(const Plan& plan, const std::set<std::string>& phones) {
  std::map<std::string, const Number*> declared;
  for (const Number& number : plan.fleet.numbers) declared[number.phone.e164] = &number;
  std::vector<Moved> numbers;
  for (const PlannedNumber& planned : plan.numbers) {
    if (phones.contains(planned.phone)) {
      numbers.push_back({*declared.at(planned.phone), planned.around, plan.direction});
    }
  }
  std::vector<Change> changes;
  if (numbers.empty()) return changes;
  for (const ApiDifference& difference : api_differences()) {
    if (difference.change(plan.direction).empty()) continue;
    changes.push_back({&difference, verdicts_on(difference, numbers)});
  }
  return changes;
}

std::string sum_of(const std::vector<Change>& changes) {
  const std::size_t spared = count(changes, How::spares);
  return fmt::format("{}: {} of them touch these numbers, {} only people can answer{}.",
                     counted(changes.size(), "difference"), count(changes, How::touches), count(changes, How::ask),
                     spared == 0 ? "" : fmt::format(", {} do not touch them", spared));
}

std::vector<Item> whom_to_tell(const Plan& plan, const std::set<std::string>& phones, const std::string& command) {
  const std::vector<Change> changes = changes_for(plan, phones);
  std::vector<Item> items;
  for (const Party party : parties()) {
    std::vector<std::string> touched, asked;
    for (const Change& change : changes) {
      const auto& all = change.difference->touches;
      if (std::find(all.begin(), all.end(), party) == all.end()) continue;
      if (change.has(How::touches)) {
        touched.emplace_back(change.difference->title);
      } else if (change.has(How::ask)) {
        asked.emplace_back(change.difference->title);
      }
    }
    if (touched.empty() && asked.empty()) continue;
    Item item{"", fmt::format("Tell {}.", in_words(party))};
    if (!touched.empty()) item.details.push_back({"changes", fmt::format("{}", fmt::join(touched, "; "))});
    if (!asked.empty()) item.details.push_back({"ask about", fmt::format("{}", fmt::join(asked, "; "))});
    items.push_back(std::move(item));
  }
  if (!items.empty() && !command.empty()) items.back().details.push_back({"each in full", command, true});
  return items;
}

}  // namespace report

std::string changes_text(const Plan& plan, bool colour) {
  return report::to_text(report::ChangesPage(plan).build(), colour);
}

std::string changes_markdown(const Plan& plan) { return report::to_markdown(report::ChangesPage(plan).build()); }

std::string changes_html(const Plan& plan) { return report::to_html(report::ChangesPage(plan).build()); }

Json changes_json(const Plan& plan) {
  const std::set<std::string> moving = report::moving_numbers(plan);
  Json list = Json::array();
  for (const report::Change& change : report::changes_for(plan, moving)) {
    Json verdicts = Json::array();
    for (const report::Verdict& verdict : change.verdicts) {
      verdicts.push_back({{"how", report::name(verdict.how)},
                          {"because", verdict.because.empty() ? Json(nullptr) : Json(verdict.because)},
                          {"phones", verdict.phones}});
    }
    Json one = report::to_json(*change.difference);
    one["change"] = change.difference->change(plan.direction);
    one["ask"] = change.has(report::Verdict::How::ask) ? Json(change.difference->ask) : Json(nullptr);
    one["verdicts"] = std::move(verdicts);
    list.push_back(std::move(one));
  }
  return {{"plan", report::plain(plan.digest)},
          {"to", name(plan.direction)},
          {"numbers", moving.size()},
          {"differences", std::move(list)},
          {"people_see", report::what_people_see(plan.direction)},
          {"freed", report::to_json(report::freed_by(plan, moving))}};
}

}  // namespace wamigrate
