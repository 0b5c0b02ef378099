// The live display: a block of lines at the bottom of the terminal that is drawn over and over.
#pragma once

#include "cli.hpp"
#include "run/progress.hpp"

namespace wamigrate::cli {

class LiveView {
 public:
  explicit LiveView(const Console& console) : console_(console) {}
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;

  /// Draws in place of what it drew before, with `notice` (if any) as its last line. Nothing where nobody can see it.
  void draw(const Progress& progress, Time now, const std::string& notice = {});
  void erase();

 private:
  const Console& console_;
  int lines_ = 0;
};

}  // namespace wamigrate::cli
