#include "workbench.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <iostream>
#include <set>

#include "base/database_url.hpp"
#include "evidence.hpp"
#include "ports/files.hpp"

namespace wamigrate::cli {

namespace po = boost::program_options;

tl::expected<Fleet, Diagnostics> load_inventory(const std::string& path) {
  const auto text = read_file(path);
  if (!text) return tl::make_unexpected(Diagnostics{{{path, 0}, text.error().message, text.error().fix}});
  return read_inventory(
      *text, path, [](const std::string& file) { return read_file(expand_home(file)); }, check_zones_here());
}

ZoneCheck check_zones_here() {
  return [zones = std::shared_ptr(make_time_zones())](const std::string& zone) -> Result<void> {
    const Time now = SystemClock().now();
    const auto offsets = zones->offsets(zone, now, now + Openings::reach);
    return offsets ? Result<void>() : tl::make_unexpected(offsets.error());
  };
}

std::vector<std::string> terms_of(const std::string& list) {
  std::vector<std::string> terms;
  std::size_t begin = 0;
  while (begin <= list.size()) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    if (end > begin) terms.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return terms;
}

namespace {

bool names(const std::string& term, const Number& number) {
  for (const std::string& text : {number.phone.e164, number.phone_number_id, number.waba_id, number.deployment.name}) {
    if (fnmatch(term.c_str(), text.c_str(), 0) == 0) return true;
  }
  return false;
}

}  // namespace

Result<std::vector<std::size_t>> selected(const Fleet& fleet, const Invocation& invocation) {
  const auto wanted = terms_of(invocation.text("select"));
  const auto unwanted = terms_of(invocation.text("exclude"));
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < fleet.numbers.size(); ++i) {
    auto named = [&](const std::string& term) { return names(term, fleet.numbers[i]); };
    if (!wanted.empty() && std::none_of(wanted.begin(), wanted.end(), named)) continue;
    if (std::any_of(unwanted.begin(), unwanted.end(), named)) continue;
    numbers.push_back(i);
  }
  for (const std::string& term : wanted) {
    const bool any = std::any_of(fleet.numbers.begin(), fleet.numbers.end(),
                                 [&](const Number& number) { return names(term, number); });
    if (!any)
      return fail("--select " + term + " names no number of the inventory", "name a phone, an id or a deployment");
  }
  if (numbers.empty()) return fail("no number is left to look at", "loosen --select and --exclude");
  const auto limit = invocation.number("limit");
  if (limit && *limit < 1) return fail("--limit is less than one", "say how many numbers are looked at");
  if (limit && static_cast<std::size_t>(*limit) < numbers.size()) numbers.resize(static_cast<std::size_t>(*limit));
  return numbers;
}

void add_selection(po::options_description_easy_init& add) {
  add("select", po::value<std::string>(), "only these: phones, ids, WABAs or deployments, comma-separated, * allowed");
  add("exclude", po::value<std::string>(), "not these; the same words as --select");
  add("limit", po::value<int>(), "the first so many of them");
}

void add_planning(po::options_description_easy_init& add) {
  add("to", po::value<std::string>(), "where the numbers shall go: cloud or onprem");
  add("as-of", po::value<std::string>(), "ask the dated rules about this day (YYYY-MM-DD) instead of today");
  add("allow-after-sunset", po::bool_switch(), "plan towards on-premises although its sunset (2025-10-23) is past");
  add("deregister-first", po::bool_switch(), "towards on-premises: let Cloud go before on-premises is registered");
}

Result<Direction> direction_of(const Invocation& invocation) {
  const std::string to = invocation.text("to");
  if (to == name(Direction::to_cloud)) return Direction::to_cloud;
  if (to == name(Direction::to_onprem)) return Direction::to_onprem;
  return fail(to.empty() ? "--to is missing" : "--to " + to + " leads nowhere known", "say --to cloud or --to onprem");
}

Result<PlanOptions> plan_options(const Invocation& invocation, Time now) {
  PlanOptions options;
  options.allow_after_sunset = invocation.flag("allow-after-sunset");
  options.deregister_first = invocation.flag("deregister-first");
  options.as_of = std::chrono::floor<std::chrono::days>(now);
  if (invocation.has("as-of")) {
    const auto day = parse_iso(invocation.text("as-of"));
    if (!day) return fail("--as-of " + invocation.text("as-of") + " is not a date", "write it as 2025-10-22");
    options.as_of = std::chrono::floor<std::chrono::days>(*day);
  }
  return options;
}

Workbench::Workbench(const Fleet& fleet, std::unique_ptr<SecretSource> secrets, int threads,
                     std::unique_ptr<EvidenceSource> evidence)
    : fleet_(fleet),
      secrets_(std::move(secrets)),
      zones_(make_time_zones()),
      transport_(real_transport()),
      workers_(make_thread_workers(threads)),
      evidence_(evidence ? std::move(evidence) : real_evidence()),
      site_(fleet_, *transport_, clock_, evidence_.get()) {}

Result<Sealer> sealer_at(const SecretRef& ref, SecretSource& secrets, bool create) {
  if (ref.kind == SecretRef::Kind::none) return open_sealer(default_state_dir() / "seal.key", create);
  if (ref.kind == SecretRef::Kind::file) return open_sealer(expand_home(ref.target), create);
  auto key = secrets.resolve(ref);
  if (!key) return tl::make_unexpected(key.error());
  return sealer_from_hex(*key);
}

Result<Sealer> Workbench::make_sealer(bool create) { return sealer_at(fleet_.seal_key, *secrets_, create); }

std::filesystem::path Workbench::ledger_file() const {
  if (is_database_url(fleet_.ledger)) return fleet_.ledger;
  return fleet_.ledger.empty() ? default_state_dir() / "ledger.db" : expand_home(fleet_.ledger);
}

Result<void> Workbench::open_ledger(bool create) {
  const std::string place = ledger_file();
  const auto found = has_ledger(place, secrets_.get());
  if (!found) return tl::make_unexpected(found.error());
  const bool exists = *found;
  if (!create && !exists) return {};
  // A key made anew beside an old ledger would not know the PINs it holds as refused. The key comes first: killed
  // between the two, a process leaves no ledger whose key is missing.
  auto sealer = make_sealer(create && !exists);
  if (!sealer) return tl::make_unexpected(sealer.error());
  auto ledger = open_ledger_store(place, clock_.now(), sealer->mark(Secret("the seal key"), "ledger"), secrets_.get());
  if (!ledger) return tl::make_unexpected(ledger.error());
  ledger_ = std::move(*ledger);
  sealer_.emplace(std::move(*sealer));
  ledger_is_new_ = !exists;
  return {};
}

SurveyDoors Workbench::survey_doors(const Console& console) {
  SurveyDoors doors{site_, *workers_, clock_, ledger_.get(), sealer(), secrets_.get(), {}, {}, zones_.get()};
  if (console.live()) {
    doors.on_progress = [](int done, int of) {
      if (of < 20) return;
      std::cerr << "\rasking both sides: " << done << " of " << of << (done == of ? "\n" : "") << std::flush;
    };
  }
  doors.on_patience = [console](int numbers, Millis longest) {
    console.note(fmt::format("{} number{} may still settle; asking again for up to {} (settle_timeout)", numbers,
                             numbers == 1 ? "" : "s", for_people(longest)));
  };
  return doors;
}

std::unique_ptr<Transport> real_transport() { return make_http_transport("wamigrate/" WAMIGRATE_VERSION); }

std::unique_ptr<SecretSource> secrets_for_real(const Fleet& fleet) {
  std::set<std::string> variables;
  const auto add = [&variables](const SecretRef& ref) {
    if (ref.kind == SecretRef::Kind::env) variables.insert(ref.target);
  };
  for (const SecretRef* ref : {&fleet.graph.token, &fleet.graph.app_secret, &fleet.graph.proxy_login, &fleet.seal_key})
    add(*ref);
  if (const auto database = parse_database_url(fleet.ledger, DatabaseUse::ledger)) add(database->password);
  for (const Number& number : fleet.numbers) {
    for (const SecretRef* ref : {&number.pin, &number.deployment.password, &number.deployment.backup_password})
      add(*ref);
  }
  return make_secret_source(std::move(variables));
}

Result<std::unique_ptr<api::GraphClient>> graph_client_for(const Fleet& fleet, SecretSource& secrets,
                                                           Transport& transport) {
  const Graph& graph = fleet.graph;
  Secret token, app_secret, proxy_login;
  for (const auto& [ref, secret] : {std::pair(&graph.token, &token), std::pair(&graph.app_secret, &app_secret),
                                    std::pair(&graph.proxy_login, &proxy_login)}) {
    if (ref->empty()) continue;
    auto resolved = secrets.resolve(*ref);
    if (!resolved) return tl::make_unexpected(resolved.error());
    *secret = std::move(*resolved);
  }
  const api::Timeouts timeouts{fleet.policy.request_timeout, fleet.policy.register_timeout};
  return std::make_unique<api::GraphClient>(transport, graph.url, graph.version, std::move(token), app_secret, timeouts,
                                            Proxy{graph.proxy, std::move(proxy_login)});
}

tl::expected<Looked, int> look(const Fleet& fleet, const std::vector<std::size_t>& numbers, Direction direction,
                               const PlanOptions& options, Readings readings, const Console& console,
                               std::unique_ptr<SecretSource> secrets) {
  Looked looked;
  looked.numbers = numbers;
  looked.bench = std::make_unique<Workbench>(fleet, std::move(secrets), std::min(fleet.policy.concurrency, 64));
  std::vector<const Number*> list;
  list.reserve(numbers.size());
  for (const std::size_t index : numbers) list.push_back(&fleet.numbers[index]);
  const Diagnostics missing = looked.bench->site().resolve(list, Need::reading, direction, looked.bench->secrets());
  if (!missing.empty()) return tl::make_unexpected(console.complain(missing));
  if (auto opened = looked.bench->open_ledger(false); !opened) {
    return tl::make_unexpected(console.complain(opened.error()));
  }
  auto surveyed = survey(fleet, numbers, options, readings, looked.bench->survey_doors(console));
  if (!surveyed) return tl::make_unexpected(console.complain(surveyed.error()));
  looked.survey = std::move(*surveyed);
  looked.bench->site().log_out();
  return looked;
}

}  // namespace wamigrate::cli
