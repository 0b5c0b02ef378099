// One function a kind of value. URLs are taken apart by hand, strictly: the few forms a base URL may have are fewer
// than any general parser accepts, and what one parser forgives another may read as a different host.
#include "model/inventory_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>

#include "base/database_url.hpp"
#include "base/loopback.hpp"
#include "model/inventory_text.hpp"

namespace wamigrate::inventory {

namespace {

using namespace std::chrono_literals;

/// A whole number of digits alone.
std::optional<int> to_int(std::string_view text) {
  int value = 0;
  if (!all_digits(text)) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

struct Url {
  std::string scheme;  ///< Lower case.
  std::string host;    ///< Lower case; an IPv6 address keeps its brackets.
  int port = 0;        ///< 0: not given.
  std::string rest;    ///< Path, query and fragment.
};

bool is_url_character(char c) {
  return c > ' ' && c < 0x7F && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool is_host(std::string_view host) {
  if (host.starts_with('[')) {
    return host.size() > 3 && host.ends_with(']') && host.find(':') != std::string_view::npos &&
           host.find_first_not_of("0123456789abcdef:.", 1) == host.size() - 1;
  }
  return !host.empty() && !host.starts_with('.') && !host.starts_with('-') &&
         std::all_of(host.begin(), host.end(), is_host_character);
}

Result<Url> split_url(std::string_view text) {
  constexpr std::string_view example = "write it as https://host:port, as in https://10.0.0.5:9090";
  const auto malformed = [&] { return fail("this is not a URL of the form https://host:port", std::string(example)); };
  if (text.find('@') != std::string_view::npos) {
    return fail("the URL carries a user name or a password",
                "remove everything before the @, and the @; the keys for them take references");
  }
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos || !std::all_of(text.begin(), text.end(), is_url_character)) {
    return malformed();
  }
  Url url;
  url.scheme = lower(text.substr(0, scheme_end));
  if (url.scheme != "https" && url.scheme != "http") return malformed();
  text.remove_prefix(scheme_end + 3);

  const std::string authority = lower(text.substr(0, text.find_first_of("/?#")));
  url.rest = std::string(text.substr(authority.size()));
  const auto host_end = authority.find(':', authority.starts_with('[') ? authority.find(']') : 0);
  url.host = authority.substr(0, host_end);
  if (!is_host(url.host)) return malformed();
  if (host_end != std::string::npos) {
    const std::optional<int> port = to_int(std::string_view(authority).substr(host_end + 1));
    if (!port || *port < 1 || *port > 65'535) return malformed();
    url.port = *port;
  }
  return url;
}

Result<std::string> parse_url(std::string_view text, bool query_allowed) {
  const Result<Url> url = split_url(text);
  if (!url) return tl::make_unexpected(url.error());
  if (url->scheme == "http" && !is_loopback(url->host)) {
    return fail("plain http to another machine would send passwords and backups readably over the network",
                "use https; http is for 127.0.0.0/8, [::1] and localhost only");
  }
  if (!query_allowed && url->rest.find_first_of("?#") != std::string::npos) {
    return fail("the URL carries a query or a fragment", "remove everything from the ? or # on");
  }
  const int default_port = url->scheme == "https" ? 443 : 80;
  const bool show_port = url->port != 0 && url->port != default_port;
  std::string spelled = fmt::format("{}://{}{}{}", url->scheme, url->host,
                                    show_port ? fmt::format(":{}", url->port) : std::string(), url->rest);
  while (spelled.ends_with('/')) spelled.pop_back();
  return spelled;
}

std::string join(const std::string& folder, std::string_view path) {
  if (path.starts_with('/') || path.starts_with("~/")) return std::string(path);
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

struct PinModeName {
  PinMode mode;
  std::string_view name;
};
constexpr std::array pin_modes{PinModeName{PinMode::declared, "declared"}, PinModeName{PinMode::set, "set"}};

}  // namespace

Result<std::string> parse_id(std::string_view text) {
  constexpr std::size_t longest_id = 32;
  if (all_digits(text) && text.size() <= longest_id) return std::string(text);
  if (text.find_first_of("eE") != std::string_view::npos && to_int(text.substr(0, 1))) {
    return fail("the id has been shortened to an exponent, as spreadsheets do",
                "format the column as text and enter all digits again");
  }
  return fail("an id is digits alone",
              "copy it from WhatsApp Manager or the app's dashboard, and put quotes around it");
}

Result<std::string> parse_word(std::string_view text) {
  if (text.empty()) return fail("the value is empty", "give one, or remove the key");
  return std::string(text);
}

Result<int> parse_count(std::string_view text, int least, int most) {
  const std::optional<int> value = to_int(text);
  if (value && *value >= least && *value <= most) return *value;
  return fail("this is not a whole number in the range", fmt::format("write a number from {} to {}", least, most));
}

Result<Amount> parse_amount(std::string_view text) {
  constexpr int most = 1'000'000;
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  const std::optional<int> value = to_int(text);
  if (value && *value >= 1 && *value <= (percent ? 100 : most)) return Amount{*value, percent};
  return fail("this is neither a count nor a percentage", "write a whole number from 1, or 1% to 100%");
}

Result<Millis> parse_length(std::string_view text, Millis least) {
  constexpr Millis most = 8760h;
  const std::optional<Millis> length = parse_duration(text);
  if (!length) return fail("this is not a duration", "write a whole number and its unit: 500ms, 60s, 5m or 72h");
  if (*length < least || *length > most) {
    return fail("the duration is out of range", fmt::format("write {} to {}", to_text(least), to_text(most)));
  }
  return *length;
}

Result<std::string> parse_template_name(std::string_view text) {
  const bool plain = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
  if (text.empty() || text.size() > 512 || !plain) {
    return fail("this is no name of a template", "write it in lower case as WhatsApp Manager shows it");
  }
  return std::string(text);
}

Result<std::string> parse_template_language(std::string_view text) {
  const auto is_word = [](std::string_view part, std::string_view letters) {
    return (part.size() == 2 || part.size() == 3) && part.find_first_not_of(letters) == std::string_view::npos;
  };
  const auto dash = text.find('_');
  const bool whole = dash == std::string_view::npos;
  if (!is_word(text.substr(0, dash), "abcdefghijklmnopqrstuvwxyz") ||
      (!whole && !is_word(text.substr(dash + 1), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))) {
    return fail("this is no language of a template", "write it as in en_US or de");
  }
  return std::string(text);
}

Result<int> parse_shards(std::string_view text) {
  constexpr std::array allowed{1, 2, 4, 8, 16, 32};
  const std::optional<int> value = to_int(text);
  if (value && std::find(allowed.begin(), allowed.end(), *value) != allowed.end()) return *value;
  return fail("a deployment can't have this many shards", "write 1, 2, 4, 8, 16 or 32");
}

Result<bool> parse_flag(std::string_view text) {
  if (text == "true" || text == "false") return text == "true";
  return fail("this is neither yes nor no", "write true or false");
}

Result<PinMode> parse_pin_mode(std::string_view text) {
  for (const PinModeName& known : pin_modes) {
    if (known.name == text) return known.mode;
  }
  return fail("this is no way to know a PIN", "write `declared` (believe it) or `set` (set it on-premises first)");
}

Result<std::string> parse_storage_region(std::string_view text) {
  constexpr std::array<std::string_view, 14> regions{"AE", "AU", "BH", "BR", "CA", "CH", "DE",
                                                     "GB", "ID", "IN", "JP", "KR", "SG", "ZA"};
  if (std::find(regions.begin(), regions.end(), text) != regions.end()) return std::string(text);
  return fail("Cloud stores data in no such region",
              fmt::format("write one of {}, or leave it out for Meta's default", fmt::join(regions, ", ")));
}

std::string_view name(PinMode mode) {
  return std::find_if(pin_modes.begin(), pin_modes.end(), [&](const PinModeName& known) { return known.mode == mode; })
      ->name;
}

Result<std::string> parse_graph_version(std::string_view text) {
  const auto dot = text.find('.');
  if (text.starts_with('v') && dot != std::string_view::npos && all_digits(text.substr(1, dot - 1)) &&
      all_digits(text.substr(dot + 1))) {
    return std::string(text);
  }
  return fail("this is not a version of the Graph API", "write it as in v23.0");
}

Result<std::string> parse_base_url(std::string_view text) { return parse_url(text, false); }

Result<std::string> parse_feed_url(std::string_view text) {
  if (text.empty()) return std::string();
  return parse_url(text, true);
}

Result<std::string> parse_proxy(std::string_view text) {
  if (text.find('@') != std::string_view::npos) {
    return fail("the proxy's address carries a user name or a password",
                "remove everything before the @, and the @; `proxy_login` takes a reference to them");
  }
  const Result<Url> url = split_url(text);
  if (!url || url->scheme != "http" || url->port == 0 || !url->rest.empty()) {
    return fail(
        "this is not a proxy of the form http://host:port",
        "write the host and the port of an HTTP proxy and nothing behind them, as in http://proxy.example:3128");
  }
  return fmt::format("http://{}:{}", url->host, url->port);
}

Result<std::string> parse_path(std::string_view text, const std::string& folder) {
  if (text.empty()) return std::string();
  return join(folder, text);
}

Result<std::string> parse_ledger(std::string_view text, const std::string& folder) {
  if (is_database_url(text)) {
    auto url = parse_database_url(text, DatabaseUse::ledger);
    if (!url) return tl::make_unexpected(url.error());
    if (url->password.kind == SecretRef::Kind::file) url->password.target = join(folder, url->password.target);
    if (!url->sslrootcert.empty()) url->sslrootcert = join(folder, url->sslrootcert);
    return url->text();
  }
  if (text.find("://") == std::string_view::npos) return parse_path(text, folder);
  return fail("the ledger is a URL, not the path of a file",
              "write a path, a database as postgresql://USER@HOST/DATABASE, or remove the key to use the default");
}

Result<std::string> parse_message_text(std::string_view text) {
  constexpr std::size_t most = 4096;
  const auto characters =
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return fail("the message is empty", "write what is to be sent");
  }
  if (static_cast<std::size_t>(characters) > most)
    return fail("the message is too long", "write up to 4096 characters");
  return std::string(text);
}

Result<EvidencePlace> parse_evidence(std::string_view text, const std::string& folder) {
  Result<EvidencePlace> place = parse_evidence_place(text);
  if (place && place->kind != EvidencePlace::Kind::cmd) place->target = join(folder, place->target);
  return place;
}

Result<SecretRef> parse_ref(std::string_view text, const std::string& folder) {
  Result<SecretRef> ref = parse_secret_ref(text);
  if (ref && ref->kind == SecretRef::Kind::file) ref->target = join(folder, ref->target);
  return ref;
}

}  // namespace wamigrate::inventory
