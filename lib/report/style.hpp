// The one style sheet of HTML reports: readable in light, in dark and on paper, without a font, picture or script from
// anywhere. Colours carry no meaning that words don't.
#pragma once

#include <string_view>

namespace wamigrate::report {

inline constexpr std::string_view style = R"css(
:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #1c2430; --quiet: #5b6675; --line: #d9dfe7; --panel: #f5f7fa; --code: #eaeef3;
  --good: #176b3a; --caution: #8a5300; --caution-panel: #fff4df; --danger: #b3161b; --danger-panel: #fdecec;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14181e; --text: #e3e8ee; --quiet: #98a4b3; --line: #333c48; --panel: #1c222a; --code: #2a323d;
    --good: #6fce94; --caution: #f0b75a; --caution-panel: #33291a; --danger: #ff8a8a; --danger-panel: #3a1f22;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.55 system-ui, "Segoe UI", Roboto, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 2rem 1.5rem 4rem; }
h1 { font-size: 1.8rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.3rem; margin: 2.6rem 0 .8rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.08rem; margin: 1.8rem 0 .6rem; }
p { margin: .5rem 0; }
code { font: .88em/1.4 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; background: var(--code);
  border-radius: .25rem; padding: .08em .35em; overflow-wrap: anywhere; }
.good { color: var(--good); } .caution { color: var(--caution); } .danger { color: var(--danger); font-weight: 600; }
.quiet { color: var(--quiet); }
.banner { margin: 1rem 0; padding: .8rem 1.1rem; border: 2px solid var(--danger); border-radius: .5rem;
  background: var(--danger-panel); color: var(--danger); font-weight: 700; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; font-size: .93rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line);
  font-variant-numeric: tabular-nums; }
th { color: var(--quiet); font-weight: 600; white-space: nowrap; }
td:not(:last-child) { white-space: nowrap; }
td:last-child { min-width: 8rem; overflow-wrap: anywhere; }
ul { margin: .5rem 0; padding-left: 1.3rem; } li { margin: .45rem 0; }
ul.boxes { list-style: none; padding-left: 0; }
ul.boxes > li { display: flex; gap: .6rem; } ul.boxes > li > div { flex: 1; }
input[type=checkbox] { margin: .32rem 0 0; width: 1rem; height: 1rem; flex: none; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .8rem; margin: .2rem 0 .4rem; font-size: .93rem; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
.steps { list-style: none; margin: 1rem 0; padding: 0; }
.steps > li { margin: 0; padding: .7rem 0 .9rem 3rem; position: relative; border-left: 2px solid var(--line); margin-left: 1rem; }
.steps > li.commit { border-left-color: var(--caution); margin: .4rem 0 .4rem 1rem; padding: .8rem 1.1rem;
  border: 2px solid var(--caution); border-radius: .5rem; background: var(--caution-panel); color: var(--caution);
  font-weight: 700; }
.steps > li.red { border-left-color: var(--danger); background: var(--danger-panel); padding-right: 1rem; }
.steps .number { position: absolute; left: -1.05rem; top: .65rem; width: 2rem; height: 2rem; border-radius: 50%;
  background: var(--panel); border: 2px solid var(--line); text-align: center; line-height: 1.75rem; font-weight: 700;
  font-size: .88rem; }
.steps .title { font-weight: 650; } .steps .title code { font-weight: 400; margin-left: .5rem; color: var(--quiet); }
.steps .who { margin-left: .6rem; font-size: .85rem; font-weight: 600; color: var(--caution); white-space: nowrap; }
.steps .who input { vertical-align: -.15rem; margin: 0 .2rem 0 0; }
.steps .hand { color: var(--quiet); font-size: .93rem; overflow-wrap: anywhere; }
.steps .checkpoint { margin: .55rem 0; padding: .35rem .8rem; background: var(--panel); border-left: 4px solid var(--good);
  border-radius: .2rem; }
.steps .checkpoint b { color: var(--good); letter-spacing: .04em; font-size: .82rem; margin-right: .5rem; }
.steps .back { font-size: .93rem; }
figure { margin: 1rem 0; } figcaption { color: var(--quiet); font-size: .93rem; margin-bottom: .3rem; }
.chart { width: 100%; height: auto; font-size: 12px; }
.chart text { fill: var(--quiet); } .chart .grid { stroke: var(--line); }
.chart polyline { fill: none; stroke-width: 2; stroke-linejoin: round; } .chart line { stroke-width: 2; }
.chart .grid { stroke-width: 1; } .chart .line0 { stroke: var(--good); }
.chart .line1 { stroke: var(--caution); stroke-dasharray: 7 4; }
.chart .line2 { stroke: var(--danger); stroke-dasharray: 2 3; }
.chart .line3 { stroke: var(--text); stroke-dasharray: 10 3 2 3; }
@media print {
  :root { --page: #fff; --text: #000; --quiet: #444; --line: #bbb; --panel: #fff; --code: #fff; --good: #000;
    --caution: #000; --caution-panel: #fff; --danger: #000; --danger-panel: #fff; }
  body { font-size: 10.5pt; } main { max-width: none; padding: 0; }
  td { white-space: normal !important; overflow-wrap: anywhere; }
  .steps > li, .banner, tr, li { break-inside: avoid; } h2, h3 { break-after: avoid; }
}
)css";

}  // namespace wamigrate::report
