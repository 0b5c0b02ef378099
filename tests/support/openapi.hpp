// A small checker of requests against Meta's published description (tests/contract/openapi): it knows the keywords that
// the slice uses and no others, and complains of one it does not know rather than passing over it. Objects are closed:
// the Cloud API refuses what is not described, whether or not the description says so.
#pragma once

#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace wamigrate::testing {

using Schema = nlohmann::json;

/// Plain YAML scalars are numbers and flags where they look so; quoted ones are text.
inline Schema from_yaml(const YAML::Node& node) {
  if (node.IsSequence()) {
    Schema list = Schema::array();
    for (const YAML::Node& each : node) list.push_back(from_yaml(each));
    return list;
  }
  if (node.IsMap()) {
    Schema map = Schema::object();
    for (const auto& each : node) map[each.first.as<std::string>()] = from_yaml(each.second);
    return map;
  }
  if (node.IsNull()) return nullptr;
  const auto text = node.as<std::string>();
  if (node.Tag() == "!") return text;
  if (text == "true" || text == "false") return text == "true";
  if (std::regex_match(text, std::regex("-?[0-9]{1,15}"))) return std::stoll(text);
  return text;
}

/// What is asked, as it goes onto the wire.
struct DescribedRequest {
  std::string method;
  std::vector<std::string> path;                             ///< Without slashes, the version first.
  std::vector<std::pair<std::string, std::string>> query{};  ///< Decoded.
  std::string body{};                                        ///< Empty for none.
  std::string node;                                          ///< "Phone-Number-ID" or "WABA-ID": whose id path[1] is.
};

class OpenApi {
 public:
  explicit OpenApi(const std::string& file) : whole_(from_yaml(YAML::LoadFile(file))) {}

  /// What does not conform, one sentence each; empty for nothing.
  std::vector<std::string> complaints(const DescribedRequest& request) {
    said_.clear();
    std::string shape = "/{Version}/{" + request.node + "}";
    for (std::size_t i = 2; i < request.path.size(); ++i) shape += "/" + request.path[i];
    std::string method = request.method;
    for (char& c : method) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (!whole_["paths"].contains(shape) || !whole_["paths"][shape].contains(method)) {
      return {request.method + " " + shape + " is not described"};
    }
    where_ = request.method + " " + shape;
    const Schema& path = whole_["paths"][shape];
    const Schema& operation = path[method];
    check_parameters(request, path, operation);
    check_body(request, operation);
    return said_;
  }

 private:
  void complain(const std::string& what) { said_.push_back(where_ + ": " + what); }

  const Schema& resolved(const Schema& schema) const {
    const Schema* found = &schema;
    while (found->is_object() && found->contains("$ref")) {
      found = &whole_.at(Schema::json_pointer((*found)["$ref"].get<std::string>().substr(1)));
    }
    return *found;
  }

  void check_parameters(const DescribedRequest& request, const Schema& path, const Schema& operation) {
    std::set<std::string> known;
    for (const Schema* owner : {&path, &operation}) {
      if (!owner->contains("parameters")) continue;
      for (const Schema& each : (*owner)["parameters"]) {
        const Schema& parameter = resolved(each);
        const auto name = parameter["name"].get<std::string>();
        if (parameter["in"] == "path") {
          check(parameter["schema"], name == "Version" ? request.path[0] : request.path[1], name);
        }
        if (parameter["in"] == "query") known.insert(name);
        for (const auto& [key, value] : request.query) {
          if (parameter["in"] == "query" && key == name)
            check(parameter["schema"], typed(parameter["schema"], value), name);
        }
      }
    }
    for (const auto& [key, value] : request.query) {
      if (!known.contains(key)) complain("parameter " + key + " is not described");
      if (key == "fields") check_fields(operation, value);
    }
  }

  static Schema typed(const Schema& schema, const std::string& value) {
    const bool digits = !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
    return schema.value("type", "") == "integer" && digits ? Schema(std::stoll(value)) : Schema(value);
  }

  /// Fields that are asked for are those of the answer, or of what its list or envelope holds.
  void check_fields(const Schema& operation, const std::string& fields) {
    const Schema* answer = &resolved(operation["responses"]["200"]["content"]["application/json"]["schema"]);
    for (const char* inner : {"data", "business_profile"}) {
      if (!answer->contains("properties") || !(*answer)["properties"].contains(inner)) continue;
      answer = &resolved((*answer)["properties"][inner]);
      if (answer->contains("items")) answer = &resolved((*answer)["items"]);
    }
    for (std::size_t at = 0; at <= fields.size();) {
      const std::size_t comma = std::min(fields.find(',', at), fields.size());
      const std::string field = fields.substr(at, comma - at);
      if (!(*answer)["properties"].contains(field)) complain("field " + field + " is not described");
      at = comma + 1;
    }
  }

  void check_body(const DescribedRequest& request, const Schema& operation) {
    if (!operation.contains("requestBody")) {
      if (!request.body.empty()) complain("a body is not described");
      return;
    }
    const Schema& described = operation["requestBody"];
    if (request.body.empty()) {
      if (described.value("required", false)) complain("a body is required");
      return;
    }
    check(described["content"]["application/json"]["schema"], Schema::parse(request.body), "body");
  }

  /// All properties of a schema and of those it is made of.
  void gather(const Schema& given, Schema& properties, std::set<std::string>& required) const {
    const Schema& schema = resolved(given);
    if (schema.contains("properties")) properties.update(schema["properties"]);
    for (const Schema& each : schema.value("required", Schema::array())) required.insert(each.get<std::string>());
    for (const Schema& part : schema.value("allOf", Schema::array())) gather(part, properties, required);
  }

  void check(const Schema& given, const Schema& value, const std::string& name) {
    const Schema& schema = resolved(given);
    if (schema.contains("discriminator")) return check_chosen(schema, value, name);
    if (schema.contains("oneOf")) return check_one_of(schema["oneOf"], value, name);
    static const std::set<std::string> known{"type",
                                             "description",
                                             "example",
                                             "properties",
                                             "required",
                                             "enum",
                                             "pattern",
                                             "format",
                                             "minLength",
                                             "maxLength",
                                             "minimum",
                                             "maximum",
                                             "items",
                                             "maxItems",
                                             "allOf",
                                             "nullable",
                                             "default",
                                             "$comment",
                                             "additionalProperties"};
    for (const auto& [keyword, rule] : schema.items()) {
      if (!known.contains(keyword)) complain("the checker does not know the keyword " + keyword + " of " + name);
    }
    if (schema.contains("enum") &&
        std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end()) {
      complain(name + " may not be " + value.dump());
    }
    const bool has_members = schema.contains("allOf") || schema.contains("properties");
    const std::string type = has_members ? "object" : schema.value("type", "");
    if (type == "object") return check_object(schema, value, name);
    if (type == "string") return check_text(schema, value, name);
    if (type == "integer") return check_number(schema, value, name);
    if (type == "array") return check_list(schema, value, name);
    if (type == "boolean" && value.is_boolean()) return;
    if (type.empty() && schema.contains("enum")) return;  // one of these, whatever they are
    complain(name + " is not " + (type.empty() ? "of a described type" : type));
  }

  /// One of several, told apart by a member.
  void check_chosen(const Schema& schema, const Schema& value, const std::string& name) {
    const auto member = schema["discriminator"]["propertyName"].get<std::string>();
    const std::string chosen = value.value(member, "");
    const Schema& mapping = schema["discriminator"]["mapping"];
    if (!mapping.contains(chosen)) return complain(name + " has no described " + member);
    check({{"$ref", mapping[chosen]}}, value, name);
  }

  /// One of several, told apart by what each requires.
  void check_one_of(const Schema& several, const Schema& value, const std::string& name) {
    for (const Schema& each : several) {
      Schema properties = Schema::object();
      std::set<std::string> required;
      gather(each, properties, required);
      const bool fits = std::all_of(required.begin(), required.end(),
                                    [&value](const std::string& member) { return value.contains(member); });
      if (fits) return check(each, value, name);
    }
    complain(name + " is none of those described");
  }

  void check_object(const Schema& schema, const Schema& value, const std::string& name) {
    if (!value.is_object()) return complain(name + " is not an object");
    Schema properties = Schema::object();
    std::set<std::string> required;
    gather(schema, properties, required);
    for (const std::string& member : required) {
      if (!value.contains(member)) complain(name + " lacks " + member);
    }
    for (const auto& [member, inner] : value.items()) {
      if (!properties.contains(member)) {
        complain(name + "." + member + " is not described");
      } else {
        check(properties[member], inner, name + "." + member);
      }
    }
  }

  void check_text(const Schema& schema, const Schema& value, const std::string& name) {
    if (!value.is_string()) return complain(name + " is not text");
    const auto text = value.get<std::string>();
    if (text.size() < schema.value("minLength", std::size_t{0})) complain(name + " is too short");
    if (text.size() > schema.value("maxLength", text.size())) complain(name + " is too long");
    if (schema.contains("pattern") && !std::regex_search(text, std::regex(schema["pattern"].get<std::string>()))) {
      complain(name + " does not match " + schema["pattern"].get<std::string>());
    }
    const std::string format = schema.value("format", "");
    const bool is_address = format == "uri" || format == "url";
    if (is_address && text.find("://") == std::string::npos) complain(name + " is not a URI");
    if (format == "email" && text.find('@') == std::string::npos) complain(name + " is not an e-mail address");
    if (!format.empty() && !is_address && format != "email") complain("the checker does not know the format " + format);
  }

  void check_number(const Schema& schema, const Schema& value, const std::string& name) {
    if (!value.is_number_integer()) return complain(name + " is not a whole number");
    const auto number = value.get<long long>();
    if (number < schema.value("minimum", number) || number > schema.value("maximum", number)) {
      complain(name + " is out of its range");
    }
  }

  void check_list(const Schema& schema, const Schema& value, const std::string& name) {
    if (!value.is_array()) return complain(name + " is not a list");
    if (value.size() > schema.value("maxItems", value.size())) complain(name + " is too long");
    for (const Schema& each : value) check(schema["items"], each, name + "[]");
  }

  Schema whole_;
  std::string where_;
  std::vector<std::string> said_;
};

}  // namespace wamigrate::testing
