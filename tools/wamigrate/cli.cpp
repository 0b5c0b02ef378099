#include "cli.hpp"

#include <unistd.h>

#include <cstdlib>
#include <iostream>

namespace wamigrate::cli {

Console::Console(bool json) : json_(json) {
  const int people = json ? STDERR_FILENO : STDOUT_FILENO;
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  colour_ = isatty(people) == 1 && !dumb && std::getenv("NO_COLOR") == nullptr;
  live_ = isatty(STDERR_FILENO) == 1 && !dumb && !json;
}

bool Console::can_ask() const { return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1; }

void Console::say(const std::string& text) const {
  std::ostream& out = json_ ? std::cerr : std::cout;
  out << text << (text.empty() || text.back() != '\n' ? "\n" : "") << std::flush;
}

void Console::note(const std::string& text) const { std::cerr << text << "\n"; }

void Console::print(const Json& document) const {
  if (json_) print_written(to_document(document));
}

void Console::print_written(const std::string& document) const {
  if (json_) std::cout << document << std::flush;
}

void Console::print_line(const Json& document) const {
  if (json_) std::cout << to_compact(document) << "\n" << std::flush;
}

int Console::complain(const Error& error, int code) const {
  std::cerr << "wamigrate: " << to_text(error) << "\n";
  print_line({{"error", {{"message", error.message}, {"fix", error.fix}}}, {"exit", code}});
  return code;
}

int Console::complain(const Diagnostics& findings, int code) const {
  Json list = Json::array();
  for (const Diagnostic& finding : findings) {
    std::cerr << to_text(finding) << "\n";
    list.push_back({{"file", finding.place.file},
                    {"line", finding.place.line},
                    {"message", finding.message},
                    {"fix", finding.fix}});
  }
  print_line({{"errors", list}, {"exit", code}});
  return code;
}

bool Console::ask(const std::string& question) const {
  std::cerr << question << " Type yes to go on: " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "yes";
}

}  // namespace wamigrate::cli
