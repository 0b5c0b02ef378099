// An inventory from its files: YAML for what is shared and for few numbers, CSV for many. Both become the same tree
// and meet the same reader; what differs here is where numbers come from and what stands around them.
#include "model/inventory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>

#include "model/inventory_csv.hpp"
#include "model/inventory_fleet.hpp"
#include "model/inventory_section.hpp"
#include "model/inventory_text.hpp"
#include "model/inventory_values.hpp"

namespace wamigrate {

namespace {

using namespace inventory;

constexpr std::string_view default_status_feed = "https://metastatus.com/outage-events-feed-whatsapp-business-api.rss";

/// The numbers of one CSV file.
class Rows {
 public:
  Rows(std::string file, Findings& findings, NumbersReader& numbers)
      : file_(std::move(file)), findings_(findings), numbers_(numbers) {}

  void read(std::string_view text) {
    if (const auto broken = check_text(text, file_)) {
      findings_.add(*broken);
      return;
    }
    CsvReader reader(text);
    std::optional<CsvRow> row = reader.next();
    while (row && row->blank()) row = reader.next();
    if (!row) {
      findings_.add(
          about_file(file_, "the file is empty", "name the columns in its first row, then write one number a row"));
      return;
    }
    if (!read_header(*row)) return;
    while ((row = reader.next())) {
      if (!row->blank()) read_number(*row);
    }
  }

 private:
  static const std::vector<std::string_view>& known_columns() {
    static const std::vector<std::string> nested = [] {
      std::vector<std::string> names;
      const auto add = [&names](std::string_view prefix, Keys keys) {
        for (const std::string_view key : keys) names.push_back(fmt::format("{}.{}", prefix, key));
      };
      add("deployment", deployment_keys);
      add("test_message", test_message_keys);
      add("test_message.template", template_keys);
      std::erase(names, "test_message.template");
      return names;
    }();
    static const std::vector<std::string_view> columns = [] {
      std::vector<std::string_view> all(number_keys.begin(), number_keys.end());
      std::erase(all, "test_message");  // a map, which no cell holds
      all.insert(all.end(), nested.begin(), nested.end());
      return all;
    }();
    return columns;
  }

  static Entry entry(std::string key, int line, std::string text) {
    auto value = std::make_shared<Node>();
    value->kind = Node::Kind::text;
    value->line = line;
    value->text = std::move(text);
    return {std::move(key), line, std::move(value)};
  }

  static Node map_at(int line) {
    Node map;
    map.kind = Node::Kind::map;
    map.line = line;
    return map;
  }

  void note(int line, std::string message, std::string fix) {
    findings_.add({{file_, line}, std::move(message), std::move(fix)});
  }

  bool read_header(const CsvRow& row) {
    const auto& known = known_columns();
    const auto is_known = [&](const std::string& cell) {
      return std::find(known.begin(), known.end(), cell) != known.end();
    };
    if (!row.trouble.empty()) {
      note(row.line, row.trouble, "put quotes around the whole cell and double those inside");
      return false;
    }
    if (std::none_of(row.cells.begin(), row.cells.end(), is_known)) {
      // Not repeated: without a header, these are the values of a number.
      note(row.line, "the first row does not name the columns",
           "write phone,phone_number_id,deployment.url and so on, with commas between them");
      return false;
    }
    Node header = map_at(row.line);
    for (const std::string& cell : row.cells) {
      header.entries.push_back(entry(cell, row.line, cell));
      // An unknown column and the second of two with one name have their finding here; rows pass over them.
      header_.push_back(is_known(cell) && columns_.names.insert(cell).second ? cell : "");
    }
    columns_.line = row.line;
    const Section check(&header, "", file_, findings_, known);
    return true;
  }

  void read_number(const CsvRow& row) {
    if (!row.trouble.empty()) {
      note(row.line, row.trouble, "put quotes around the whole cell and double those inside");
      return;
    }
    if (row.cells.size() != header_.size()) {
      note(row.line, fmt::format("the row has {} cells, and the header has {}", row.cells.size(), header_.size()),
           "put quotes around cells that hold commas, and keep the comma of every empty cell");
      return;
    }
    Node number = map_at(row.line);
    std::map<std::string, Node> nested;  // by what stands before the last dot
    for (std::size_t i = 0; i < header_.size(); ++i) {
      if (header_[i].empty() || row.cells[i].empty()) continue;
      const auto dot = header_[i].rfind('.');
      const bool whole = dot == std::string::npos;
      Node& map = whole ? number : nested.try_emplace(header_[i].substr(0, dot), map_at(row.line)).first->second;
      map.entries.push_back(entry(whole ? header_[i] : header_[i].substr(dot + 1), row.line, row.cells[i]));
    }
    if (nested.contains("deployment") && std::any_of(number.entries.begin(), number.entries.end(),
                                                     [](const Entry& given) { return given.key == "deployment"; })) {
      note(row.line, "`deployment` is filled, and so are columns below it",
           "leave the others empty where it says `gone`, or the other way round");
      return;
    }
    // What lies deepest comes last, and goes into what lies above it first.
    while (!nested.empty()) {
      auto deepest = nested.extract(std::prev(nested.end()));
      const std::string& path = deepest.key();
      const auto dot = path.rfind('.');
      const bool whole = dot == std::string::npos;
      Node& map = whole ? number : nested.try_emplace(path.substr(0, dot), map_at(row.line)).first->second;
      map.entries.push_back(
          {whole ? path : path.substr(dot + 1), row.line, std::make_shared<const Node>(std::move(deepest.mapped()))});
    }
    numbers_.add(number, file_, &columns_);
  }

  std::string file_;
  Findings& findings_;
  NumbersReader& numbers_;
  std::vector<std::string> header_;  ///< Empty where a column is passed over.
  Columns columns_;
};

void read_version(const Section& top) {
  bool known = false;
  top.read("version", known, [](std::string_view text) -> Result<bool> {
    if (text == "1") return true;
    return fail("inventories of this version are not known", "write `version: 1`");
  });
  top.require("version", "write `version: 1` as the first line");
}

void read_numbers(const Section& top, Form form, const std::string& folder, const FileReader& read_file,
                  Findings& findings, NumbersReader& numbers) {
  const Node* list = top.list("numbers");
  if (list != nullptr) {
    for (const NodePtr& item : list->items) numbers.add(*item, top.place(0).file);
  }
  std::string csv;
  const bool has_csv = top.read("numbers_file", csv, [&](std::string_view text) -> Result<std::string> {
    const Result<std::string> path = parse_word(text);
    return path ? parse_path(*path, folder) : path;
  });
  if (!csv.empty()) {
    if (const Result<std::string> text = read_file(csv)) {
      Rows(csv, findings, numbers).read(*text);
    } else {
      top.fault("numbers_file", top.find("numbers_file")->line, text.error());
    }
  }
  if (form == Form::inventory && numbers.empty() && findings.none()) {
    findings.add(top.place(has_csv ? top.find("numbers_file")->line : top.line()),
                 {"the inventory has no numbers", "write at least one under `numbers` or in a `numbers_file`"});
  }
}

void read_document(const Node& root, Form form, const std::string& file, const FileReader& read_file,
                   const ZoneCheck& check_zone, Findings& findings, PartialInventory& read) {
  static constexpr std::array<std::string_view, 9> keys{
      "version", "graph", "ledger", "seal_key", "status_feed", "defaults", "numbers_file", "numbers", "policy"};
  const std::string folder = std::filesystem::path(file).parent_path().string();
  const Section top(&root, "", file, findings, keys);
  read_version(top);
  read.fleet.status_feed = default_status_feed;
  read_settings(top, form, folder, check_zone, read.fleet);
  NumbersReader numbers(form, folder, findings);
  numbers.read_defaults(top);
  read_numbers(top, form, folder, read_file, findings, numbers);
  read.defaults = numbers.defaults();
  read.fleet.numbers = numbers.take();
}

tl::expected<PartialInventory, Diagnostics> read_as(Form form, const std::string& text, const std::string& file,
                                                    const FileReader& read_file, const ZoneCheck& check_zone) {
  if (const auto broken = check_text(text, file)) return tl::make_unexpected(Diagnostics{*broken});
  const auto root = tree_from_yaml(text, file);
  if (!root) return tl::make_unexpected(Diagnostics{root.error()});

  Findings findings(file);
  PartialInventory read;
  if (*root == nullptr || (*root)->kind == Node::Kind::nothing) {
    findings.add(about_file(file, "the inventory is empty", "begin with `version: 1`, then `graph` and `numbers`"));
  } else if ((*root)->kind != Node::Kind::map) {
    findings.add({{file, (*root)->line},
                  fmt::format("the inventory is {}, not a map", describe((*root)->kind)),
                  "begin with `version: 1`, then `graph` and `numbers`"});
  } else {
    read_document(**root, form, file, read_file, check_zone, findings, read);
  }
  if (!findings.none()) return tl::make_unexpected(std::move(findings).in_file_order());
  return read;
}

}  // namespace

tl::expected<Fleet, Diagnostics> read_inventory(const std::string& text, const std::string& file,
                                                const FileReader& read_file, const ZoneCheck& check_zone) {
  auto read = read_as(Form::inventory, text, file, read_file, check_zone);
  if (!read) return tl::make_unexpected(std::move(read).error());
  return std::move(read->fleet);
}

tl::expected<PartialInventory, Diagnostics> read_partial_inventory(const std::string& text, const std::string& file,
                                                                   const FileReader& read_file,
                                                                   const ZoneCheck& check_zone) {
  return read_as(Form::partial, text, file, read_file, check_zone);
}

}  // namespace wamigrate
