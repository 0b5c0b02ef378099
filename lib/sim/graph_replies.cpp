// The forms that Graph's requests and replies share: the token, success, asked fields, and lists in pages.
#include <Poco/URI.h>
#include <fmt/format.h>

#include <algorithm>

#include "sim/graph_call.hpp"

namespace wamigrate::sim {

std::string token_of(const DoorRequest& request) {
  if (request.authorization.starts_with("Bearer ")) return request.authorization.substr(7);
  if (request.authorization.starts_with("OAuth ")) return request.authorization.substr(6);
  return request.parameter("access_token").value_or("");
}

Json success(const GraphCall& call) {
  if (call.state.dialect.success_as_string) return {{"success", "true"}};
  return {{"success", true}};
}

std::optional<Refusal> body_refusal(const GraphCall& call, std::span<const Field> fields) {
  const auto problem = check_fields(call.body, fields);
  if (!problem) return std::nullopt;
  return Refusal{100, fmt::format("(#100) Invalid parameter: {}", to_text(*problem))};
}

std::optional<Refusal> product_refusal(const GraphCall& call) {
  if (text_at(call.body, "messaging_product") == "whatsapp") return std::nullopt;
  return Refusal{100, "(#100) The parameter messaging_product is required and must be \"whatsapp\""};
}

GraphAnswer pick_fields(const GraphCall& call, std::span<const std::string_view> known,
                        std::span<const std::string_view> usual, const FieldReader& read) {
  Json object = Json::object();
  const auto asked = call.request.parameter("fields");
  if (!asked || asked->empty()) {
    for (const std::string_view field : usual) {
      Json value = read(field);
      if (!value.is_null()) object[std::string(field)] = std::move(value);
    }
    return object;
  }
  for (const std::string& field : split(*asked, ',')) {
    if (std::find(known.begin(), known.end(), field) == known.end()) {
      return refuse(100, fmt::format("(#100) Tried accessing nonexisting field ({})", field));
    }
    Json value = read(field);
    if (!value.is_null()) object[field] = std::move(value);
  }
  if (!object.contains("id")) object["id"] = read("id");
  return object;
}

namespace {

constexpr std::string_view cursor_front = "QVFI";
constexpr std::string_view cursor_back = "ZDZD";

std::string cursor_of(const std::string& id) { return fmt::format("{}{}{}", cursor_front, id, cursor_back); }

/// The id that a cursor stands for; empty for what is no cursor of ours.
std::string_view id_of(std::string_view cursor) {
  if (!cursor.starts_with(cursor_front) || !cursor.ends_with(cursor_back)) return {};
  cursor.remove_prefix(cursor_front.size());
  cursor.remove_suffix(std::min(cursor.size(), cursor_back.size()));
  return cursor;
}

/// The same request with another cursor.
std::string page_url(const GraphCall& call, const std::string& which, const std::string& cursor) {
  Poco::URI uri(call.request.base + call.request.path);
  for (const auto& [key, value] : call.request.query) {
    if (key != "after" && key != "before" && key != "access_token") uri.addQueryParameter(key, value);
  }
  uri.addQueryParameter(which, cursor);
  if (call.state.dialect.paging_next_carries_token) uri.addQueryParameter("access_token", token_of(call.request));
  return uri.toString();
}

std::optional<std::size_t> limit_of(const GraphCall& call) {
  const auto asked = call.request.parameter("limit");
  if (!asked) return 25;
  const bool digits =
      !asked->empty() && asked->size() <= 3 && asked->find_first_not_of("0123456789") == std::string::npos;
  const int limit = digits ? std::stoi(*asked) : 0;
  return limit >= 1 && limit <= 100 ? std::optional(static_cast<std::size_t>(limit)) : std::nullopt;
}

}  // namespace

GraphAnswer page_of(const GraphCall& call, const std::vector<std::string>& ids,
                    const std::function<GraphAnswer(std::size_t)>& read) {
  const auto limit = limit_of(call);
  if (!limit) return refuse(100, "(#100) limit must be a number from 1 to 100");
  const auto place_of = [&](const std::string& cursor) {
    return static_cast<std::size_t>(std::find(ids.begin(), ids.end(), id_of(cursor)) - ids.begin());
  };
  const auto after = call.request.parameter("after");
  const auto before = call.request.parameter("before");
  const std::size_t place = after ? place_of(*after) : before ? place_of(*before) : 0;
  if ((after || before) && place == ids.size()) return refuse(100, "(#100) Invalid cursor");
  const std::size_t first = after ? place + 1 : place - std::min(place, *limit);
  const std::size_t end = before && !after ? place : std::min(ids.size(), first + *limit);
  Json answer{{"data", Json::array()}};
  for (std::size_t i = first; i < end; ++i) {
    auto item = read(i);
    if (!item) return item;
    answer["data"].push_back(std::move(*item));
  }
  if (first == end) return answer;
  const std::string front = cursor_of(ids[first]);
  const std::string back = cursor_of(ids[end - 1]);
  answer["paging"] = {{"cursors", {{"before", front}, {"after", back}}}};
  if (first > 0) answer["paging"]["previous"] = page_url(call, "before", front);
  if (end != ids.size()) answer["paging"]["next"] = page_url(call, "after", back);
  return answer;
}

std::string graph_time(Time time) { return to_iso(time).substr(0, 19) + "+0000"; }

}  // namespace wamigrate::sim
