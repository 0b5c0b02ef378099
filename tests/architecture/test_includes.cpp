// The architecture, read from the sources: who includes whom, and which spellings may stand in one place only.
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "support/catch.hpp"

namespace {

namespace fs = std::filesystem;

const fs::path root = SOURCE_DIR;

// What each folder of lib/ may include, besides itself. docs/architecture.md has the reasons.
const std::map<std::string, std::set<std::string>> allowed = {
    {"base", {}},
    {"ports", {"base"}},
    {"model", {"base"}},
    {"api", {"base", "ports"}},
    {"messages", {"base", "model"}},
    {"plan", {"base", "model"}},
    {"steps", {"base", "ports", "model", "api", "plan"}},
    {"run", {"base", "ports", "model", "plan", "steps"}},
    {"measure", {"base", "model"}},
    {"report", {"base", "model", "messages", "plan", "run", "measure"}},
    {"sim", {"base", "ports"}},
    {"webhooks", {"base", "ports"}},
};

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<fs::path> sources(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".cpp" || entry.path().extension() == ".hpp") files.push_back(entry.path());
  }
  return files;
}

// Every source of lib/ and tools/ that has the spelling and lies outside the folders where it may stand.
std::string strays(const std::string& spelling, const std::set<std::string>& may_stand) {
  std::string found;
  for (const std::string top : {"lib", "tools"}) {
    for (const fs::path& file : sources(root / top)) {
      const fs::path relative = file.lexically_relative(root);
      const std::string folder = top == "lib" ? (*std::next(relative.begin())).string() : "tools";
      if (!may_stand.contains(folder) && text_of(file).find(spelling) != std::string::npos) {
        found += relative.string() + "\n";
      }
    }
  }
  return found;
}

}  // namespace

TEST_CASE("every folder of lib/ includes only the folders it may") {
  const std::regex include("#include \"([a-z]+)/");
  std::set<std::string> folders;
  for (const auto& [folder, others] : allowed) {
    folders.insert(folder);
    for (const fs::path& file : sources(root / "lib" / folder)) {
      const std::string text = text_of(file);
      for (auto it = std::sregex_iterator(text.begin(), text.end(), include); it != std::sregex_iterator(); ++it) {
        const std::string other = (*it)[1];
        INFO(file.string() << " includes " << other);
        CHECK((other == folder || others.contains(other)));
      }
    }
  }
  for (const auto& entry : fs::directory_iterator(root / "lib"))
    CHECK(folders.contains(entry.path().filename().string()));
}

TEST_CASE("endpoints stand in the clients, the simulator and the translation of messages only") {
  CHECK(strays("\"/v1/", {"api", "sim", "messages"}) == "");
}

TEST_CASE("Graph's address stands where the inventory's default is, in the clients and the simulator only") {
  CHECK(strays("graph.facebook.com", {"api", "sim", "model"}) == "");
}

TEST_CASE("time is asked for, and waited for, in ports only") {
  CHECK(strays("system_clock::now", {"ports"}) == "");
  CHECK(strays("steady_clock::now", {"ports"}) == "");
  CHECK(strays("sleep_for", {"ports", "tools"}) == "");
}

TEST_CASE("zones are known by their names in ports only: what they mean is read from disk") {
  CHECK(strays("date/tz.h", {"ports"}) == "");
}

TEST_CASE("the network is opened in ports only, and served by the simulator") {
  CHECK(strays("Poco/Net", {"ports", "sim", "tools"}) == "");
}

TEST_CASE("every file says first what it is") {
  for (const std::string top : {"lib", "tools"}) {
    for (const fs::path& file : sources(root / top)) {
      if (file.extension() != ".hpp") continue;
      INFO(file.string());
      CHECK(text_of(file).starts_with("//"));
    }
  }
}

TEST_CASE("every function that the model's page names stands in the file it names") {
  const std::string page = text_of(root / "docs/model.md");
  const std::regex row(R"(\| `(lib/[a-z_/.]+)` \| (.+) \|)");
  const std::regex quoted("`([a-z_]+)`");
  int names = 0;
  for (auto it = std::sregex_iterator(page.begin(), page.end(), row); it != std::sregex_iterator(); ++it) {
    const std::string source = text_of(root / std::string((*it)[1]));
    const std::string functions = (*it)[2];
    INFO((*it)[1]);
    CHECK_FALSE(source.empty());
    for (auto name = std::sregex_iterator(functions.begin(), functions.end(), quoted); name != std::sregex_iterator();
         ++name) {
      INFO((*name)[1]);
      CHECK(std::regex_search(source, std::regex("\\b" + std::string((*name)[1]) + "\\b")));
      ++names;
    }
  }
  CHECK(names > 40);
}
