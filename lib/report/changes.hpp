// What changes for your software: the table of differences, asked of the numbers that a plan moves. What the plan has
// seen settles a difference for a number; what neither API shows is listed as a question to people, never guessed.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "plan/plan.hpp"
#include "report/differences.hpp"

namespace wamigrate {

/// `wamigrate show PLAN --changes`, in its forms. Pure functions of the plan.
std::string changes_text(const Plan& plan, bool colour);
std::string changes_markdown(const Plan& plan);
std::string changes_html(const Plan& plan);
Json changes_json(const Plan& plan);

namespace report {

/// What is known of a difference for some numbers.
struct Verdict {
  enum class How { touches, ask, spares };
  How how = How::touches;
  std::string because;              ///< Empty: it concerns every number that moves.
  std::vector<std::string> phones;  ///< In the plan's order.
};

std::string_view name(Verdict::How how);

struct Change {
  const ApiDifference* difference = nullptr;
  std::vector<Verdict> verdicts;  ///< At least one.
  bool has(Verdict::How how) const;
};

/// The numbers that a plan moves: those with anything to do.
std::set<std::string> moving_numbers(const Plan& plan);

/// Every difference of the plan's direction, asked of those of its numbers that are in `phones`.
std::vector<Change> changes_for(const Plan& plan, const std::set<std::string>& phones);

/// "27 differences: 14 touch these numbers, 11 must be asked about, 2 do not touch them."
std::string sum_of(const std::vector<Change>& changes);

/// For each party what it must be told, the differences that spare everybody left out; `command` prints them in full.
std::vector<Item> whom_to_tell(const Plan& plan, const std::set<std::string>& phones, const std::string& command);

}  // namespace report
}  // namespace wamigrate
