// A stage whose every secret is a canary: what the program prints is searched for them as it comes, and every byte that
// it has left is searched afterwards, for what the vendor hands out too.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/stage.hpp"

namespace wamigrate::tests {

std::string base64(const std::string& text);

/// Names and values of what must not be found.
class Canaries {
 public:
  /// Also as JSON, a URL and base64 would spell it.
  void plant(const std::string& name, const std::string& secret);
  /// The names of those that stand in the text.
  std::string in(const std::string& text) const;

 private:
  std::vector<std::pair<std::string, std::string>> list_;
};

class Watched {
 public:
  explicit Watched(StageOptions options = {});

  /// A variable of the program's environment that holds a secret.
  void set(const std::string& name, const std::string& secret);
  /// Where Graph sends the apps' webhooks, with a token in the query that is a canary.
  void set_callback(const std::string& url);
  /// Writes the stage's inventory with this proxy and a login for it.
  void set_proxy(const std::string& url);

  Ended run(const Args& arguments, const std::string& input = {});
  /// Of a process that was started by the test itself: waits for its end, and searches what it has printed.
  Ended end_of(Process& process, const std::string& name);

  /// Searches all that was printed and all that is on disk, now also for what the vendor has handed out.
  void search(int files_at_least = 8);

  Stage stage;
  Canaries canaries;
  std::string printed;
  int requests = 0;  ///< Whose lines were searched.

 private:
  void look_at(const Ended& ended, const std::string& name);
  void search_requests();

  Place outside_;
};

}  // namespace wamigrate::tests
