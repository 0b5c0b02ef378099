// Searching the catalogue. One ranking decides everywhere which entry speaks for a reply, so that `explain` and a
// run can't disagree.
#include "api/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

#include "api/catalogue_data.hpp"
#include "base/result.hpp"

namespace wamigrate::api {

namespace {

constexpr std::array common_entries{
    CatalogueEntry{Side::graph, "transport timeout", "", "", "no answer in time",
                   "The deadline passed before a complete reply. The request may have been carried out.",
                   ErrorClass::down, "Wait: the number is observed before anything is repeated.",
                   "HTTP gives no other sign", catalogue_data::documented},
    CatalogueEntry{Side::graph, "transport dropped", "", "", "connection dropped",
                   "The connection ended before a complete reply. The request may have been carried out.",
                   ErrorClass::down, "Wait: the number is observed before anything is repeated.",
                   "HTTP gives no other sign", catalogue_data::documented},
    CatalogueEntry{Side::graph, "transport garbled", "", "", "reply garbled",
                   "What came back is not HTTP, or shorter than announced. The request may have been carried out.",
                   ErrorClass::down, "Look at proxies in between if it happens again.", "RFC 9112, 2022-06, section 8",
                   catalogue_data::documented},
    CatalogueEntry{Side::graph, "transport unreachable", "", "", "not reachable",
                   "No connection: the name, the route, a closed port, or no answer to connecting.", ErrorClass::down,
                   "Check the URL, DNS, the firewall, and whether the other side is up.", "HTTP gives no other sign",
                   catalogue_data::documented},
    CatalogueEntry{Side::graph, "transport tls", "", "", "TLS handshake failed",
                   "The certificate, its host name or the protocol was not accepted; nothing was sent.",
                   ErrorClass::unknown,
                   "Compare the URL with the certificate's names. For an on-premises client with a self-signed "
                   "certificate give its CA as ca_file.",
                   "RFC 9110, 2022-06, section 4.3.4", catalogue_data::documented},
    CatalogueEntry{Side::graph, "transport refused", "", "", "request not sendable",
                   "This side would not send the request: a malformed URL or header, or an unreadable CA file.",
                   ErrorClass::unknown, "Correct the URL or ca_file in the inventory.", "wamigrate's own rule",
                   catalogue_data::documented},
    CatalogueEntry{Side::graph, "transport too_large", "", "", "reply too large",
                   "The reply grew past what any honest reply needs and was given up. The request may have been "
                   "carried out.",
                   ErrorClass::unknown, "Check that the URL leads to the API and not to something else.",
                   "wamigrate's own rule", catalogue_data::documented},
    CatalogueEntry{Side::graph, "unreadable", "", "", "reply not understood",
                   "The reply is neither an answer nor an error of this API: HTML, half a document, or parts missing. "
                   "The request may have been carried out.",
                   ErrorClass::down,
                   "Wait: the number is observed before anything is repeated. If it stays, look for a proxy or a login "
                   "page in between.",
                   "wamigrate's own rule", catalogue_data::documented},
    CatalogueEntry{Side::graph, "unknown", "", "", "code not known",
                   "No page read for this catalogue names this code, or the reply gave none.", ErrorClass::unknown,
                   "Look it up in Meta's error reference, check where the number is served, then use resolve or retry.",
                   "wamigrate's own rule", catalogue_data::documented},
};

std::vector<CatalogueEntry> assembled() {
  std::vector<CatalogueEntry> all;
  const auto append = [&all](std::span<const CatalogueEntry> entries, Side side) {
    for (CatalogueEntry entry : entries) {
      entry.side = side;
      all.push_back(entry);
    }
  };
  append(catalogue_data::graph(), Side::graph);
  append(common_entries, Side::graph);
  append(catalogue_data::onprem(), Side::onprem);
  append(common_entries, Side::onprem);
  return all;
}

std::optional<long> number(std::string_view text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool in_range(std::string_view range, std::string_view code) {
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos) return false;
  const auto first = number(range.substr(0, dash));
  const auto last = number(range.substr(dash + 1));
  const auto value = number(code);
  return first && last && value && *first <= *value && *value <= *last;
}

bool contains(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

struct Question {
  Side side;
  std::string_view code, details, on;
  std::string status, status_class;  ///< "http 503", "http 5xx"; empty when the status does not count.
};

/// 0 where the entry does not fit; else the more telling it is, the greater.
int fit(const CatalogueEntry& entry, const Question& asked) {
  if (entry.side != asked.side) return 0;
  if (!entry.detail.empty() && !contains(asked.details, entry.detail)) return 0;
  if (!entry.on.empty() && entry.on != asked.on) return 0;
  const int closeness = (entry.detail.empty() ? 0 : 2) + (entry.on.empty() ? 0 : 1);
  if (entry.code == asked.code) return 40 + closeness;
  if (in_range(entry.code, asked.code)) return 30 + closeness;
  if (entry.code == asked.status) return 20 + closeness;
  if (entry.code == asked.status_class) return 10 + closeness;
  return 0;
}

const CatalogueEntry* best(const Question& asked) {
  const CatalogueEntry* found = nullptr;
  int best_fit = 0;
  for (const CatalogueEntry& entry : catalogue()) {
    if (const int this_fit = fit(entry, asked); this_fit > best_fit) {
      best_fit = this_fit;
      found = &entry;
    }
  }
  return found;
}

}  // namespace

std::string_view name(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::token:
      return "token";
    case ErrorClass::throttled:
      return "throttled";
    case ErrorClass::down:
      return "down";
    case ErrorClass::settling:
      return "settling";
    case ErrorClass::pin:
      return "pin";
    case ErrorClass::backup:
      return "backup";
    case ErrorClass::half_done:
      return "half-done";
    case ErrorClass::verify:
      return "verify";
    case ErrorClass::budget:
      return "budget";
    case ErrorClass::never:
      return "never";
    case ErrorClass::unknown:
      return "unknown";
  }
  ensure(false, "every error class has a name");
  return "";
}

Limit limit_of(std::string_view code) {
  if (code == "80007" || code == "80008") return Limit::account;
  if (code == "130429" || code == "2494055" || code == "131056") return Limit::number;
  return Limit::app;
}

std::span<const CatalogueEntry> catalogue() {
  static const std::vector<CatalogueEntry> all = assembled();
  return all;
}

const CatalogueEntry& look_up(Side side, std::string_view code, std::string_view details, std::string_view on,
                              int http_status) {
  Question asked{side, code, details, on, "", ""};
  if (http_status != 0) {
    asked.status = fmt::format("http {}", http_status);
    asked.status_class = fmt::format("http {}xx", http_status / 100);
  }
  const CatalogueEntry* found = best(asked);
  if (found == nullptr) found = best({side, "unknown", "", "", "", ""});
  ensure(found != nullptr, "the catalogue has the entry unknown");
  return *found;
}

const CatalogueEntry* listed(Side side, std::string_view code, std::string_view details, std::string_view on) {
  return code == "unknown" ? nullptr : best({side, code, details, on, "", ""});
}

std::vector<const CatalogueEntry*> entries_about(std::string_view code) {
  const auto gather = [](const auto& fits) {
    std::vector<const CatalogueEntry*> found;
    for (const CatalogueEntry& entry : catalogue()) {
      if (fits(entry)) found.push_back(&entry);
    }
    return found;
  };
  auto found = gather([&](const CatalogueEntry& entry) {
    const std::size_t slash = entry.code.find('/');
    return entry.code == code || (slash != std::string_view::npos &&
                                  (entry.code.substr(0, slash) == code || entry.code.substr(slash + 1) == code));
  });
  if (found.empty()) found = gather([&](const CatalogueEntry& entry) { return in_range(entry.code, code); });
  return found;
}

}  // namespace wamigrate::api
