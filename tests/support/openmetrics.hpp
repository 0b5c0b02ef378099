// OpenMetrics text, read as strictly as its specification (version 1.0.0) is written: whatever it does not allow is an
// error. Exemplars and time stamps, which this program does not write, count as such.
#pragma once

#include <map>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace wamigrate::tests {

struct MetricSample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
};

struct MetricFamily {
  std::string type, help, unit;
  std::vector<MetricSample> samples;
};

/// The families by name; throws with the line that is wrong.
class OpenMetrics {
 public:
  explicit OpenMetrics(const std::string& text) {
    const std::string end = "# EOF\n";
    demand(text.ends_with(end), "the text ends with # EOF");
    std::size_t at = 0;
    while (at < text.size() - end.size()) {
      const std::size_t line_end = text.find('\n', at);
      line_ = text.substr(at, line_end - at);
      at = line_end + 1;
      demand(line_ != "# EOF", "nothing comes after # EOF");
      line_.starts_with("# ") ? read_descriptor() : read_sample();
    }
    for (const auto& [name, family] : families_) check(name, family);
  }

  const std::map<std::string, MetricFamily>& families() const { return families_; }

  /// The value of the sample with this name and one label, or none.
  double value(const std::string& name, const std::string& key = {}, const std::string& label = {}) const {
    for (const auto& [family_name, family] : families_) {
      for (const MetricSample& sample : family.samples) {
        if (sample.name == name && (key.empty() || (sample.labels.contains(key) && sample.labels.at(key) == label))) {
          return sample.value;
        }
      }
    }
    throw std::runtime_error("no sample " + name + " " + key + "=" + label);
  }

 private:
  void demand(bool holds, const std::string& what) const {
    if (!holds) throw std::runtime_error(what + ": " + line_);
  }

  // "# TYPE name word", "# UNIT name word", "# HELP name text": once each, before the family's samples.
  void read_descriptor() {
    static const std::regex form(R"(# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\"\n]|\\[\\n"])*))");
    std::smatch part;
    demand(std::regex_match(line_, part, form), "a descriptor has this form");
    if (part[2] != current_) {
      current_ = part[2];
      demand(!families_.contains(current_), "a family stands together");
    }
    MetricFamily& family = families_[current_];
    demand(family.samples.empty(), "descriptors come before samples");
    std::string& place = part[1] == "TYPE" ? family.type : part[1] == "UNIT" ? family.unit : family.help;
    demand(place.empty(), "a descriptor is given once");
    place = part[3];
  }

  void read_sample() {
    static const std::regex form(
        R"(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? ([+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?))");
    std::smatch part;
    demand(std::regex_match(line_, part, form), "a sample has this form");
    demand(!current_.empty(), "a sample belongs to a family");
    MetricFamily& family = families_[current_];
    const MetricSample sample{part[1], labels_in(part[2]), std::stod(part[3])};
    static const std::map<std::string, std::set<std::string>> suffixes = {{"gauge", {""}},
                                                                          {"counter", {"_total"}},
                                                                          {"stateset", {""}},
                                                                          {"info", {"_info"}},
                                                                          {"histogram", {"_bucket", "_count", "_sum"}}};
    demand(suffixes.contains(family.type), "the type is known");
    demand(sample.name.starts_with(current_), "a sample's name begins with its family's");
    demand(suffixes.at(family.type).contains(sample.name.substr(current_.size())), "the suffix fits the type");
    for (const MetricSample& other : family.samples) {
      demand(other.name != sample.name || other.labels != sample.labels, "no sample is given twice");
    }
    family.samples.push_back(sample);
  }

  std::map<std::string, std::string> labels_in(std::string text) const {
    std::map<std::string, std::string> labels;
    if (text.empty()) return labels;
    static const std::regex one(R"re(^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^\\"\n]|\\[\\n"])*)"(,(?!$)|$))re");
    text = text.substr(1, text.size() - 2);
    std::smatch part;
    while (!text.empty()) {
      demand(std::regex_search(text, part, one), "a label has this form");
      demand(labels.emplace(part[1], part[2]).second, "a label is given once");
      text = part.suffix();
    }
    return labels;
  }

  void check(const std::string& name, const MetricFamily& family) {
    line_ = name;
    demand(!family.type.empty() && !family.help.empty(), "a family has type and help");
    demand(family.unit.empty() || name.ends_with("_" + family.unit), "the unit ends the name");
    demand(family.unit.empty() || (family.type != "info" && family.type != "stateset"), "this type has no unit");
    for (const MetricSample& sample : family.samples) {
      if (family.type == "counter") demand(sample.value >= 0, "a counter is not negative");
      if (family.type == "info") demand(sample.value == 1, "an info is 1");
      if (family.type != "stateset") continue;
      demand(sample.value == 0 || sample.value == 1, "a state is or is not");
      demand(sample.labels.contains(name), "a state is named by the label of its family's name");
    }
    if (family.type == "histogram") check_histogram(name, family);
  }

  void check_histogram(const std::string& name, const MetricFamily& family) const {
    double last_bound = -1, last_count = 0, all = -1, count = -2;
    for (const MetricSample& sample : family.samples) {
      if (sample.name == name + "_count") count = sample.value;
      if (sample.name != name + "_bucket") continue;
      demand(sample.labels.contains("le") && all < 0, "buckets have bounds, the last is +Inf");
      const std::string& bound = sample.labels.at("le");
      demand(bound == "+Inf" || (bound.find('.') != std::string::npos && std::stod(bound) > last_bound),
             "bounds are written as 1.0 and ascend");
      demand(sample.value >= last_count, "buckets are cumulative");
      last_count = sample.value;
      bound == "+Inf" ? all = sample.value : last_bound = std::stod(bound);
    }
    demand(all == count, "+Inf counts all");
  }

  std::map<std::string, MetricFamily> families_;
  std::string current_;
  std::string line_;
};

}  // namespace wamigrate::tests
