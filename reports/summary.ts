import pc from 'picocolors';
import type { ClaimResult, Coverage, Finding, OutcomeCounts, Run, Undecided } from '../harness/outcome.ts';
import { OUTCOME_KINDS } from '../harness/outcome.ts';
import { CELL_KINDS, type CellKind, cellKind, SYMBOLS } from './cell.ts';
import { oneLine } from './plain-text.ts';

export interface SummaryOptions {
  readonly colour: boolean;
  /** Where a finding's files are, and the command that replays it. */
  readonly placeOf: (finding: Finding) => { readonly folder: string; readonly replay: string };
}

type Colours = ReturnType<typeof pc.createColors>;

/** What a terminal shows after a run: one line for each claim, the findings, and the summary last. */
export function summaryText(run: Run, options: SummaryOptions): string {
  const colours = pc.createColors(options.colour);
  const parts = [
    ...claimLines(run.claims, colours),
    ...run.findings.flatMap((finding) => findingLines(run, finding, options, colours)),
    ...run.undecided.map((each) => undecidedLine(each, colours)),
    ...run.coverage.map(coverageLine),
    lastLine(run, colours),
  ];
  return `${parts.join('\n')}\n`;
}

function claimLines(claims: readonly ClaimResult[], colours: Colours): string[] {
  return [...new Set(claims.map(({ claim }) => claim))].map((claim) => {
    const results = claims.filter((each) => each.claim === claim);
    const columns = results.map(({ director, outcomes }) =>
      results.length === 1 ? counted(outcomes) : `${director} ${counted(outcomes)}`,
    );
    return `${symbolOf(results, colours)} ${claim.padEnd(22)} ${columns.join(' · ')}`;
  });
}

const COLOURS = {
  ...{ crash: 'red', mismatch: 'red', 'infra-error': 'yellow', 'known-difference': 'yellow' },
  ...{ agree: 'green', unsupported: 'dim', 'not-played': 'dim' },
} as const satisfies Record<CellKind, keyof Colours>;

function symbolOf(results: readonly ClaimResult[], colours: Colours): string {
  const kinds = results.map(cellKind);
  const worst = CELL_KINDS.find((kind) => kinds.includes(kind)) ?? 'not-played';
  return colours[COLOURS[worst]](SYMBOLS[worst]);
}

function counted(outcomes: OutcomeCounts): string {
  const met = OUTCOME_KINDS.filter((kind) => outcomes[kind] > 0);
  return met.length === 0 ? 'not played' : met.map((kind) => `${number(outcomes[kind])} ${kind}`).join(', ');
}

function findingLines(run: Run, finding: Finding, { placeOf }: SummaryOptions, colours: Colours): string[] {
  const { folder, replay } = placeOf(finding);
  const times = run.occurrences[finding.number] ?? 0;
  const seen = times > 1 ? `, ${number(times)} times` : '';
  const unsure = finding.status === 'confirmed' ? '' : `, ${finding.status}`;
  return [
    '',
    `${colours.red(`Finding ${finding.number}`)} (${finding.claim}${seen}${unsure}), step ${finding.step}: ${oneLine(finding.headline)}`,
    `  ${folder}`,
    `  ${colours.dim(replay)}`,
  ];
}

function undecidedLine({ kind, director, what, occurrences }: Undecided, colours: Colours): string {
  return `${colours.yellow(kind)} on ${director}, ${many(occurrences, 'time')}: ${oneLine(what)}`;
}

function lastLine({ summary, complete }: Run, colours: Colours): string {
  const { scenarios, steps, packets, wallSeconds, seed, directors, reference } = summary;
  const where = directors.map(({ name, release }) => `${name} (${release})`).join(', ') || 'no director';
  const played = `${many(scenarios, 'scenario')}, ${many(steps, 'step')}, ${many(packets, 'packet')}`;
  const beside = reference === 'model' ? '' : `, compared with ${reference},`;
  const line = `${played} on ${where}${beside} in ${wallSeconds.toFixed(1)} s, seed ${seed}: ${counted(summary.outcomes)}`;
  return `\n${colours.bold(complete ? line : `${line} (not complete)`)}`;
}

/** How much of the reference's tables was compared; which cells those are stands in coverage.json. */
function coverageLine({ director, summary: { reached, reachable } }: Coverage): string {
  const percent = ((100 * reached) / reachable).toFixed(1);
  return `${number(reached)} of ${number(reachable)} cells of the reference's tables reached and compared on ${director} (${percent} %)`;
}

function many(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Thousands separated, the same in every locale. */
function number(value: number): string {
  return value.toLocaleString('en-US');
}
