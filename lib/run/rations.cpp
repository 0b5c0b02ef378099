#include "run/rations.hpp"

#include <fmt/format.h>

namespace wamigrate {
namespace {

constexpr std::string_view doubt = "doubt ";

/// When fewer than so many of them are younger than the window again, a minute late at most.
Result<Time> free_from(LedgerStore& ledger, const std::string& phone, Ration ration, int most, Time now) {
  Time spent = now;
  Time free = now + ration_window;
  while (free - spent > std::chrono::minutes(1)) {
    const Time between = spent + (free - spent) / 2;
    const auto attempts = ledger.attempts(phone, std::string(name(ration)), between - ration_window);
    if (!attempts) return tl::make_unexpected(attempts.error());
    (*attempts < most ? free : spent) = between;
  }
  return free;
}

}  // namespace

Result<std::string> ration_refusal(LedgerStore& ledger, const std::string& phone, Ration ration, int used_in_run,
                                   bool nobody_serves, Time now) {
  if (used_in_run >= ration_per_run) {
    return fmt::format("{} {} requests were sent for this number in this run; more would spend what the way back needs",
                       used_in_run, name(ration));
  }
  const auto attempts = ledger.attempts(phone, std::string(name(ration)), now - ration_window);
  if (!attempts) return tl::make_unexpected(attempts.error());
  const int most = nobody_serves ? ration_limit : ration_stop;
  if (*attempts < most) return std::string();
  const auto free = free_from(ledger, phone, ration, most, now);
  if (!free) return tl::make_unexpected(free.error());
  return fmt::format("{} of the {} {} requests that 72 hours allow are used, over all runs; the next may be sent at {}",
                     *attempts, ration_limit, name(ration), to_iso(*free));
}

std::string pin_mark(const Sealer& sealer, const Number& number, const Secret& pin) {
  return sealer.mark(pin, "pin " + number.phone.e164);
}

std::string mark_of_doubt(const std::string& pin_mark) { return std::string(doubt) + pin_mark; }

bool is_doubt(std::string_view mark) { return mark.starts_with(doubt); }

Result<LedgerView> ledger_view(LedgerStore& ledger, const Sealer& sealer, const Number& number, const Secret& pin,
                               Time now) {
  LedgerView view;
  const std::string& phone = number.phone.e164;
  const auto created = ledger.created();
  const auto registrations = ledger.attempts(phone, std::string(name(Ration::registration)), now - ration_window);
  const auto deregistrations = ledger.attempts(phone, std::string(name(Ration::deregistration)), now - ration_window);
  if (!created) return tl::make_unexpected(created.error());
  if (!registrations) return tl::make_unexpected(registrations.error());
  if (!deregistrations) return tl::make_unexpected(deregistrations.error());
  view.known = *created <= now - ration_window;
  view.registrations = *registrations;
  view.deregistrations = *deregistrations;
  if (!pin.empty()) {
    const auto refused = ledger.has_mark(phone, pin_mark(sealer, number, pin));
    if (!refused) return tl::make_unexpected(refused.error());
    view.pin_refused = *refused;
  }
  return view;
}

}  // namespace wamigrate
