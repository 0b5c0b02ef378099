#include "load_run.hpp"

#include <thread>

#include "ports/workers.hpp"
#include "webhooks/reading.hpp"

namespace wamigrate::cli {
namespace {

using namespace std::chrono_literals;
using webhooks::Verdict;

constexpr Millis longest_nap = 200ms;  // a signal is heard that soon
constexpr Millis store_is_asked_every = 500ms;
constexpr Millis progress_every = 1s;

Millis between(Time from, Time to) { return std::max(Millis(0), to - from); }

}  // namespace

LoadRun::LoadRun(LoadOrders orders, LoadDoor& door, Clock& clock, const std::atomic<bool>& asked_to_stop)
    : orders_(std::move(orders)),
      door_(door),
      clock_(clock),
      asked_to_stop_(asked_to_stop),
      meter_(orders_.labels, orders_.schedule.messages.empty() ? Millis(0) : orders_.schedule.messages.back().after),
      pacer_(orders_.schedule, orders_.connections, orders_.most_a_second),
      messages_(orders_.schedule.messages.size()) {}

void LoadRun::fold(std::size_t index) {
  const LoadMessage& message = messages_[index];
  pacer_.ended();
  meter_.add(message.outcome);
  ++(message.outcome.fate == SendFate::accepted ? taken_ : failed_);
  const auto why = stop_rule_.after(message.outcome, message.hopeless);
  if (why) stop(*why);
}

// The first reason is the one that is told.
void LoadRun::stop(const std::string& why) {
  if (pacer_.stopped()) return;
  result_.ended = why;
  result_.whole = false;
  pacer_.stop();
}

void LoadRun::run(const LoadProgress& progress) {
  const Time began = clock_.now();
  result_.began = began;
  result_.ended = "all were sent";
  const auto elapsed = [&] { return clock_.now() - began; };
  Time next_progress = began + progress_every;
  const auto workers = make_thread_workers(orders_.connections);
  while (!pacer_.done()) {
    if (asked_to_stop_) stop("stopped by a signal");
    if (pacer_.stood_still(elapsed()))
      stop("stopped: this machine stood still, and what was due meanwhile is not sent");
    while (const auto index = pacer_.next(elapsed())) {
      workers->start(*index, [this, began, i = *index] {
        const DueMessage& due = orders_.schedule.messages[i];
        LoadMessage& message = messages_[i];
        const Millis started = clock_.now() - began;
        const auto answer = door_.send(i, due);
        message.outcome = outcome_of(answer);
        message.outcome.due = due.after;
        message.outcome.started = started;
        message.outcome.answered = clock_.now() - began;
        message.outcome.message = due.message;
        message.hopeless = is_hopeless(answer);
        if (answer) message.id = answer->id;
      });
    }
    const Time soon = clock_.now() + longest_nap;
    const auto wake = pacer_.wake(elapsed());
    for (const Workers::Ticket ticket : workers->wait(wake ? std::min(soon, began + *wake) : soon)) fold(ticket);
    if (clock_.now() < next_progress) continue;
    if (const auto why = progress(pacer_.begun(), taken_, failed_)) stop(*why);
    next_progress = clock_.now() + progress_every;
  }
  result_.lasted = elapsed();
  result_.connections = orders_.connections;
  meter_.write(result_);
  // The last message of a ramp is not its end: a rate of one in ten seconds goes on for ten more.
  const Schedule& schedule = orders_.schedule;
  if (result_.whole && schedule.messages.size() == schedule.whole) {
    result_.taking = std::max(result_.taking, schedule.length);
  }
}

Result<LoadRun::Told> LoadRun::deliveries(PostStore& store) {
  Told all;
  DeliveryFigures& figures = all.figures;
  for (std::size_t i = 0; i < pacer_.begun(); ++i) {
    const LoadMessage& message = messages_[i];
    const Time due = result_.began + message.outcome.due;
    std::optional<Outgoing> told;
    if (message.outcome.fate == SendFate::accepted) {
      auto found = store.outgoing(message.id);
      if (!found) return tl::make_unexpected(found.error());
      told = std::move(*found);
    } else if (message.outcome.fate == SendFate::unanswered && !door_.tag(i).empty()) {
      const auto found = store.outgoing_tagged(door_.tag(i));
      if (!found) return tl::make_unexpected(found.error());
      ++(found->empty() ? all.open : figures.taken_after_all);
      continue;
    } else {
      continue;
    }
    const Verdict verdict = told ? webhooks::verdict_of(*told) : Verdict::nothing;
    if (told) figures.to_first_webhook.add(between(due, told->first_heard));
    if (verdict == Verdict::delivered || verdict == Verdict::read) {
      ++(verdict == Verdict::read ? figures.read : figures.delivered);
      figures.to_delivery.add(between(due, told->delivered ? *told->delivered : *told->read));
    } else if (verdict == Verdict::failed) {
      ++figures.failed;
      ++figures.codes[told->code.empty() ? "none" : told->code];
    } else {
      ++(verdict == Verdict::sent ? figures.sent_only : figures.silent);
    }
  }
  all.open += figures.sent_only + figures.silent;
  return all;
}

Result<void> LoadRun::await_deliveries(PostStore& store, Millis longest) {
  const Time from = clock_.now();
  while (true) {
    auto told = deliveries(store);
    if (!told) {
      result_.delivery.reset();
      return tl::make_unexpected(told.error());
    }
    result_.delivery = told->figures;
    result_.delivery->waited = clock_.now() - from;
    if (told->open == 0 || asked_to_stop_ || clock_.now() - from >= longest) return {};
    std::this_thread::sleep_for(store_is_asked_every);
  }
}

}  // namespace wamigrate::cli
