import { html } from 'hono/html';
import type { ClaimResult, Finding, Run } from '../harness/outcome.ts';
import { cellKind, cellsOn, claimIds, SYMBOLS } from './cell.ts';
import { oneLine, printable } from './plain-text.ts';

/** Notes that a workflow's log turns into annotations (workflow commands: `::error title=…::message`). */
export function githubAnnotations(run: Run): string {
  const findings = run.findings.map((finding) =>
    note('error', `${finding.kind} of ${finding.claim} on ${finding.director.name}`, told(finding)),
  );
  const troubles = run.undecided
    .filter(({ kind }) => kind === 'infra-error')
    .map(({ director, what }) => note('warning', `infra-error on ${director}`, what));
  return [...findings, ...troubles].map((line) => `${line}\n`).join('');
}

function told({ headline, scenarioText }: Finding): string {
  return `${headline}\n\n${scenarioText}`;
}

function note(level: 'error' | 'warning', title: string, message: string): string {
  return `::${level} title=${property(oneLine(title))}::${escaped(printable(message).trimEnd())}`;
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** A job summary may have a mebibyte, and people read its beginning. */
const MOST_FINDINGS = 50;

/**
 * The page that GitHub shows of a job: Markdown, here HTML within it, as that can be escaped completely. No blank line
 * stands within a block but in `pre`, so none ends before its end.
 */
export function githubSummary(run: Run): string {
  const { directors } = run.summary;
  const heads = directors.map(({ name }) => html`<th>${oneLine(name)}</th>`);
  const cells = new Map(
    directors.map((director) => [
      director.name,
      new Map(cellsOn(run, director).map((cell) => [cell.claim, cell])),
    ]),
  );
  const rows = claimIds(run).map((claim) => {
    const columns = directors.map(({ name }) => html`<td>${cellText(cells.get(name)?.get(claim))}</td>`);
    return html`<tr><td><code>${oneLine(claim)}</code></td>${columns}</tr>\n`;
  });
  const findings = run.findings.slice(0, MOST_FINDINGS).map(findingBlock);
  const more = run.findings.length - findings.length;
  return `## lvscheck

${html`<p>${sentence(run)}</p>`}

${html`<table><tr><th>claim</th>${heads}</tr>\n${rows}</table>`}

${findings.join('\n')}${more > 0 ? `\n${more} more findings are in the report.\n` : ''}`;
}

function cellText(cell: ClaimResult | undefined): string {
  if (!cell) return SYMBOLS['not-played'];
  const kind = cellKind(cell);
  const count = kind === 'not-played' ? '' : ` ${cell.outcomes[kind].toLocaleString('en-US')}`;
  return `${SYMBOLS[kind]}${count}`;
}

function findingBlock({ number, claim, director, headline, scenarioText }: Finding): string {
  const title = `Finding ${number}: ${oneLine(claim)} on ${oneLine(director.name)}`;
  const text = printable(scenarioText).trimEnd();
  return `${html`<details open><summary><b>${title}</b><br>${oneLine(headline)}</summary>`}

${html`<pre>${text}</pre>`}

</details>
`;
}

function sentence({ summary, complete }: Run): string {
  const { scenarios, steps, seed, outcomes } = summary;
  const many = (count: number) => count.toLocaleString('en-US');
  const failures = outcomes.mismatch + outcomes.crash;
  const end = complete ? '' : ' The run is not complete.';
  return `${many(scenarios)} scenarios, ${many(steps)} steps compared, seed ${seed}: ${many(failures)} with a mismatch or a crash.${end}`;
}
