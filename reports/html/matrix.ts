import { html } from 'hono/html';
import { type ClaimResult, OUTCOME_KINDS, type Run } from '../../harness/outcome.ts';
import { CELL_KINDS, type CellKind, cellKind, cellsOn, claimIds, findingsOf, SYMBOLS } from '../cell.ts';
import { cellId, findingId } from './ids.ts';
import { type Html, scrolling } from './template.ts';

/** Claims × directors. Each cell says the worst that happened there, and leads to it. */
export function matrix(run: Run): Html {
  const { directors } = run.summary;
  const says = new Map(run.claims.map((cell) => [cell.claim, cell.says]));
  const byDirector = directors.map(
    (director) => new Map(cellsOn(run, director).map((cell) => [cell.claim, cell])),
  );
  const rows = claimIds(run).map((claim) => {
    const cells = byDirector.map((cellOf) => cellOf.get(claim));
    return html`<tr data-claim="${claim}"><th scope="row"><code>${claim}</code><small>${says.get(claim)}</small></th>${cells.map(
      (cell) => matrixCell(run, cell),
    )}</tr>\n`;
  });
  const heads = directors.map(
    ({ name, release, version }) =>
      html`<th scope="col" data-director="${name}">${name}<small>${release}<br>${version}</small></th>`,
  );
  const table = html`<table class="matrix">
<thead><tr><th scope="col">claim</th>${heads}</tr></thead><tbody>${rows}</tbody></table>`;
  return html`<section id="matrix" aria-labelledby="matrix-title"><h2 id="matrix-title">Claims × directors</h2>
${legend()}${filters(run)}
${scrolling('Claims and directors', table)}</section>`;
}

const WORDS: Readonly<Record<CellKind, string>> = {
  crash: 'crash',
  mismatch: 'mismatch',
  'infra-error': 'infra-error: ours or the machine’s',
  'known-difference': 'known difference',
  agree: 'agree',
  unsupported: 'unsupported',
  'not-played': 'not played',
};

function legend(): Html {
  const items = CELL_KINDS.map((kind) => html`<li>${symbol(kind)} ${WORDS[kind]}</li>`);
  return html`<ul class="legend">${items}</ul>`;
}

function symbol(kind: CellKind): Html {
  return html`<span class="symbol k-${kind}" aria-hidden="true">${SYMBOLS[kind]}</span>`;
}

function matrixCell(run: Run, cell: ClaimResult | undefined): Html {
  if (!cell) return html`<td>${symbol('not-played')}<span class="vh">not played</span></td>`;
  const { claim, director, outcomes } = cell;
  const kind = cellKind(cell);
  const played = OUTCOME_KINDS.reduce((sum, each) => sum + outcomes[each], 0);
  const counts = OUTCOME_KINDS.filter((each) => outcomes[each] > 0).map(
    (each) => `${number(outcomes[each])} ${each}`,
  );
  const id = cellId(claim, director);
  const label = `${claim} on ${director}: ${counts.join(', ') || 'not played'}`;
  const count =
    kind === 'not-played'
      ? ''
      : outcomes[kind] === played
        ? number(played)
        : `${number(outcomes[kind])} of ${number(played)}`;
  const links = findingsOf(run, cell)
    .slice(0, 3)
    .map((finding) => html` <a class="to" href="#${findingId(finding)}">finding ${finding.number}</a>`);
  return html`<td id="${id}" class="k-${kind}" data-kind="${kind}" data-director="${director}"><a class="self" href="#${id}" title="${label}">${symbol(kind)} ${count} <span class="vh">${kind}</span></a>${links}</td>`;
}

/** Works by the page's script, which shows it. */
function filters(run: Run): Html {
  const directors = run.summary.directors.map(({ name }) => html`<option>${name}</option>`);
  const kinds = CELL_KINDS.map((kind) => html`<option value="${kind}">${SYMBOLS[kind]} ${kind}</option>`);
  return html`<form id="filters" class="filters" hidden>
<label>claims that begin with <input name="claim" type="search" placeholder="ipvs/" autocomplete="off"></label>
<label>director <select name="director"><option value="">all</option>${directors}</select></label>
<label>outcome <select name="kind"><option value="">any</option>${kinds}</select></label>
<output id="shown" aria-live="polite"></output></form>`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
