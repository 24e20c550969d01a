import { html } from 'hono/html';
import type { Coverage, CoverageCell, CoverageTable, Run } from '../../harness/outcome.ts';
import { type Html, scrolling } from './template.ts';

/** Which cells of the reference's tables the run compared, as heat maps: one line for all but the last axis. */
export function coverageMaps({ coverage }: Run): Html {
  if (coverage.length === 0) return html``;
  return html`<section id="coverage" aria-labelledby="coverage-title"><h2 id="coverage-title">What was compared</h2>
<p class="hint">A number says in how many scenarios a step came to the cell and was then compared; <span class="heat never">0</span> was never reached, <span class="heat cannot">×</span> can be reached by no director.</p>
${coverage.map(directorMaps)}</section>`;
}

function directorMaps({ director, summary: { reached, reachable }, tables }: Coverage): Html {
  const percent = reachable === 0 ? 100 : Math.floor((100 * reached) / reachable);
  return html`<details><summary>${director}: ${reached} of ${reachable} cells that can be reached (${percent}%)</summary>${tables.map(
    (table) => map(director, table),
  )}</details>`;
}

function map(director: string, { id, says, axes, cells }: CoverageTable): Html {
  const columns = axes.at(-1)!;
  const lines = Array.from({ length: cells.length / columns.values.length }, (_, line) =>
    cells.slice(line * columns.values.length, (line + 1) * columns.values.length),
  );
  const missing = cells.filter((cell) => cell.scenarios === 0 && cell.unreachable === undefined).length;
  const most = Math.max(1, ...cells.map(({ scenarios }) => scenarios));
  const heads = columns.values.map((value) => html`<th scope="col">${value}</th>`);
  const rows = lines.map(
    (line) =>
      html`<tr><th scope="row">${line[0]!.at.slice(0, -1).join(' · ')}</th>${line.map((cell) => heat(cell, most))}</tr>\n`,
  );
  const names = axes.map(({ name }) => name).join(' × ');
  return scrolling(
    `${director}: ${id}`,
    html`<table class="heatmap"><caption>${id}: ${says} <small>${missing === 0 ? 'all reached' : `${missing} never reached`}</small></caption>
<thead><tr><th scope="col">${names}</th>${heads}</tr></thead><tbody>${rows}</tbody></table>`,
  );
}

/** Five shades by powers: one scenario is much more than none, a thousand little more than a hundred. */
function heat({ scenarios, unreachable }: CoverageCell, most: number): Html {
  if (unreachable !== undefined && scenarios === 0)
    return html`<td class="heat cannot" title="${unreachable}">×<span class="vh"> ${unreachable}</span></td>`;
  if (scenarios === 0) return html`<td class="heat never">0</td>`;
  const shade = 1 + Math.round((4 * Math.log(scenarios)) / Math.max(1, Math.log(most)));
  return html`<td class="heat h${Math.min(5, shade)}">${scenarios}</td>`;
}
