// Fibers over the C library's contexts. The address sanitizer is told of each change of stacks.
#include "simulation/fibers.hpp"

#include <ucontext.h>

#include <algorithm>

#if defined(__SANITIZE_ADDRESS__)
#define WAMIGRATE_FIBERS_UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WAMIGRATE_FIBERS_UNDER_ASAN 1
#endif
#endif
#ifdef WAMIGRATE_FIBERS_UNDER_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

namespace wamigrate::simulation {
namespace {

constexpr std::size_t stack_size = std::size_t{512} << 10;

/// What the sanitizer wants to know of a stack.
struct Stack {
  const void* bottom = nullptr;
  std::size_t size = 0;
  void* fake = nullptr;
};

#ifdef WAMIGRATE_FIBERS_UNDER_ASAN
void before_switch(Stack* from, const Stack& to) {
  __sanitizer_start_switch_fiber(from == nullptr ? nullptr : &from->fake, to.bottom, to.size);
}
void after_switch(const Stack& to, Stack* from) {
  __sanitizer_finish_switch_fiber(to.fake, from == nullptr ? nullptr : &from->bottom,
                                  from == nullptr ? nullptr : &from->size);
}
#else
void before_switch(Stack* /*from*/, const Stack& /*to*/) {}
void after_switch(const Stack& /*to*/, Stack* /*from*/) {}
#endif

/// Stacks are used again: a storm needs some hundreds of them, a handful at a time.
std::vector<std::unique_ptr<char[]>>& unused_stacks() {
  thread_local std::vector<std::unique_ptr<char[]>> stacks;
  return stacks;
}

std::unique_ptr<char[]> a_stack() {
  auto& unused = unused_stacks();
  if (unused.empty()) return std::unique_ptr<char[]>(new char[stack_size]);  // not touched before it is used
  auto stack = std::move(unused.back());
  unused.pop_back();
  return stack;
}

thread_local Fibers* entering = nullptr;

}  // namespace

struct Fibers::Fiber {
  std::function<void()> what;
  std::unique_ptr<char[]> memory = a_stack();
  ucontext_t context{};
  Stack stack;
  std::multimap<Time, Fiber*>::iterator place;
  bool waits = true;
  bool ended = false;
};

struct Fibers::Scheduler {
  ucontext_t context{};
  Stack stack;
};

Fibers::Fibers(rig::SimClock& clock) : clock_(clock), scheduler_(std::make_unique<Scheduler>()) {}
Fibers::~Fibers() = default;

Fibers::Fiber* Fibers::begin(Time at, std::function<void()> what) {
  auto made = std::make_unique<Fiber>();
  Fiber* fiber = made.get();
  fiber->what = std::move(what);
  fiber->stack.bottom = fiber->memory.get();
  fiber->stack.size = stack_size;
  ensure(getcontext(&fiber->context) == 0, "a context can be had");
  fiber->context.uc_stack.ss_sp = fiber->memory.get();
  fiber->context.uc_stack.ss_size = stack_size;
  fiber->context.uc_link = nullptr;
  makecontext(&fiber->context, &Fibers::enter, 0);
  fiber->place = waiting_.emplace(at, fiber);
  fibers_.emplace(fiber, std::move(made));
  return fiber;
}

void Fibers::wait_until(Time at) {
  running_->place = waiting_.emplace(std::max(at, clock_.now()), running_);
  running_->waits = true;
  switch_back(false);
}

void Fibers::wake(Fiber* fiber) {
  if (!fiber->waits) return;
  waiting_.erase(fiber->place);
  fiber->place = waiting_.emplace(clock_.now(), fiber);
}

void Fibers::run() {
  while (!waiting_.empty() && !thrown_) {
    const auto first = waiting_.begin();
    Fiber* fiber = first->second;
    clock_.set(std::max(clock_.now(), first->first));
    waiting_.erase(first);
    fiber->waits = false;
    switch_to(*fiber);
    if (!fiber->ended) continue;
    unused_stacks().push_back(std::move(fiber->memory));
    fibers_.erase(fiber);
  }
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
}

void Fibers::enter() {
  Fibers* fibers = entering;
  Fiber* self = fibers->running_;
  after_switch(self->stack, &fibers->scheduler_->stack);
  try {
    self->what();
  } catch (...) {
    fibers->thrown_ = std::current_exception();
  }
  self->what = {};
  self->ended = true;
  fibers->switch_back(true);
}

void Fibers::switch_to(Fiber& fiber) {
  entering = this;
  running_ = &fiber;
  before_switch(&scheduler_->stack, fiber.stack);
  swapcontext(&scheduler_->context, &fiber.context);
  after_switch(scheduler_->stack, nullptr);
  running_ = nullptr;
}

void Fibers::switch_back(bool for_good) {
  Fiber& self = *running_;
  before_switch(for_good ? nullptr : &self.stack, scheduler_->stack);
  swapcontext(&self.context, &scheduler_->context);
  after_switch(self.stack, &scheduler_->stack);
}

}  // namespace wamigrate::simulation
