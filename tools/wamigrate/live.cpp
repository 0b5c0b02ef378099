#include "live.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <iostream>

#include "report/status.hpp"
#include "report/words.hpp"
#include "steps/step.hpp"

namespace wamigrate::cli {

void LiveView::draw(const Progress& progress, Time now, const std::string& notice) {
  if (!console_.live()) return;
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  const int width = known ? size.ws_col : 80;
  const int height = known ? std::max(4, size.ws_row - 2) : 20;
  std::vector<std::string> lines = live_view(progress, catalogue(), now, width, height - (notice.empty() ? 0 : 1));
  if (!notice.empty()) lines.push_back(report::cut(notice, static_cast<std::size_t>(width)));
  erase();
  std::string block;
  for (const std::string& line : lines) block += line + "\n";
  lines_ = static_cast<int>(lines.size());
  std::cerr << block << std::flush;
}

void LiveView::erase() {
  if (lines_ > 0) std::cerr << "\033[" << lines_ << "A\033[J" << std::flush;
  lines_ = 0;
}

}  // namespace wamigrate::cli
