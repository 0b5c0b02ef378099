// What a run is compared with: a bare client over Poco that sends as many requests of each kind, over kept-alive
// connections, so many numbers at a time. It keeps no journal, checks nothing but the status, looks at nothing before
// it acts, and could not be stopped without losing its place.
//   poco_client PORT NUMBERS CONCURRENCY KIND=COUNT …   the counts are for all numbers together, in a number's order
#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace {

enum class Place { phone, waba, deployment, graph };

struct Kind {
  std::string method;
  Place place;
  std::string path;
  std::string body{};  ///< {backup} stands for the backup that was taken.
};

const std::string number_fields =
    "?fields=id,display_phone_number,verified_name,status,platform_type,name_status,quality_rating,throughput,"
    "code_verification_status,account_mode,is_on_biz_app,is_official_business_account,is_pin_enabled";

const std::map<std::string, Kind>& kinds() {
  using enum Place;
  static const std::map<std::string, Kind> all = {
      {"node", {"GET", phone, number_fields}},
      {"phone_numbers", {"GET", waba, "/phone_numbers" + number_fields + "&limit=100"}},
      {"waba", {"GET", waba, "?fields=id,name,country,account_review_status"}},
      {"subscribed_apps", {"GET", waba, "/subscribed_apps"}},
      {"templates", {"GET", waba, "/message_templates?fields=name,language,status,category&limit=100"}},
      {"profile",
       {"GET", phone, "/whatsapp_business_profile?fields=about,address,description,email,websites,vertical"}},
      {"set_profile",
       {"POST", phone, "/whatsapp_business_profile", R"({"messaging_product":"whatsapp","about":"Hello"})"}},
      {"settings", {"GET", phone, "/settings"}},
      {"register",
       {"POST", phone, "/register",
        R"({"messaging_product":"whatsapp","pin":"123456","backup":{"password":"Secret-123","data":"{backup}"}})"}},
      {"debug_token", {"GET", graph, "/debug_token?input_token=sim-token"}},
      {"login", {"POST", deployment, "/v1/users/login"}},
      {"logout", {"POST", deployment, "/v1/users/logout"}},
      {"health", {"GET", deployment, "/v1/health"}},
      {"support", {"GET", deployment, "/v1/support"}},
      {"shards", {"GET", deployment, "/v1/account/shards"}},
      {"stats", {"GET", deployment, "/v1/stats/app"}},
      {"application", {"GET", deployment, "/v1/settings/application"}},
      {"business_profile", {"GET", deployment, "/v1/settings/business/profile"}},
      {"about", {"GET", deployment, "/v1/settings/profile/about"}},
      {"picture", {"GET", deployment, "/v1/settings/profile/photo?format=link"}},
      {"backup", {"POST", deployment, "/v1/settings/backup", R"({"password":"Secret-123"})"}},
  };
  return all;
}

/// The value of a member of a reply that is text; without reading the reply as JSON.
std::string text_after(const std::string& reply, const std::string& member) {
  const auto key = reply.find('"' + member + '"');
  if (key == std::string::npos) return {};
  const auto begin = reply.find('"', reply.find(':', key)) + 1;
  return reply.substr(begin, reply.find('"', begin) - begin);
}

/// One thread's connection, and what it knows of the number in hand.
class Client {
 public:
  explicit Client(Poco::UInt16 port) : session_("127.0.0.1", port) {
    session_.setKeepAlive(true);
    session_.setKeepAliveTimeout(Poco::Timespan(60, 0));
  }

  void begin(int number) {
    number_ = number;
    token_ = "bench-token";
    backup_.clear();
  }

  void send(const std::string& name) {
    const Kind& kind = kinds().at(name);
    Poco::Net::HTTPRequest request(kind.method, target(kind), Poco::Net::HTTPMessage::HTTP_1_1);
    if (name == "login") {
      request.set("Authorization", "Basic YWRtaW46U2VjcmV0LTEyMw==");  // admin:Secret-123
    } else {
      request.set("Authorization", "Bearer " + (kind.place == Place::deployment ? token_ : "sim-token"));
    }
    std::string body = kind.body;
    if (const auto gap = body.find("{backup}"); gap != std::string::npos) body.replace(gap, 8, backup_);
    if (kind.method == "POST") {
      request.setContentType("application/json");
      request.setContentLength(static_cast<std::streamsize>(body.size()));
    }
    session_.sendRequest(request) << body << std::flush;
    Poco::Net::HTTPResponse response;
    std::string reply;
    Poco::StreamCopier::copyToString(session_.receiveResponse(response), reply);
    if (response.getStatus() >= 400) throw std::runtime_error(name + " was answered " + reply);
    if (name == "login") token_ = text_after(reply, "token");
    if (name == "backup") backup_ = text_after(reply, "data");
  }

 private:
  std::string target(const Kind& kind) const {
    switch (kind.place) {
      case Place::phone:
        return fmt::format("/graph/v23.0/10654035{:07}{}", number_, kind.path);
      case Place::waba:
        return fmt::format("/graph/v23.0/1022901293{:05}{}", number_ / 20, kind.path);
      case Place::graph:
        return "/graph/v23.0" + kind.path;
      case Place::deployment:
        break;
    }
    return fmt::format("/onprem/de-{}{}", number_, kind.path);
  }

  Poco::Net::HTTPClientSession session_;
  int number_ = 0;
  std::string token_;
  std::string backup_;
};

struct Share {
  std::string kind;
  long long count = 0;  ///< For all numbers together.
};

/// How many of `count` requests fall to one number, so that all numbers together come to exactly that.
long long share_of(long long count, long long number, long long numbers) {
  return (number + 1) * count / numbers - number * count / numbers;
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc < 5) {
    std::cerr << "poco_client PORT NUMBERS CONCURRENCY KIND=COUNT …\n";
    return 1;
  }
  const auto port = static_cast<Poco::UInt16>(std::atoi(argv[1]));
  const int numbers = std::atoi(argv[2]);
  std::vector<Share> shares;
  for (int i = 4; i < argc; ++i) {
    const std::string text = argv[i];
    const auto equals = text.find('=');
    shares.push_back({text.substr(0, equals), std::atoll(text.c_str() + equals + 1)});
    if (!kinds().contains(shares.back().kind)) {
      std::cerr << "no request is known as " << shares.back().kind << "\n";
      return 1;
    }
  }
  std::atomic<int> next = 0;
  std::atomic<bool> failed = false;
  std::vector<std::jthread> threads;
  for (int i = 0; i < std::atoi(argv[3]); ++i) {
    threads.emplace_back([&] {
      Client client(port);
      try {
        for (int number = next++; number < numbers && !failed; number = next++) {
          client.begin(number);
          for (const Share& share : shares) {
            for (long long left = share_of(share.count, number, numbers); left > 0; --left) client.send(share.kind);
          }
        }
      } catch (const Poco::Exception& error) {
        std::cerr << error.displayText() + "\n";
        failed = true;
      } catch (const std::exception& error) {
        std::cerr << std::string(error.what()) + "\n";
        failed = true;
      }
    });
  }
  threads.clear();
  return failed ? 1 : 0;
}
