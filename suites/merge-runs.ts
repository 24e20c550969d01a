import { InputError } from '../harness/errors.ts';
import type { ClaimResult, DirectorName, OutcomeCounts, Run, Shard } from '../harness/outcome.ts';
import { groupBy } from './group-by.ts';
import { mergedCoverage } from './merge-coverage.ts';
import { keptFindings, mergedClaims } from './merge-findings.ts';
import { sum } from './tally.ts';

/** A report, and what names it for a reader. */
export interface NamedRun {
  readonly file: string;
  readonly run: Run;
}

export interface Merged {
  readonly run: Run;
  /** Shards that nobody gave, in words: `0/4 on microvm:6.1`. */
  readonly missing: readonly string[];
}

const WHOLE: Shard = { index: 0, count: 1 };
const shardOf = ({ summary }: Run): Shard => summary.shard ?? WHOLE;
const words = ({ index, count }: Shard): string => `${index}/${count}`;

/**
 * One run from its parts, which may be shards, directors, or shards on directors. All shards together give exactly
 * the record of the run that was not sharded, but for wall times: the longest stands for all, as they run side by
 * side.
 */
export function mergeRuns(given: readonly NamedRun[]): Merged {
  if (given.length === 0) throw new InputError('merge needs at least one report');
  refuseUnlike(given);
  const parts = given.map(({ run }) => run).sort((one, other) => shardOf(one).index - shardOf(other).index);
  const directors = directorsOf(parts);
  const missing = missingFrom(parts, directors);
  const kept = keptFindings(parts, directors);
  const claims = mergedClaims(parts, directors, kept);
  const run = { ...parts[0]!, ...{ claims, findings: kept.map(({ finding }) => finding) } };
  return {
    run: {
      ...run,
      complete: missing.length === 0 && parts.every(({ complete }) => complete),
      summary: mergedSummary(parts, directors, claims),
      occurrences: occurrencesIn(claims),
      undecided: mergedUndecided(parts, directors),
      coverage: mergedCoverage(parts, directors),
      knownDifferences: run.knownDifferences.map(({ id }) => ({
        id,
        occurrences: total(parts.flatMap((part) => part.knownDifferences).filter((each) => each.id === id)),
      })),
    },
    missing,
  };
}

/** What must be the same in all parts, and what must not be in two of them. */
function refuseUnlike(given: readonly NamedRun[]): void {
  const [first, ...others] = given;
  const same: readonly (readonly [what: string, of: (run: Run) => string])[] = [
    ['version of lvs-conformance', ({ version }) => version],
    ['seed', ({ summary }) => String(summary.seed)],
    ['reference', ({ summary }) => summary.reference],
    ['number of shards', (run) => String(shardOf(run).count)],
    ['list of claims', ({ claims }) => [...new Set(claims.map(({ claim }) => claim))].join(' ')],
  ];
  for (const { file, run } of others)
    for (const [what, of] of same)
      if (of(run) !== of(first!.run) && run.claims.length > 0 && first!.run.claims.length > 0)
        throw new InputError(
          `${file}: another ${what} than ${first!.file}; only parts of one run are joined`,
        );
  refuseTwice(given);
}

function refuseTwice(given: readonly NamedRun[]): void {
  const seen = new Map<string, string>();
  for (const { file, run } of given)
    for (const { name } of run.summary.directors) {
      const part = `${words(shardOf(run))} on ${name}`;
      const before = seen.get(part);
      if (before) throw new InputError(`${file}: has shard ${part}, as ${before} has; give each part once`);
      seen.set(part, file);
    }
}

function directorsOf(parts: readonly Run[]): DirectorName[] {
  const all = new Map<string, DirectorName>();
  for (const director of parts.flatMap(({ summary }) => summary.directors)) {
    const { name, version } = all.get(director.name) ?? director;
    if (version !== director.version)
      throw new InputError(`${name} is kernel ${version} in one report and ${director.version} in another`);
    all.set(name, director);
  }
  return [...all.values()];
}

function missingFrom(parts: readonly Run[], directors: readonly DirectorName[]): string[] {
  const { count } = shardOf(parts[0]!);
  const shards = Array.from({ length: count }, (_, index) => ({ index, count }));
  const has = (shard: Shard, { name }: DirectorName) =>
    parts.some(
      (run) =>
        shardOf(run).index === shard.index &&
        run.summary.directors.some((director) => director.name === name),
    );
  return directors.flatMap((director) =>
    shards.filter((shard) => !has(shard, director)).map((shard) => `${words(shard)} on ${director.name}`),
  );
}

function mergedSummary(
  parts: readonly Run[],
  directors: readonly DirectorName[],
  claims: readonly ClaimResult[],
): Run['summary'] {
  const summaries = parts.map(({ summary }) => summary);
  const add = (of: (summary: Run['summary']) => number) =>
    summaries.map(of).reduce((one, other) => one + other, 0);
  const perShard = groupBy(parts, (part) => shardOf(part).index);
  const longest = [...perShard.values()].map((same) =>
    Math.max(...same.map(({ summary }) => summary.scenarios)),
  );
  return {
    scenarios: longest.reduce((one, other) => one + other, 0),
    steps: add(({ steps }) => steps),
    packets: add(({ packets }) => packets),
    outcomes: sum(claims.map(({ outcomes }): OutcomeCounts => outcomes)),
    wallSeconds: Math.max(...summaries.map(({ wallSeconds }) => wallSeconds)),
    seed: summaries[0]!.seed,
    shard: undefined,
    directors,
    reference: summaries[0]!.reference,
  };
}

function occurrencesIn(claims: readonly ClaimResult[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { findings } of claims)
    for (const [number, count] of Object.entries(findings))
      counts[Number(number)] = (counts[Number(number)] ?? 0) + count;
  return counts;
}

function mergedUndecided(parts: readonly Run[], directors: readonly DirectorName[]): Run['undecided'] {
  const order = directors.map(({ name }) => name);
  const sorted = parts
    .flatMap(({ undecided }) => undecided)
    .sort(
      (one, other) => one.index - other.index || order.indexOf(one.director) - order.indexOf(other.director),
    );
  const same = groupBy(sorted, ({ kind, director, what }) => `${kind} ${director} ${what}`);
  return [...same.values()].map((rows) => ({ ...rows[0]!, occurrences: total(rows) }));
}

function total(rows: readonly { readonly occurrences: number }[]): number {
  return rows.reduce((so, { occurrences }) => so + occurrences, 0);
}
