// Fuzz targets: each hands arbitrary bytes to one door through which the outside comes in, and states what must hold
// whatever they are. A broken property is an exception, so libFuzzer and the ordinary test both stop at it.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace wamigrate::fuzz {

struct Target {
  std::string_view name;  ///< Of its corpus folder and its libFuzzer program.
  void (*run)(std::string_view input);
  /// Honest inputs to begin with, made from the documents and examples of the repository.
  std::vector<std::string> (*seeds)();
};

extern const Target inventory, numbers_file, plan, journal, graph, onprem, catalogue, status_feed, http_reply,
    http_request, scan, values, simulator, faults, messages, webhook, mix, mix_request, load_result, availability,
    database_url;

/// All of them.
std::span<const Target* const> targets();

/// A property that some input breaks.
struct Broken : std::logic_error {
  using std::logic_error::logic_error;
};
/// Throws Broken, with the words, where a property does not hold.
void holds(bool property, std::string_view words);

/// No control character, of one byte or (C1, which terminals obey as well) of two; nothing a terminal would act upon.
bool is_plain(std::string_view text);
/// The same, but line feeds are allowed.
bool is_plain_page(std::string_view text);

/// The texts of the files of that name in every folder under `plans/`.
std::vector<std::string> worked_situations(std::string_view file);

/// Takes an input apart: fields end at a byte 0xFF, which no honest text has.
class Fields {
 public:
  explicit Fields(std::string_view input) : rest_(input) {}
  /// The next field; empty when there is none.
  std::string next();
  /// One byte as a number; 0 when there is none.
  unsigned byte();
  /// All that is left.
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};
/// The seed that Fields takes apart like this.
std::string joined(const std::vector<std::string>& fields);

}  // namespace wamigrate::fuzz
