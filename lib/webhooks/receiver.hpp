// The receiver: stands where Meta and on-premises clients post their webhooks, and answers 200 for what is durable and
// for nothing else. Whoever gets another answer, or none, posts again: Meta for days, a client for hours.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "base/secret.hpp"
#include "ports/clock.hpp"
#include "ports/http_server.hpp"
#include "ports/post_store.hpp"
#include "ports/sealer.hpp"
#include "webhooks/counts.hpp"
#include "webhooks/reading.hpp"

namespace wamigrate::webhooks {

struct ReceiverOptions {
  std::string path = "/webhook";  ///< Where Graph posts.
  Secret app_secret{};            ///< Signs Graph's posts; empty: they are not taken.
  Secret verify_token{};          ///< Of Graph's handshake; empty: none is answered.
  /// Of /onprem/SECRET/DEPLOYMENT, or as the password of Basic authorization at /onprem/DEPLOYMENT; empty: on-premises
  /// posts are not taken.
  Secret onprem_secret{};
  bool forward_cloud = false;
  bool forward_onprem = false;
};

/// What was stored, for whoever looks on. No text of a message is in it.
struct PostEvent {
  Time at{};
  PostSide side = PostSide::cloud;
  std::string source;
  std::size_t bytes = 0;
  bool duplicate = false;
  Reading reading{};
};

class Receiver : public WebService {
 public:
  using Tell = std::function<void(PostEvent)>;

  /// All of it must outlive the receiver. `tell` is called from many threads at once, after a post is durable.
  Receiver(ReceiverOptions options, PostStore& store, const Sealer& sealer, Clock& clock, Tell tell);

  std::optional<ServedAnswer> admit(const ServedHead& head) override;
  ServedAnswer serve(const ServedHead& head, std::string body) override;
  void unserved(Unserved why) override;

  const Counts& counts() const { return counts_; }
  /// Why the store did not take a post, since this was last asked.
  std::optional<Error> trouble();

 private:
  /// Where an on-premises post is from: a name, if it may be at all.
  std::optional<std::string> deployment_of(const ServedHead& head) const;
  std::optional<ServedAnswer> admit_cloud(const ServedHead& head);
  ServedAnswer handshake(const ServedHead& head);
  ServedAnswer refuse(Met met, int status, std::string body = {});
  ServedAnswer keep(Post post, const std::string& body, Reading reading);

  const ReceiverOptions options_;
  PostStore& store_;
  const Sealer& sealer_;
  Clock& clock_;
  const Tell tell_;
  Counts counts_;
  std::mutex mutex_;
  std::optional<Error> trouble_;
};

/// What a post's body was sealed for; open it with this and the key.
std::string sealing_purpose(const std::string& digest);

}  // namespace wamigrate::webhooks
