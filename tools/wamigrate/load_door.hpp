// The door of a load test: one side's client for one number, and the messages of a mix as that side takes them.
#pragma once

#include <memory>
#include <string>

#include "api/graph.hpp"
#include "api/onprem.hpp"
#include "measure/load_result.hpp"
#include "measure/schedule.hpp"
#include "model/message_mix.hpp"
#include "ports/secrets.hpp"
#include "ports/transport.hpp"

namespace wamigrate::cli {

class LoadDoor {
 public:
  /// `fleet`, `number` and `mix` must outlive it. `test` names the test: the tags of its messages begin with it.
  LoadDoor(const Fleet& fleet, const Number& number, api::Side side, const MessageMix& mix, std::string test)
      : fleet_(fleet), number_(number), side_(side), mix_(mix), test_(std::move(test)) {}

  /// Resolves what sending needs, and on-premises logs in. Nothing is changed.
  Result<void> open(SecretSource& secrets, Transport& transport);
  /// Sends the `index`-th message. Safe from any thread.
  api::Answer<api::AcceptedMessage> send(std::size_t index, const DueMessage& due);
  /// Gives back the on-premises token.
  void close();

  /// What would be sent: `POST https://…/messages`, and the body.
  std::string request_text(std::size_t index, const DueMessage& due) const;
  /// biz_opaque_callback_data; empty on-premises.
  std::string tag(std::size_t index) const;
  /// The host that is spoken to.
  std::string target() const;

 private:
  api::Call call(std::size_t index, const DueMessage& due) const;

  const Fleet& fleet_;
  const Number& number_;
  const api::Side side_;
  const MessageMix& mix_;
  const std::string test_;
  std::unique_ptr<api::GraphClient> graph_;
  std::unique_ptr<api::OnpremClient> onprem_;
};

/// What a load test makes of an answer.
SendOutcome outcome_of(const api::Answer<api::AcceptedMessage>& answer);
/// No further message would fare better, or the number is in danger: tokens, policy, payment, spam, locks.
bool is_hopeless(const api::Answer<api::AcceptedMessage>& answer);

}  // namespace wamigrate::cli
