#include "cli/watched.hpp"

#include <sodium.h>

#include <array>

#include "support/catch.hpp"
#include "support/power_cut.hpp"

namespace wamigrate::tests {
namespace {

namespace fs = std::filesystem;

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) result += std::string(c == '/' || c == '"' ? "\\" : "") + c;
  return result;
}

/// What Graph wants beside the token: HMAC-SHA256 of the token under the app secret, in hex.
std::string proof(const std::string& token, const std::string& app_secret) {
  crypto_auth_hmacsha256_state state{};
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> sum{};
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(app_secret.data()), app_secret.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(token.data()), token.size());
  crypto_auth_hmacsha256_final(&state, sum.data());
  std::array<char, 2 * crypto_auth_hmacsha256_BYTES + 1> hex{};
  return sodium_bin2hex(hex.data(), hex.size(), sum.data(), sum.size());
}

std::string in_url(const std::string& text) {
  std::string result;
  for (const char c : text) {
    result += c == '/' ? "%2F" : c == '"' ? "%22" : std::string(1, c);
  }
  return result;
}

/// A request's line without the parameters that are secret by Meta's own wish, or the consumer's; nothing of what is no
/// request.
std::string open_part(const std::string& sent) {
  std::string line = sent.substr(0, sent.find('\r'));
  if (!has(line, " HTTP/1.1")) return {};
  for (const std::string parameter :
       {"appsecret_proof=", "hub.verify_token=", "/debug_token?input_token=", "/hook?token="}) {
    if (const std::size_t at = line.find(parameter); at != std::string::npos) {
      line.erase(at, line.find_first_of("& ", at + parameter.size()) - at);
    }
  }
  return line;
}

}  // namespace

std::string base64(const std::string& text) {
  std::string encoded(sodium_base64_encoded_len(text.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(encoded.data(), encoded.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  encoded.pop_back();
  return encoded;
}

void Canaries::plant(const std::string& name, const std::string& secret) {
  if (secret.empty()) return;
  list_.emplace_back(name, secret);
  list_.emplace_back(name + " in JSON", escaped(secret));
  list_.emplace_back(name + " in a URL", in_url(secret));
  // Six digits in base64 would be eight letters that mean nothing; longer ones are told apart.
  if (secret.size() > 8) list_.emplace_back(name + " in base64", base64(secret).substr(0, secret.size()));
}

std::string Canaries::in(const std::string& text) const {
  std::string found;
  for (const auto& [name, secret] : list_) {
    if (text.find(secret) != std::string::npos) found += name + "; ";
  }
  return found;
}

Watched::Watched(StageOptions options) : stage(std::move(options)) {
  set("GRAPH_TOKEN", "EAAGcanaryTOKENq7Xw");
  set("APP_SECRET", "canaryAPPSECRETu5Tz");
  set("PROXY_LOGIN", "user:canaryPROXYlogin4Wc");
  set("ONPREM_PASSWORD", "canary/ONPREM\"pw9Lk");
  set("BACKUP_PASSWORD", "canary/BACKUP\"pw3Rm");
  set("PIN_0", "739158");
  set("PIN_1", "739158");
  set("RIGHT_PIN", "864203");
  canaries.plant("appsecret_proof", proof(stage.environment["GRAPH_TOKEN"], stage.environment["APP_SECRET"]));
  canaries.plant("basic credentials", "admin:" + stage.environment["ONPREM_PASSWORD"]);
  canaries.plant("the path of the on-premises webhook", "canaryHOOKpath4Vn");
  canaries.plant("the query of Graph's webhook", "canaryHOOKtoken6Jd");
  stage.environment["LD_PRELOAD"] = WAMIGRATE_TEST_DISK;
  stage.environment["WAMIGRATE_TEST_DISK"] = (outside_.path() / "record").string();
  stage.environment["WAMIGRATE_TEST_DISK_ROOT"] = "/no/such/directory";
  stage.environment["ASAN_OPTIONS"] += ":verify_asan_link_order=0";
  set_callback("https://hooks.example.com/cloud");
  // Plain http to this machine goes straight, so that this proxy is never asked; its login is there all the same.
  set_proxy("http://127.0.0.1:1");
  auto state = stage.world->hold();
  sim::GraphToken token;
  token.app_id = "900100200300";
  token.issued = stage.clock.now();
  state->tokens.clear();
  state->tokens[stage.environment["GRAPH_TOKEN"]] = token;
  state->apps.begin()->second.secret = stage.environment["APP_SECRET"];
  for (auto& [name, deployment] : state->deployments) {
    deployment.users["admin"].password = stage.environment["ONPREM_PASSWORD"];
    deployment.application["webhooks"]["url"] = "https://consumer.example/onprem/canaryHOOKpath4Vn/" + name;
  }
  for (auto& [phone, number] : state->numbers) {
    number.pin = stage.environment["PIN_0"];
    number.code = "585714";
  }
  canaries.plant("code", "585714");
}

void Watched::set(const std::string& name, const std::string& secret) {
  stage.environment[name] = secret;
  canaries.plant(name, secret);
}

void Watched::set_callback(const std::string& url) {
  for (auto& [id, app] : stage.world->hold()->apps) app.callback_url = url + "?token=canaryHOOKtoken6Jd";
}

void Watched::set_proxy(const std::string& url) {
  std::string inventory = stage.inventory();
  const std::string before = "app_secret: env:APP_SECRET\n";
  inventory.insert(inventory.find(before) + before.size(), "  proxy: " + url + "\n  proxy_login: env:PROXY_LOGIN\n");
  stage.put("inventory.yaml", inventory);
}

void Watched::look_at(const Ended& ended, const std::string& name) {
  printed += ended.out + ended.err;
  const std::string found = canaries.in(ended.out + ended.err);
  INFO("wamigrate " << name << " printed: " << found << ended.text());
  CHECK(found.empty());
}

Ended Watched::run(const Args& arguments, const std::string& input) {
  Ended ended = stage.run(arguments, input);
  look_at(ended, arguments.front());
  return ended;
}

Ended Watched::end_of(Process& process, const std::string& name) {
  Ended ended = process.wait();
  look_at(ended, name);
  return ended;
}

void Watched::search(int files_at_least) {
  {
    auto state = stage.world->hold();
    for (const auto& [text, backup] : state->backups) canaries.plant("backup", text);
    for (const auto& [phone, number] : state->numbers) canaries.plant("certificate", number.certificate);
    for (const auto& [name, deployment] : state->deployments) canaries.plant("on-premises token", "eyJsim." + name);
  }
  CHECK(canaries.in(printed).empty());
  int files = 0;
  for (const fs::path& top : {stage.home(), stage.work()}) {
    for (const auto& entry : fs::recursive_directory_iterator(top)) {
      if (!entry.is_regular_file()) continue;
      ++files;
      const std::string found = canaries.in(content_of(entry.path()));
      INFO(entry.path().string() << " holds: " << found);
      CHECK(found.empty());
    }
  }
  CHECK(files >= files_at_least);
  search_requests();
}

// Searches the first lines of all requests that left: proxies and servers keep them.
void Watched::search_requests() {
  for (const DiskEvent& event : read_disk_events(outside_.path() / "record")) {
    const std::string line = open_part(event.data);
    requests += line.empty() ? 0 : 1;
    const std::string found = canaries.in(line);
    INFO("the line of a request holds: " << found);
    CHECK(found.empty());
  }
}

}  // namespace wamigrate::tests
