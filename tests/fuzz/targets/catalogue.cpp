// The catalogue of errors, asked about any code in any words: there is always an answer, and always of that side.
#include "api/catalogue.hpp"

#include <algorithm>

#include "fuzz/targets/target.hpp"

namespace wamigrate::fuzz {
namespace {

void run_catalogue(std::string_view input) {
  Fields fields(input);
  const auto side = fields.byte() % 2 == 0 ? api::Side::graph : api::Side::onprem;
  const int status = static_cast<int>(fields.byte()) * 3;
  const std::string code = fields.next();
  const std::string on = fields.next();
  const std::string_view details = fields.rest();
  const api::CatalogueEntry& entry = api::look_up(side, code, details, on, status);
  holds(entry.side == side, "an error is explained by its own side");
  holds(!entry.title.empty() && !entry.advice.empty(), "an error has a title and advice");
  holds(entry.on.empty() || entry.on == on, "an error is not explained by another call's");
  const api::CatalogueEntry* exact = api::listed(side, code, details, on);
  holds(exact == nullptr || &entry == exact || status != 0 || code == "unknown", "what is listed is what is found");
  for (const api::CatalogueEntry* about : api::entries_about(code)) holds(about != nullptr, "every entry is one");
}

std::vector<std::string> catalogue_seeds() {
  std::vector<std::string> seeds;
  for (const api::CatalogueEntry& entry : api::catalogue()) {
    seeds.push_back(std::string{entry.side == api::Side::graph ? '\0' : '\1', '\x50'} +
                    joined({std::string(entry.code), std::string(entry.on)}) + std::string(entry.detail));
  }
  return seeds;
}

}  // namespace

const Target catalogue{"catalogue", run_catalogue, catalogue_seeds};

}  // namespace wamigrate::fuzz
