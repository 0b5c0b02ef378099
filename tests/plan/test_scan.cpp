// What `check --scan` finds in files: file and line, the kind, what to do, and never what stands there.
#include "plan/scan.hpp"
#include "support/catch.hpp"

using namespace wamigrate;

namespace {

std::string found(std::string_view text) {
  std::string words;
  for (const Mention& mention : traces_in(text)) {
    const char* kind = mention.trace == Trace::media_id             ? "media"
                       : mention.trace == Trace::template_namespace ? "namespace"
                                                                    : "contacts";
    words += (words.empty() ? "" : " ") + std::to_string(mention.line) + ":" + kind;
  }
  return words;
}

}  // namespace

TEST_CASE("media ids are found as media_id, below the name of a medium, and in the path of the media endpoint") {
  CHECK(found(R"({"image": {"id": "f043afd0-f0ae-4b9c-ab3d-696fb4c8cd68"}})") == "1:media");
  CHECK(found("header:\n  document:\n    id: 1166846181421424\n") == "3:media");
  CHECK(found("welcome_picture.media_id = 1166846181421424") == "1:media");
  CHECK(found("GET https://wa.example.com/v1/media/f043afd0-f0ae-4b9c-ab3d-696fb4c8cd68") == "1:media");
}

TEST_CASE("ids of other things, and media that are sent by link, are no media ids") {
  CHECK(found(R"({"image": {"link": "https://example.com/a.png"}})") == "");
  CHECK(found("id: f043afd0-f0ae-4b9c-ab3d-696fb4c8cd68\nname: an order") == "");
  CHECK(found("image: nginx\nreplicas: 3\nlabels:\na: b\nid: 1166846181421424") == "");
  CHECK(found(R"({"video": {"id": "intro"}})") == "");
}

TEST_CASE("a template's namespace is found, and Kubernetes' is not") {
  CHECK(found(R"("namespace": "c8ae5f90_307a_ca4c_b8f6_d1e2a2573574",)") == "1:namespace");
  CHECK(found("namespace: whatsapp:hsm:ecommerce:nike") == "1:namespace");
  CHECK(found("TEMPLATE_NAMESPACE=anything") == "1:namespace");
  CHECK(found("metadata:\n  namespace: production\n") == "");
}

TEST_CASE("calls of the contacts endpoint are found wherever they stand") {
  CHECK(found("POST /v1/contacts HTTP/1.1\n\nurl + '/V1/contacts'") == "1:contacts 3:contacts");
  CHECK(found("/v1/contacts_of_mine") == "");
  CHECK(found("") == "");
}

TEST_CASE("each kind that was found warns once a file, by line, and what was not found passes") {
  Scan scan(Direction::to_cloud);
  scan.add("app.yaml", "a: 1\nmedia_id: 1166846181421424\nmedia_id: 1166846181421425\n");
  scan.add("b.log", "POST /v1/contacts\n");
  const Checks checks = scan.take();
  REQUIRE(checks.size() == 3);
  CHECK(checks[0].id == "media_id");
  CHECK(checks[0].result == Check::Result::warn);
  CHECK(checks[0].message.find("app.yaml:2,3: ") == 0);
  CHECK_FALSE(checks[0].fix.empty());
  CHECK(checks[1].id == "contacts_endpoint");
  CHECK(checks[2].id == "template_namespace");
  CHECK(checks[2].result == Check::Result::pass);
  CHECK(checks[2].message == "no trace in 2 text files");
}

TEST_CASE("what stands in a line is never repeated") {
  Scan scan(Direction::to_cloud);
  scan.add("a.env", "password=hunter2 media_id=1166846181421424 url=/v1/contacts namespace=whatsapp:hsm:x:hunter2");
  for (const Check& check : scan.take()) {
    CHECK(check.message.find("hunter2") == std::string::npos);
    CHECK(check.message.find("1166846181421424") == std::string::npos);
  }
}

TEST_CASE("towards on-premises only media ids matter") {
  Scan scan(Direction::to_onprem);
  scan.add("a", "media_id=1166846181421424 /v1/contacts");
  const Checks checks = scan.take();
  REQUIRE(checks.size() == 1);
  CHECK(checks[0].id == "media_id");
}

TEST_CASE("a long log names its first lines and counts the rest; binary files are left out, unreadable ones unknown") {
  Scan scan(Direction::to_cloud);
  std::string log;
  for (int i = 0; i < 100; ++i) log += "POST /v1/contacts\n";
  scan.add("a.log", log);
  scan.add("b.bin", std::string_view("media_id=1166846181421424\0", 26));
  scan.add_unreadable("c", "no such file");
  const Checks checks = scan.take();
  REQUIRE(checks.size() == 4);
  CHECK(checks[0].message.find("a.log:1,2,3,4,5,6,7,8,9,10 and 90 more: ") == 0);
  CHECK(checks[1].id == "scan");
  CHECK(checks[1].result == Check::Result::unknown);
  CHECK(checks[2].message == "no trace in 1 text file (1 binary left out)");
}

TEST_CASE("a file that is one line full of keys is looked through in no time") {
  std::string line = "image";
  for (int i = 0; i < 100'000; ++i) line += " id:namespace:media_id:";
  CHECK(traces_in(line).empty());
  CHECK(traces_in(line + " 1234567890").size() == 1);
}
