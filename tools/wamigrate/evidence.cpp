#include "evidence.hpp"

#include <fmt/format.h>

#include <map>
#include <mutex>
#include <set>

#include "base/diagnostic.hpp"
#include "ports/command_output.hpp"
#include "ports/files.hpp"
#include "webhooks/evidence.hpp"

namespace wamigrate::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t output_at_most = 64UL * 1024 * 1024;

std::map<std::string, std::string> facts_of(const EvidenceQuestion& question) {
  const auto listed = [](const std::vector<std::string>& list) {
    std::string text;
    for (const std::string& one : list) text += (text.empty() ? "" : " ") + one;
    return text;
  };
  return {{"WAMIGRATE_PHONE", question.phone},
          {"WAMIGRATE_PHONE_NUMBER_ID", question.phone_number_id},
          {"WAMIGRATE_DEPLOYMENT", question.deployment},
          {"WAMIGRATE_TAGS", listed(question.tags)},
          {"WAMIGRATE_MESSAGES", listed(question.messages)}};
}

class RealEvidence : public EvidenceSource {
 public:
  Result<MessageEvidence> ask(const EvidenceQuestion& question) override {
    const auto place = parse_evidence_place(question.place);
    if (!place) return tl::make_unexpected(place.error());
    switch (place->kind) {
      case EvidencePlace::Kind::listen:
        return from_store(place->target, question);
      case EvidencePlace::Kind::file:
        return from_lines(question, read_file(expand_home(place->target)));
      case EvidencePlace::Kind::cmd:
        return from_lines(question, output_of(place->target, facts_of(question), 30s, output_at_most));
      case EvidencePlace::Kind::none:
        break;
    }
    return MessageEvidence{};
  }

 private:
  static Result<MessageEvidence> from_lines(const EvidenceQuestion& question, const Result<std::string>& lines) {
    if (!lines) {
      return fail(fmt::format("{}: {}", question.place, lines.error().message), lines.error().fix);
    }
    return webhooks::evidence_in(*lines, question);
  }

  Result<MessageEvidence> from_store(const std::string& file, const EvidenceQuestion& question) {
    PostStore* store = nullptr;
    {
      const std::lock_guard lock(mutex_);
      auto& slot = stores_[file];
      if (!slot) {
        auto opened = PostStore::open(expand_home(file), false, "");
        if (!opened) return tl::make_unexpected(opened.error());
        slot = std::move(*opened);
      }
      store = slot.get();
    }
    return webhooks::evidence_in(*store, question);
  }

  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<PostStore>> stores_;
};

}  // namespace

std::unique_ptr<EvidenceSource> real_evidence() { return std::make_unique<RealEvidence>(); }

Diagnostics check_evidence(EvidenceSource& source, const std::vector<const Number*>& numbers) {
  Diagnostics missing;
  std::set<std::string> asked;
  for (const Number* number : numbers) {
    const std::string place = number->test_message->evidence.text();
    if (!number->test_message->asked() || !asked.insert(place).second) continue;
    EvidenceQuestion question;
    question.place = place;
    question.phone = number->phone.e164;
    question.phone_number_id = number->phone_number_id;
    question.deployment = number->deployment.name;
    if (const auto answer = source.ask(question); !answer) {
      missing.push_back({number->declared_at, "the evidence of test messages can't be had: " + answer.error().message,
                         answer.error().fix});
    }
  }
  return missing;
}

}  // namespace wamigrate::cli
