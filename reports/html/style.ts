/** The page's style sheet. Colours are named by what they say; each also has a symbol or a word beside it. */
export const STYLE = `
:root { color-scheme: light dark; --bg: #fff; --soft: #f5f6f8; --line: #d5d9df; --ink: #1b1f24; --dim: #565f69;
  --link: #0b57d0; --bad: #b3261e; --bad-bg: #fdecea; --good: #17692f; --good-bg: #eaf6ed; --warn: #7d5200; --warn-bg: #fdf3dc; --was-bg: #e4eefc; }
@media (prefers-color-scheme: dark) { :root { --bg: #14171b; --soft: #1d2126; --line: #3a4048; --ink: #e6e8eb; --dim: #a3adb8;
  --link: #8ab4f8; --bad: #ff9a91; --bad-bg: #40201e; --good: #7bd995; --good-bg: #16301f; --warn: #f2c063; --warn-bg: #38290d; --was-bg: #1c3049; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem clamp(.75rem, 3vw, 2.5rem) 4rem; max-width: 84rem; background: var(--bg); color: var(--ink);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); } a:focus-visible, button:focus-visible, [tabindex]:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
code, pre, .arrow, .hooks { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace; font-size: .875em; }
h1 { font-size: 1.15rem; color: var(--dim); font-weight: 600; margin: 0; } h2 { font-size: 1.35rem; line-height: 1.3; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; } h4 { margin: 0 0 .5rem; font-size: .95rem; } small { color: var(--dim); }
.vh { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -99rem; } .skip:focus { position: static; }
.verdict { font-size: clamp(1.4rem, 4vw, 2.1rem); line-height: 1.25; font-weight: 700; margin: .25rem 0; } .verdict.bad { color: var(--bad); } .verdict.good { color: var(--good); }
.facts, .says, .hint { color: var(--dim); margin: .25rem 0; } .headline { font-size: 1.15rem; font-weight: 600; margin: .25rem 0; }
.scroll { position: relative; overflow-x: auto; margin: .5rem 0; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { overflow-wrap: break-word; text-align: left; vertical-align: top; padding: .3rem .7rem; border-bottom: 1px solid var(--line); } thead th { border-bottom: 2px solid var(--line); font-size: .875rem; }
caption { text-align: left; font-weight: 600; padding: .4rem 0; } tbody th { font-weight: 400; }
.matrix th small { display: block; max-width: 34rem; font-weight: 400; } .matrix td { white-space: nowrap; }
.matrix thead th { position: sticky; top: 0; background: var(--bg); } .matrix .self { color: inherit; text-decoration: none; } .matrix .to { display: block; font-size: .875rem; }
.matrix td:target { outline: 3px solid var(--link); outline-offset: -3px; } [hidden] { display: none !important; }
.symbol { display: inline-block; min-width: 1.2em; font-weight: 700; text-align: center; } .k-crash, .k-mismatch { color: var(--bad); } .k-agree { color: var(--good); }
.k-infra-error, .k-known-difference { color: var(--warn); } .k-unsupported, .k-not-played { color: var(--dim); } td.k-crash, td.k-mismatch { background: var(--bad-bg); }
.legend, .files, .index { list-style: none; padding: 0; } .legend, .files { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .5rem 0; font-size: .9rem; }
.index li { padding: .5rem 0; border-bottom: 1px solid var(--line); } .index small { display: block; }
.filters { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin: .75rem 0; } .filters label { color: var(--dim); font-size: .9rem; }
input, select, button { max-width: 100%; font: inherit; color: inherit; background: var(--soft); border: 1px solid var(--line); border-radius: .35rem; padding: .25rem .5rem; } button { cursor: pointer; }
.finding { border-top: 4px solid var(--bad); margin-top: 3.5rem; } .finding h2 { margin-top: 1rem; } .finding h2 a { color: inherit; text-decoration: none; }
.finding h2 .of { font-weight: 400; font-size: 1rem; color: var(--dim); } .far { content-visibility: auto; contain-intrinsic-size: auto 1600px; }
td.differs, .differs > td, .hint .differs { background: var(--bad-bg); color: var(--bad); font-weight: 700; } td.differs::before, .hint .differs::before { content: "≠ "; }
td.was, .hint .was { background: var(--was-bg); } td.was::before, .hint .was::before { content: "→ "; } .hint span { padding: .1rem .5rem; margin-right: .5rem; border-radius: .25rem; }
td.expected { background: var(--good-bg); font-weight: 700; } td.absent { color: var(--dim); font-style: italic; } .when { color: var(--dim); white-space: nowrap; }
.state tbody { border-bottom: 2px solid var(--line); } .state td, .state th { border-bottom-color: transparent; }
pre { margin: 0; padding: .75rem; overflow-x: auto; background: var(--soft); border: 1px solid var(--line); border-radius: .35rem; white-space: pre; overflow-wrap: normal; }
figure { margin: .75rem 0; } figcaption { display: flex; justify-content: space-between; align-items: end; gap: 1rem; font-size: .9rem; font-weight: 600; padding-bottom: .25rem; } figcaption button { font-weight: 400; font-size: .85rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0 1.5rem; } .pair > * { min-width: 0; } .pair h3 { grid-column: 1 / -1; margin-bottom: 0; }
.ladder { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; } .ladder ol { list-style: none; margin: 0; padding: 0; }
.heads { display: flex; justify-content: space-between; margin: 0; font-weight: 700; padding-bottom: .25rem; border-bottom: 2px solid var(--line); }
.step { padding: .5rem 0; border-bottom: 1px dashed var(--line); } .step:last-child { border: 0; padding-bottom: 0; } .step.differs { background: none; }
.at { margin: 0 0 .35rem; font-size: .9rem; } .time { color: var(--dim); font-variant-numeric: tabular-nums; display: inline-block; min-width: 5.5em; } .flag { color: var(--bad); background: var(--bad-bg); padding: .05rem .5rem; border-radius: 1rem; font-size: .8rem; white-space: nowrap; }
.lanes { display: grid; grid-template-columns: 1fr 1fr; row-gap: .35rem; border: solid var(--line); border-width: 0 2px; padding: .1rem 0; background: linear-gradient(var(--line), var(--line)) center / 2px 100% no-repeat; }
.arrow { position: relative; margin: 0; padding: .1rem .9rem .25rem; border-bottom: 2px solid var(--link); min-width: 0; line-height: 1.35; } .arrow.client { grid-column: 1; } .arrow.server { grid-column: 2; }
.arrow::after { content: ""; position: absolute; bottom: -6px; border: 5px solid transparent; } .client.in::after, .server.out::after { right: 0; border-left: 9px solid var(--link); border-right: 0; }
.client.out::after, .server.in::after { left: 0; border-right: 9px solid var(--link); border-left: 0; } .arrow b { display: block; }
.arrow.differs { border-bottom-width: 3px; } .expected .arrow.differs { border-bottom-color: var(--good); border-bottom-style: dashed; color: var(--good); } .actual .arrow.differs { border-bottom-color: var(--bad); color: var(--bad); }
.expected .differs::after { border-left-color: var(--good) !important; border-right-color: var(--good) !important; } .actual .differs::after { border-left-color: var(--bad) !important; border-right-color: var(--bad) !important; }
.hooks { grid-column: 1 / -1; justify-self: center; display: flex; flex-wrap: wrap; justify-content: center; gap: .25rem; margin: 0; padding: .15rem .9rem; list-style: none; font-size: .75rem; }
.hooks li { background: var(--soft); border: 1px solid var(--line); border-radius: .3rem; padding: .05rem .4rem; } .hooks .hook { color: var(--dim); } .hooks .drop { border-color: var(--bad); color: var(--bad); } .hooks .stolen { border-color: var(--link); }
.nothing, .own { grid-column: 1 / -1; justify-self: center; margin: 0; padding: .15rem .75rem; background: var(--soft); border: 1px solid var(--line); border-radius: 1rem; font-size: .85rem; }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem; margin-top: .6rem; } .side { border: 2px solid var(--line); border-radius: .5rem; padding: .6rem; min-width: 0; }
.side.expected { border-color: var(--good); } .side.expected h4 { color: var(--good); } .side.actual { border-color: var(--bad); } .side.actual h4 { color: var(--bad); }
.verdicts { margin: .6rem 0 0; padding-left: 1.2rem; font-size: .9rem; } .expected .verdicts b { color: var(--good); } .actual .verdicts b { color: var(--bad); }
/* Shades are of one colour over the page's own, so that text stays readable on each. */
.heatmap { font-size: .875rem; } .heatmap td { text-align: right; } .heatmap th { white-space: nowrap; } .heat { border-radius: .2rem; } .heat.never { background: var(--bad-bg); color: var(--bad); font-weight: 700; } .heat.cannot { color: var(--dim); }
.h1 { background: color-mix(in srgb, var(--link) 8%, var(--bg)); } .h2 { background: color-mix(in srgb, var(--link) 14%, var(--bg)); } .h3 { background: color-mix(in srgb, var(--link) 20%, var(--bg)); } .h4 { background: color-mix(in srgb, var(--link) 26%, var(--bg)); } .h5 { background: color-mix(in srgb, var(--link) 32%, var(--bg)); }
details { margin: 1rem 0; } summary { cursor: pointer; font-weight: 600; }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--dim); font-size: .9rem; }
@media (max-width: 40rem) { th, td { padding: .25rem .4rem; } .matrix th small { max-width: 14rem; } .ladder { padding: .5rem; } .arrow { font-size: .72rem; padding-inline: .4rem; } }
@media print { body { max-width: none; padding: 0; font-size: 9.5pt; } .filters, button, .skip { display: none; } .far { content-visibility: visible; } .scroll { overflow: visible; } pre { white-space: pre-wrap; overflow: visible; overflow-wrap: anywhere; }
  .finding { break-before: page; } .step, tbody, .side { break-inside: avoid; } * { print-color-adjust: exact; } details::details-content { content-visibility: visible; display: block; } .matrix thead th { position: static; } }
`;
