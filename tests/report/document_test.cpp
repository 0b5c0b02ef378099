// The three forms of a document say the same, and none lets a text out of its place.
#include "report/document.hpp"

#include "report/examples.hpp"
#include "support/catch.hpp"

using namespace wamigrate::report;
using wamigrate::testing::contains;
using wamigrate::testing::lines_of;
using wamigrate::testing::occurrences;

namespace {

const std::string hostile = "<script>alert('x')</script> & \"quoted\" | *bold* _it_ [link](http://evil) # h";

// The hostile text in every place that a document has.
Document hostile_everywhere() {
  StepLine step;
  step.title = step.name = step.commit = step.doing = step.by_hand = step.checkpoint = step.way_back = hostile;
  step.cautions = {hostile};
  return {Heading{1, hostile},
          Paragraph{hostile, Tone::danger},
          Banner{hostile},
          List{{{hostile, hostile, Tone::danger, {{hostile, hostile}, {hostile, hostile, true}}}}, true},
          Table{{hostile}, {{{hostile}}}},
          Steps{{step}}};
}

}  // namespace

TEST_CASE("HTML holds no element that a text brought along") {
  const std::string html = to_html(hostile_everywhere());
  CHECK(!contains(html, "<script"));
  CHECK(!contains(html, "alert('x')"));
  CHECK(contains(html, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;quoted&quot;"));
}

TEST_CASE("HTML stands alone: no script, and nothing loaded from anywhere") {
  const std::string html = to_html(hostile_everywhere());
  for (const char* loader : {"<script", "<link", "<img", "<iframe", " src=", " href=", "url(", "@import"}) {
    CAPTURE(loader);
    CHECK(!contains(html, loader));
  }
  CHECK(contains(html, "Content-Security-Policy"));
  CHECK(contains(html, "prefers-color-scheme: dark"));
  CHECK(contains(html, "@media print"));
}

TEST_CASE("Markdown holds no markup that a text brought along") {
  const std::string markdown = to_markdown({Paragraph{hostile}});
  CHECK(markdown ==
        "&lt;script&gt;alert('x')&lt;/script&gt; &amp; \"quoted\" \\| \\*bold\\* \\_it\\_ \\[link\\](http://evil) \\# "
        "h\n");
}

TEST_CASE("a bar in a cell does not make another column") {
  const std::string markdown = to_markdown({Table{{"a", "b"}, {{{"one|two", "`done|not-done`"}}}}});
  CHECK(markdown == "| a | b |\n| --- | --- |\n| one\\|two | `done\\|not-done` |\n");
}

TEST_CASE("code in backticks is code in every form") {
  const Document document = {Paragraph{"run `a <b>` now"}};
  CHECK(to_text(document, false) == "  run `a <b>` now\n");
  CHECK(to_markdown(document) == "run `a <b>` now\n");
  CHECK(contains(to_html(document), "<p>run <code>a &lt;b&gt;</code> now</p>"));
}

TEST_CASE("leads and columns align") {
  const std::string text = to_text({List{{{"+4915110000000", "one"}, {"12 numbers", "two"}, {"all", "three"}}},
                                    Table{{"phone", "state"}, {{{"+4915110000000", "x"}}, {{"+1", "y"}}}}},
                                   false);
  CHECK(text ==
        "  +4915110000000  one\n"
        "  12 numbers      two\n"
        "  all             three\n"
        "  phone           state\n"
        "  +4915110000000  x\n"
        "  +1              y\n");
}

TEST_CASE("long text wraps under itself, and a command never wraps") {
  const std::string command =
      "wamigrate resolve --run /var/lib/wamigrate/runs/2026-03-01 +4915110000000 --assume done "
      "--evidence \"the number is connected in WhatsApp Manager\"";
  const std::string words = "word word word word word word word word word word word word word word word word word word";
  const auto lines = lines_of(to_text({List{{{"+4915110000000", words, {}, {{"next", command, true}}}}}}, false));
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].size() <= 100);
  CHECK(lines[1].substr(0, 19) == "                  w");
  CHECK(contains(lines[2], command));
}

TEST_CASE("colour is ANSI on request and nothing without it") {
  const Document document = {Heading{1, "t"}, Paragraph{"p", Tone::danger}, Banner{"b"},
                             List{{{"lead", "text", Tone::caution}}}, Table{{"c"}, {{{"v"}, Tone::good}}}};
  CHECK(!contains(to_text(document, false), "\x1b"));
  const std::string coloured = to_text(document, true);
  CHECK(contains(coloured, "\x1b[1;31mp\x1b[0m"));
  CHECK(occurrences(coloured, "\x1b[") % 2 == 0);  // whatever is switched on is switched off
}

TEST_CASE("text folds, Markdown and HTML are complete") {
  Table table{{"n"}, {}, {2, "--json"}};
  List list{{}, false, {2, "--json"}};
  for (const char* n : {"n1", "n2", "n3", "n4", "n5"}) {
    table.rows.push_back({{n}});
    list.items.push_back({"", n});
  }
  const Document document = {table, list};
  const std::string text = to_text(document, false);
  CHECK(occurrences(text, "… and 3 more (see --json)") == 2);
  CHECK(!contains(text, "n3"));
  CHECK(occurrences(to_markdown(document), "n5") == 2);
  CHECK(occurrences(to_html(document), "n5") == 2);
}

TEST_CASE("a person's step in red says both without colour") {
  StepLine step;
  step.title = "hold your breath";
  step.person = step.in_red = true;
  CHECK(contains(to_text({Steps{{step}}}, false), "LOOK TWICE: hold your breath  [ ] a person"));
  CHECK(contains(to_markdown({Steps{{step}}}), "- [ ] **LOOK TWICE:** **Step 1: hold your breath**"));
}
