// Directories that vanish after a test, and this test program run once more as a process that can be killed.
#pragma once

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <sstream>
#include <string>
#include <utility>

#include "support/catch.hpp"

namespace wamigrate::tests {

/// A fresh directory of mode 0700.
class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "wamigrate-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() { std::filesystem::remove_all(path_); }

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

inline void put(const std::filesystem::path& file, const std::string& content, int mode = 0600) {
  std::ofstream(file, std::ios::binary) << content;
  std::filesystem::permissions(file, static_cast<std::filesystem::perms>(mode));
}

inline int mode_of(const std::filesystem::path& file) {
  return static_cast<int>(std::filesystem::status(file).permissions());
}

/// An environment variable for as long as this lives.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old, had_ = true;
    ::setenv(name, value.c_str(), 1);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() {
    if (had_) {
      ::setenv(name_, old_.c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }

 private:
  const char* name_;
  std::string old_;
  bool had_ = false;
};

/// The hidden test case with this tag, run by a process of its own. It is killed when this object goes.
class Child {
 public:
  Child(const std::string& tag, std::initializer_list<std::pair<const char*, std::string>> environment) {
    const std::string self = std::filesystem::read_symlink("/proc/self/exe");  // by name, as valgrind needs it
    int output[2];
    REQUIRE(::pipe(output) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      for (const auto& [name, value] : environment) ::setenv(name, value.c_str(), 1);
      ::setenv("WAMIGRATE_TEST_OUTPUT", std::to_string(output[1]).c_str(), 1);
      ::close(output[0]);
      ::execl(self.c_str(), "test", tag.c_str(), "--out", "/dev/null", nullptr);
      ::_exit(127);
    }
    ::close(output[1]);
    output_ = output[0];
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    kill();
    ::close(output_);
  }

  /// The next line that the child tells; empty when it has ended.
  std::string next_line() {
    std::string line;
    char c = 0;
    while (::read(output_, &c, 1) == 1 && c != '\n') line += c;
    return line;
  }
  /// kill -9.
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, 0), nullptr, 0);
  }
  /// Waits for its end; its exit code, or -1.
  int wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  /// In the child: tells the parent a line.
  static void tell(const std::string& line) {
    const std::string text = line + "\n";
    const int output = std::stoi(std::getenv("WAMIGRATE_TEST_OUTPUT"));
    REQUIRE(::write(output, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }

 private:
  pid_t pid_ = 0;
  int output_ = -1;
};

}  // namespace wamigrate::tests
