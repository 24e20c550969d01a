import { html } from 'hono/html';
import type { Difference, Finding, Run } from '../../harness/outcome.ts';
import { type DirectorConfig, iptablesTool } from '../../spec/config/director-config.ts';
import { printRuleset } from '../../spec/config/iptables-print.ts';
import { printServices } from '../../spec/config/ipvsadm-print.ts';
import { dissect } from '../../spec/wire/dissect.ts';
import { SYMBOLS } from '../cell.ts';
import { findingId, stepId } from './ids.ts';
import { ladder } from './ladder.ts';
import { withNames } from './names.ts';
import { stateTables } from './tables.ts';
import { copyable, type Html, scrolling } from './template.ts';

/** Where a finding's files are, and the command that plays it again. */
export interface Place {
  /** Relative to the page. */
  readonly files: readonly { readonly name: string; readonly href: string }[];
  readonly replay: string;
}

/** All that a reader needs to judge a finding. */
export function findingArticle(run: Run, finding: Finding, place: Place): Html {
  const { kind, headline, director, claim } = finding;
  const says = run.claims.find((cell) => cell.claim === claim)?.says;
  const id = findingId(finding);
  return html`<article id="${id}" class="finding" aria-labelledby="${id}-title" data-director="${director.name}" data-claim="${claim}">
<h2 id="${id}-title"><a href="#${id}"><span class="symbol k-${kind}" aria-hidden="true">${SYMBOLS[kind]}</span> Finding ${finding.number}</a> <span class="of">${kind} of <code>${claim}</code> on <code>${director.name}</code></span></h2>
<p class="headline">${withNames(headline)}</p>
<p class="says">The claim: ${says}</p>
${facts(run, finding)}
${kind === 'crash' ? copyable('Console', finding.console) : divergence(finding)}
<section class="pair"><h3>Smallest scenario</h3>${copyable('scenario.yaml', finding.scenarioText)}${config(finding.scenario.director)}</section>
${copyable('Play it again', place.replay)}
${links(place)}</article>`;
}

function divergence(finding: Finding): Html {
  return html`${expectedActual(finding)}${ladder(finding)}${stateTables(finding)}${explanation(finding)}${packets(finding)}`;
}

function facts(run: Run, { number, director, origin, shrunk, status }: Finding): Html {
  const times = run.occurrences[number] ?? 0;
  const sentences = [
    `Kernel ${director.release}, ${director.version}.`,
    times > 1 ? `${times.toLocaleString('en-US')} scenarios of this run came to it.` : '',
    origin ? `Found by run ${origin.index} of seed ${origin.seed}.` : '',
    shrunk
      ? `Shrunk from ${shrunk.itemsBefore} to ${shrunk.itemsAfter} items in ${shrunk.attempts} attempts.`
      : '',
    shrunk && !shrunk.complete ? 'The budget ended first; a smaller one may exist.' : '',
    status === 'confirmed' ? '' : `Not certain: ${status}.`,
  ];
  return html`<p class="facts">${sentences.filter(Boolean).join(' ')}</p>`;
}

const MOST_DIFFERENCES = 40;

function expectedActual(finding: Finding): Html {
  const { differences, step, reference, director, steps } = finding;
  const rows = differences.slice(0, MOST_DIFFERENCES).map(differenceRow);
  const more = differences.length - rows.length;
  const table = html`<table><thead><tr><th scope="col">what</th><th scope="col">expected: ${reference}</th><th scope="col">actual: ${director.name}</th></tr></thead>
<tbody>${rows}</tbody></table>`;
  return html`<section><h3>First difference: <a href="#${stepId(finding, step)}">step ${step}</a> <code>${steps.at(-1)?.says}</code></h3>
${scrolling(`Finding ${finding.number}: expected and actual`, table)}${more > 0 ? html`<p>and ${more} more, see explain.txt</p>` : ''}</section>`;
}

function differenceRow({ observable, where, field, expected, actual }: Difference): Html {
  const what = field === 'row' ? withNames(where) : html`${withNames(where)}, <b>${field}</b>`;
  return html`<tr><th scope="row"><small>${observable}</small> ${what}</th><td class="expected">${withNames(expected)}</td><td class="differs">${withNames(actual)}</td></tr>`;
}

function explanation(finding: Finding): Html {
  const { reference, step, steps } = finding;
  const rows = (steps.at(-1)?.trace ?? []).map(
    ({ hook, station, verdict, why }) =>
      html`<tr><td>${hook}</td><td><code>${station}</code></td><td>${verdict}</td><td>${withNames(why)}</td></tr>`,
  );
  if (rows.length === 0) return html``;
  const heads = ['hook', 'station', 'verdict', 'why'].map((head) => html`<th scope="col">${head}</th>`);
  const table = html`<table><thead><tr>${heads}</tr></thead><tbody>${rows}</tbody></table>`;
  const whose = reference === 'model' ? 'Why the model does so' : 'The model’s way';
  return html`<section><h3>${whose}: step ${step}, hook by hook</h3>${scrolling(`Finding ${finding.number}: hook by hook`, table)}</section>`;
}

/** The step's frames field by field, both sides beside each other. */
function packets({ number, steps, reference, director }: Finding): Html {
  const last = steps.at(-1);
  if (!last) return html``;
  const count = Math.max(last.model.emitted.length, last.director.emitted.length);
  const tables = Array.from({ length: count }, (_, index) => {
    const [one, other] = [last.model.emitted[index], last.director.emitted[index]];
    const link = (one ?? other)!.link;
    const table = html`<table><caption>frame ${index + 1} to ${link}</caption><thead><tr><th scope="col">field</th><th scope="col">${reference}</th><th scope="col">${director.name}</th></tr></thead><tbody>${fieldRows(one?.frame, other?.frame)}</tbody></table>`;
    return scrolling(`Finding ${number}: frame ${index + 1}`, table);
  });
  if (count === 0) return html``;
  return html`<details><summary>Frames of the step, field by field</summary>${tables}</details>`;
}

function fieldRows(one: Uint8Array | undefined, other: Uint8Array | undefined): Html[] {
  const [left, right] = [one, other].map(
    (frame) => new Map(frame ? dissect(frame).map(({ name, value }) => [name, value]) : []),
  );
  return [...new Set([...left!.keys(), ...right!.keys()])].map((name) => {
    const [expected, actual] = [left!.get(name) ?? 'absent', right!.get(name) ?? 'absent'];
    const marked = expected === actual ? '' : 'differs';
    return html`<tr><th scope="row"><code>${name}</code></th><td>${expected}</td><td class="${marked}">${actual}</td></tr>`;
  });
}

/** As the administrator's own tools read it. */
function config(director: DirectorConfig): Html {
  const { services, rules, sysctls } = director;
  const set = Object.entries(sysctls).map(([name, value]) => `${name}=${value}\n`);
  const parts = [
    ['ipvsadm -R', printServices(services, 'numeric')],
    [`${iptablesTool(director)}-restore`, printRuleset(rules, 'numeric')],
    ['sysctl -p -', set.join('')],
  ] as const;
  return html`${parts.filter(([, text]) => text !== '').map(([tool, text]) => copyable(tool, text))}`;
}

function links({ files }: Place): Html {
  const items = files.map(({ name, href }) => html`<li><a href="${href}">${name}</a></li>`);
  return html`<ul class="files">${items}</ul>`;
}
