// Numbers in CSV: the same keys, quoting as in RFC 4180, and findings by row.
#include <chrono>

#include "inventory_support.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;

namespace {

const std::string inventory = std::string(head) + "numbers_file: numbers.csv\n";

tl::expected<Fleet, Diagnostics> read_rows(const std::string& csv) { return read(inventory, {{"numbers.csv", csv}}); }
std::string row_findings(const std::string& csv) { return findings(inventory, {{"numbers.csv", csv}}); }

}  // namespace

TEST_CASE("columns are keys, and an empty cell is a key that is not given") {
  const auto fleet = read_rows(
      R"(phone,phone_number_id,waba_id,pin,pin_mode,deployment.name,deployment.url,deployment.shards,deployment.username,deployment.password,deployment.backup_password,deployment.ca_file
+491713920001,1,3,env:P,set,de-1,https://10.0.0.5:9090,4,root,env:A,file:b,ca.pem
+491713920002,2,,,,,https://10.0.0.6:9090,,,,,
)");
  REQUIRE(fleet);
  REQUIRE(fleet->numbers.size() == 2);
  const Number& full = fleet->numbers[0];
  CHECK(full.phone.e164 == "+491713920001");
  CHECK(full.phone_number_id == "1");
  CHECK(full.waba_id == "3");
  CHECK(full.pin.text() == "env:P");
  CHECK(full.pin_mode == PinMode::set);
  CHECK(full.deployment.name == "de-1");
  CHECK(full.deployment.url == "https://10.0.0.5:9090");
  CHECK(full.deployment.shards == 4);
  CHECK(full.deployment.username == "root");
  CHECK(full.deployment.password.text() == "env:A");
  CHECK(full.deployment.backup_password.text() == "file:b");
  CHECK(full.deployment.ca_file == "ca.pem");
  CHECK(full.declared_at.file == "numbers.csv");
  CHECK(full.declared_at.line == 2);
  const Number& sparse = fleet->numbers[1];
  CHECK(sparse.waba_id == "102290129340398");
  CHECK(sparse.pin.text() == "env:PIN");
  CHECK(sparse.pin_mode == PinMode::declared);
  CHECK(sparse.deployment.name == "491713920002");
  CHECK(sparse.deployment.username == "admin");
  CHECK(sparse.deployment.password.text() == "env:PASSWORD");
}

TEST_CASE("rows follow the numbers of the inventory itself") {
  const auto fleet =
      read("numbers_file: numbers.csv\n" + with_number(),
           {{"numbers.csv", "phone,phone_number_id,deployment.url\n+491713920002,2,https://10.0.0.6\n"}});
  REQUIRE(fleet);
  REQUIRE(fleet->numbers.size() == 2);
  CHECK(fleet->numbers[0].phone.e164 == "+491713920001");
  CHECK(fleet->numbers[1].phone.e164 == "+491713920002");
}

TEST_CASE("the CSV file and the paths in it are taken from the inventory's folder") {
  const std::string csv = "phone,phone_number_id,deployment.url,deployment.ca_file\n+491713920001,1,https://a,ca.pem\n";
  const auto fleet = read(std::string(head) + "numbers_file: rows/numbers.csv\n", {{"fleets/rows/numbers.csv", csv}},
                          "fleets/inventory.yaml");
  REQUIRE(fleet);
  CHECK(fleet->numbers[0].deployment.ca_file == "fleets/ca.pem");
  CHECK(fleet->numbers[0].declared_at.file == "fleets/rows/numbers.csv");
}

TEST_CASE("quotes, doubled quotes, commas and line ends within quotes are read as RFC 4180 has them") {
  const auto fleet = read_rows(
      "\"phone\", phone_number_id ,deployment.url,deployment.name,pin\r\n"
      "\"+491713920001\",1,https://10.0.0.5,\"one, \"\"two\"\"\",\"cmd:get a,b\" \r\n"
      "\r\n"
      ",,,,\r\n"
      "+491713920002,2,https://10.0.0.6,\"\",");
  REQUIRE(fleet);
  REQUIRE(fleet->numbers.size() == 2);
  CHECK(fleet->numbers[0].deployment.name == "one, \"two\"");
  CHECK(fleet->numbers[0].pin.text() == "cmd:get a,b");
  CHECK(fleet->numbers[1].deployment.name == "491713920002");
  CHECK(fleet->numbers[1].declared_at.line == 5);
}

TEST_CASE("a byte order mark, CR LF and a lone CR are tolerated") {
  const auto fleet = read_rows(
      "\xEF\xBB\xBFphone,phone_number_id,deployment.url\r\n+491713920001,1,https://10.0.0.5\r+491713920002,2,https://"
      "10.0.0.6");
  REQUIRE(fleet);
  CHECK(fleet->numbers.size() == 2);
  CHECK(fleet->numbers[1].declared_at.line == 3);
}

TEST_CASE("a row may say that its deployment is gone, but not with a URL beside it") {
  const auto fleet = read_rows(
      "phone,phone_number_id,deployment,deployment.url\n+491713920001,1,gone,\n+491713920002,2,,https://10.0.0.6\n");
  REQUIRE(fleet);
  CHECK(fleet->numbers[0].deployment.gone);
  CHECK_FALSE(fleet->numbers[1].deployment.gone);
  CHECK(row_findings("phone,phone_number_id,deployment,deployment.url\n+491713920001,1,gone,https://10.0.0.5\n") ==
        "numbers.csv:2: `deployment` is filled, and so are columns below it; leave the others empty where it says "
        "`gone`, or the other way round\n");
}

TEST_CASE("all findings of a CSV file come at once, each with its line, after those of the inventory") {
  CHECK(findings(inventory + "ledgr: a\n",
                 {{"numbers.csv", R"(phone,phone_number_id,pn,deployment.url,deployment.name,phone
+49151,1,x,https://10.0.0.5,"two
lines",
+491713920001,1.0654E+14,,http://10.0.0.5,,
+491713920002,3,,https://10.0.0.6
+491713920003,4,"x"y,https://10.0.0.7,,
+491713920004,5,x"y,https://10.0.0.8,,
+491713920005,6,,,,
,7,,https://10.0.0.9,,
+491713920005,8,,https://10.0.0.10,"never closed,
+491713920006,9,,https://10.0.0.11,,
)"}}) == R"(inventory.yaml:13: unknown key `ledgr`; did you mean `ledger`?
numbers.csv:1: unknown key `pn`; did you mean `pin`?
numbers.csv:1: `phone`: the key stands already on line 1; keep one of them
numbers.csv:2: `phone`: +49151 is too short for its country; write it as E.164: +, country code, number, as in +4915110000000
numbers.csv:2: `deployment.name`: the value holds a line end or a control character; write it on one line, without them
numbers.csv:4: `phone_number_id`: the id has been shortened to an exponent, as spreadsheets do; format the column as text and enter all digits again
numbers.csv:4: `deployment.url`: plain http to another machine would send passwords and backups readably over the network; use https; http is for 127.0.0.0/8, [::1] and localhost only
numbers.csv:5: the row has 4 cells, and the header has 6; put quotes around cells that hold commas, and keep the comma of every empty cell
numbers.csv:6: there is text after a closing quote; put quotes around the whole cell and double those inside
numbers.csv:7: there is a quote inside a cell that is not quoted; put quotes around the whole cell and double those inside
numbers.csv:8: +491713920005 has no `deployment.url`; give every number its own, or write `deployment: gone`
numbers.csv:9: the number has no `phone`; give every number its own
numbers.csv:10: a quote is opened and never closed; put quotes around the whole cell and double those inside
)");
}

TEST_CASE("a column that every number lacks is one finding, where columns are named") {
  CHECK(row_findings("phone,deployment.url\n+491713920001,https://10.0.0.5\n+491713920002,https://10.0.0.6\n") ==
        "numbers.csv:1: there is no column `phone_number_id`, and no default for it; give every number its own\n");
}

TEST_CASE("a phone that the inventory and its CSV file both give is found in the CSV file") {
  CHECK(findings("numbers_file: numbers.csv\n" + with_number(),
                 {{"numbers.csv", "phone,phone_number_id,deployment.url\n+491713920001,2,https://10.0.0.6\n"}}) ==
        "numbers.csv:2: `phone` is the same as that of +491713920001 (inventory.yaml:14); remove one of the two, or "
        "correct it\n");
}

TEST_CASE("no finding repeats a secret of a CSV file") {
  for (const std::string_view csv :
       {"+491713920001,1,hunter2,https://10.0.0.5\n", "hunter2;hunter2\n", "hunter2",
        "phone,phone_number_id,pin\n+491713920001,1,hunter2\n", "phone,phone_number_id,pin\nhunter2,hunter2,hunter2\n",
        "phone,deployment.password\nx,hunter2\n", "phone,deployment.url\nx,https://a:hunter2@b\n",
        "phone,pin\n1,2,hunter2\n", "phone,pin\n\"hunter2", "phone,pin\n\"x\"hunter2,\n",
        "phone,deployment\n1,hunter2\n"}) {
    CAPTURE(csv);
    const std::string found = row_findings(std::string(csv));
    CHECK_FALSE(found.empty());
    CHECK(found.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a CSV file without rows, without a header, or that can't be read is a finding") {
  CHECK(row_findings("") ==
        "numbers.csv: the file is empty; name the columns in its first row, then write one number a row\n");
  CHECK(row_findings("phone;phone_number_id\n+491713920001;1\n") ==
        "numbers.csv:1: the first row does not name the columns; write phone,phone_number_id,deployment.url and so on, "
        "with commas between them\n");
  CHECK(row_findings("phone,phone_number_id\n") ==
        "inventory.yaml:12: the inventory has no numbers; write at least one under `numbers` or in a `numbers_file`\n");
  CHECK(row_findings("phone,deployment.name\n+491713920001,M\xFCnchen\n") ==
        "numbers.csv:2: the file is not UTF-8 text; save it as UTF-8\n");
  CHECK(findings(inventory) ==
        "inventory.yaml:12: `numbers_file`: there is no file numbers.csv; write the path of a file that exists\n");
  CHECK(findings(std::string(head) + "numbers_file: \"\"\n") ==
        "inventory.yaml:12: `numbers_file`: the value is empty; give one, or remove the key\n");
}

TEST_CASE("a hundred thousand rows are read in a few seconds") {
  std::string csv = "phone,phone_number_id,deployment.url\n";
  constexpr int rows = 100'000;
  for (int i = 0; i < rows; ++i) csv += fmt::format("+49151{:08},{},https://10.0.0.5:9090/{}\n", i, 1'000'000 + i, i);
  const auto start = std::chrono::steady_clock::now();
  const auto fleet = read_rows(csv);
  const auto took = std::chrono::steady_clock::now() - start;
  REQUIRE(fleet);
  CHECK(fleet->numbers.size() == rows);
  CHECK(fleet->numbers.back().phone.e164 == "+4915100099999");
  CHECK(took < std::chrono::seconds(30));  // about 2 s; far less than anything quadratic, even under a sanitizer
}
