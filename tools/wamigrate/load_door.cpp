#include "load_door.hpp"

#include <Poco/URI.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "workbench.hpp"

namespace wamigrate::cli {
namespace {

/// So many characters, the same for the same message on either side.
std::string text_of(std::size_t index, int length) {
  constexpr std::string_view filler = "This is a load test of a business's own; please don't answer. ";
  std::string text = fmt::format("Message {} of a load test. ", index + 1);
  while (text.size() < static_cast<std::size_t>(length)) text += filler;
  text.resize(static_cast<std::size_t>(length));
  // Neither side keeps blanks at an end.
  if (text.back() == ' ') text.back() = '.';
  return text;
}

}  // namespace

api::Call LoadDoor::call(std::size_t index, const DueMessage& due) const {
  const MixMessage& message = mix_.messages[due.message];
  const std::string to = mix_.recipients[due.recipient].digits();
  const bool graph = side_ == api::Side::graph;
  if (message.text > 0) {
    const std::string text = text_of(index, message.text);
    return graph ? api::graph_calls::send_text(number_.phone_number_id, to, text, tag(index))
                 : api::onprem_calls::send_text(to, text);
  }
  if (const auto& request = message.request) {
    return graph ? api::graph_calls::send_content(number_.phone_number_id, to, request->cloud, tag(index))
                 : api::onprem_calls::send_content(to, request->onprem);
  }
  const api::TemplateMessage content{message.name, message.language, message.parameters};
  return graph ? api::graph_calls::send_template(number_.phone_number_id, to, content, tag(index))
               : api::onprem_calls::send_template(to, content);
}

std::string LoadDoor::tag(std::size_t index) const {
  return side_ == api::Side::graph ? fmt::format("{}-{}", test_, index + 1) : "";
}

std::string LoadDoor::target() const {
  const std::string& url = side_ == api::Side::graph ? fleet_.graph.url : number_.deployment.url;
  return Poco::URI(url).getAuthority();
}

std::string LoadDoor::request_text(std::size_t index, const DueMessage& due) const {
  const api::Call call = this->call(index, due);
  const std::string base =
      side_ == api::Side::graph ? fleet_.graph.url + "/" + fleet_.graph.version : number_.deployment.url;
  return fmt::format("{} {}{}\n  {}", call.method, base, call.path, call.body.reveal());
}

Result<void> LoadDoor::open(SecretSource& secrets, Transport& transport) {
  if (side_ == api::Side::graph) {
    auto client = graph_client_for(fleet_, secrets, transport);
    if (!client) return tl::make_unexpected(client.error());
    graph_ = *std::move(client);
    return {};
  }
  const Deployment& deployment = number_.deployment;
  auto password = secrets.resolve(deployment.password);
  if (!password) return tl::make_unexpected(password.error());
  const api::Timeouts timeouts{fleet_.policy.request_timeout, fleet_.policy.register_timeout};
  onprem_ = std::make_unique<api::OnpremClient>(transport, deployment.url, deployment.ca_file, deployment.username,
                                                std::move(*password), timeouts);
  const auto health = onprem_->health();  // logs in before anything is measured
  if (health) return {};
  return fail(fmt::format("{} can't be asked: {}", deployment.name, api::to_text(health.error())),
              std::string(health.error().entry->advice));
}

api::Answer<api::AcceptedMessage> LoadDoor::send(std::size_t index, const DueMessage& due) {
  const api::Call built = call(index, due);
  return graph_ ? graph_->send_message(built) : onprem_->send_message(built);
}

void LoadDoor::close() {
  if (onprem_) onprem_->logout();
}

SendOutcome outcome_of(const api::Answer<api::AcceptedMessage>& answer) {
  SendOutcome outcome;
  if (answer) return outcome;
  const api::Failure& failure = answer.error();
  outcome.kind = api::name(failure.entry->error_class);
  outcome.code = failure.code.empty() ? std::string(failure.entry->code) : failure.code;
  outcome.title = failure.entry->title;
  switch (failure.how) {
    case api::Failure::How::refused:
      outcome.fate = failure.entry->error_class == api::ErrorClass::throttled ? SendFate::throttled : SendFate::refused;
      break;
    case api::Failure::How::ambiguous:
      outcome.fate = SendFate::unanswered;
      break;
    case api::Failure::How::not_sent:
      outcome.fate = SendFate::not_sent;
      break;
  }
  return outcome;
}

bool is_hopeless(const api::Answer<api::AcceptedMessage>& answer) {
  if (answer || answer.error().how != api::Failure::How::refused) return false;
  const api::CatalogueEntry& entry = *answer.error().entry;
  if (entry.error_class == api::ErrorClass::token || entry.error_class == api::ErrorClass::never) return true;
  constexpr std::array<std::string_view, 8> of_graph{"130497", "131031", "131042", "131045",
                                                     "131048", "131064", "133010", "133007"};
  constexpr std::array<std::string_view, 5> of_onprem{"402", "430", "471", "1005", "1031"};
  const auto holds = [&entry](const auto& codes) {
    return std::find(codes.begin(), codes.end(), entry.code) != codes.end();
  };
  return entry.side == api::Side::graph ? holds(of_graph) : holds(of_onprem);
}

}  // namespace wamigrate::cli
