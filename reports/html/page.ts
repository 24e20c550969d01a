import { html, raw } from 'hono/html';
import { type Finding, OUTCOME_KINDS, type Run } from '../../harness/outcome.ts';
import { SYMBOLS } from '../cell.ts';
import { printable } from '../plain-text.ts';
import { coverageMaps } from './coverage.ts';
import { findingArticle, type Place } from './finding.ts';
import { findingId } from './ids.ts';
import { matrix } from './matrix.ts';
import { withNames } from './names.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';
import type { Html } from './template.ts';

/** A page that is larger than this opens slowly: the findings after that are listed, and told in their folders. */
const MOST_FINDING_CHARACTERS = 3_200_000;
/** The matrix should be seen without scrolling for long. */
const AT_ONCE = 12;
/** What is further down is laid out when it is scrolled to. */
const NEAR_FINDINGS = 3;

/** report.html: the whole run on one page that needs nothing but itself. Its script only adds comfort. */
export function htmlReport(run: Run, placeOf: (finding: Finding) => Place): string {
  const articles = toldFindings(run, placeOf);
  const { summary, version } = run;
  const title = `lvscheck: ${verdict(run)}`;
  return printable(
    String(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${raw(STYLE)}</style></head>
<body><a class="skip" href="#findings">To the findings</a>
<header><h1>lvscheck: is this LVS director what its reference says?</h1>
<p class="verdict ${run.findings.length > 0 ? 'bad' : 'good'}">${verdict(run)}</p>
<p class="facts">${facts(run)}</p></header>
<main>${index(run, articles.length, placeOf)}${matrix(run)}${undecided(run)}${coverageMaps(run)}${articles}</main>
<footer>lvs-conformance ${version}, seed ${summary.seed}. The same seed on the same kernel gives the same report.</footer>
<script>${raw(SCRIPT)}</script></body></html>
`),
  );
}

function toldFindings(run: Run, placeOf: (finding: Finding) => Place): Html[] {
  const articles: Html[] = [];
  let characters = 0;
  for (const finding of run.findings) {
    const article = findingArticle(run, finding, placeOf(finding));
    characters += String(article).length;
    if (characters > MOST_FINDING_CHARACTERS) break;
    articles.push(articles.length < NEAR_FINDINGS ? article : html`<div class="far">${article}</div>`);
  }
  return articles;
}

/** The run in one sentence. */
function verdict({ findings, summary: { outcomes } }: Run): string {
  const plays = OUTCOME_KINDS.reduce((sum, kind) => sum + outcomes[kind], 0);
  const failures = outcomes.mismatch + outcomes.crash;
  if (findings.length > 0)
    return `${many(findings.length, 'finding')}: ${number(failures)} of ${many(plays, 'play')} did not go as expected`;
  if (outcomes['infra-error'] > 0)
    return `No finding, but ${many(outcomes['infra-error'], 'play')} could not be judged`;
  return outcomes.agree > 0 ? `All ${number(outcomes.agree)} plays agree` : 'Nothing could be played';
}

function facts({ summary, complete }: Run): string {
  const { scenarios, steps, packets, wallSeconds, seed, directors, reference } = summary;
  const where = directors.map(({ name }) => name).join(', ') || 'no director';
  const end = complete ? '' : ' The run was cut short: what is here is true, but not all.';
  return `${many(scenarios, 'scenario')}, ${many(steps, 'step')} compared, ${many(packets, 'packet')} on ${where}, beside ${reference}, in ${wallSeconds.toFixed(1)} s; seed ${seed}.${end}`;
}

function index(run: Run, told: number, placeOf: (finding: Finding) => Place): Html {
  const items = run.findings.map((finding, at) => {
    const { number: n, kind, claim, director, headline } = finding;
    const href = at < told ? `#${findingId(finding)}` : (placeOf(finding).files[0]?.href ?? '');
    const times = run.occurrences[n] ?? 0;
    return html`<li data-finding data-claim="${claim}" data-director="${director.name}"><span class="symbol k-${kind}" aria-hidden="true">${SYMBOLS[kind]}</span> <a href="${href}">Finding ${n}</a> ${withNames(headline)}<small><code>${claim}</code> on <code>${director.name}</code>, ${many(times, 'time')}</small></li>\n`;
  });
  const rest = run.findings.length - told;
  const note =
    rest > 0
      ? html`<p>The last ${many(rest, 'finding')} would make this page too long: the links lead to their folders.</p>`
      : '';
  const [first, others] = [items.slice(0, AT_ONCE), items.slice(AT_ONCE)];
  const folded = html`<details><summary>${many(others.length, 'more finding')}</summary><ul class="index">${others}</ul></details>`;
  const list = html`${first.length > 0 ? html`<ul class="index">${first}</ul>` : html`<p>None.</p>`}${others.length > 0 ? folded : ''}`;
  return html`<section id="findings" aria-labelledby="findings-title"><h2 id="findings-title">Findings</h2>${list}${note}</section>`;
}

function undecided({ undecided: all }: Run): Html {
  if (all.length === 0) return html``;
  const items = all.map(
    ({ kind, director, what, occurrences, console }) =>
      html`<li><span class="symbol k-${kind}" aria-hidden="true">${SYMBOLS[kind]}</span> ${kind} on <code>${director}</code>, ${many(occurrences, 'time')}: ${what}${
        console === ''
          ? ''
          : html`<details><summary>Console</summary><pre tabindex="0">${console}</pre></details>`
      }</li>`,
  );
  return html`<section id="undecided" aria-labelledby="undecided-title"><h2 id="undecided-title">Not decided</h2><ul class="index">${items}</ul></section>`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function many(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}
