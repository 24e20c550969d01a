import { html, raw } from 'hono/html';
import { SYMBOLS } from '../cell.ts';
import type { CellChange, Changes, FindingChange } from '../changes.ts';
import { printable } from '../plain-text.ts';
import { withNames } from './names.ts';
import { STYLE } from './style.ts';
import { copyable, type Html, scrolling } from './template.ts';

/** changes.html: only what changed between two runs. */
export function changesPage({ findings, cells }: Changes): string {
  const count = (kind: FindingChange['kind']) => findings.filter((change) => change.kind === kind).length;
  const title = `${count('new')} new, ${count('gone')} gone, ${count('changed')} changed`;
  return printable(
    String(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>lvscheck: ${title}</title><style>${raw(STYLE)}</style></head>
<body><header><h1>lvscheck: what changed between two runs</h1>
<p class="verdict ${count('new') > 0 ? 'bad' : 'good'}">Findings: ${title}</p></header>
<main>${cells.length > 0 ? cellTable(cells) : ''}${findings.map(article)}</main></body></html>
`),
  );
}

function cellTable(cells: readonly CellChange[]): Html {
  const rows = cells.map(
    ({ claim, director, before, after }) =>
      html`<tr><th scope="row"><code>${claim}</code></th><td>${director}</td><td class="k-${before}">${SYMBOLS[before]} ${before}</td><td class="k-${after}">${SYMBOLS[after]} ${after}</td></tr>\n`,
  );
  const heads = ['claim', 'director', 'before', 'after'].map((head) => html`<th scope="col">${head}</th>`);
  return scrolling(
    'Claims',
    html`<table class="matrix"><thead><tr>${heads}</tr></thead><tbody>${rows}</tbody></table>`,
  );
}

const WORDS = { new: 'New', gone: 'Gone', changed: 'Smallest example changed' } as const;

function article({ kind, finding, before }: FindingChange, at: number): Html {
  const { claim, director, headline, scenarioText } = finding;
  const scenarios = before
    ? html`${copyable('before', before.scenarioText)}${copyable('now', scenarioText)}`
    : copyable('scenario.yaml', scenarioText);
  return html`<article id="change-${at + 1}" class="finding"><h2>${WORDS[kind]} <span class="of"><code>${claim}</code> on <code>${director.name}</code></span></h2>
<p class="headline">${withNames(headline)}</p><div class="pair">${scenarios}</div></article>`;
}
