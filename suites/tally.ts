import { CoverageCount } from '../harness/coverage/count.ts';
import {
  type DirectorName,
  type Finding,
  OUTCOME_KINDS,
  type Outcome,
  type OutcomeCounts,
  type Run,
  SCHEMA_VERSION,
  type Summary,
  type Undecided,
} from '../harness/outcome.ts';
import type { Judged } from '../harness/play/judge.ts';
import type { Case } from './case.ts';
import type { Claim } from './claim.ts';

/** What outcomes are counted by: a claim, or a scenario from a file. */
export type Row = Pick<Claim, 'id' | 'says'>;

type Counts = Record<Outcome['kind'], number>;

/** One claim on one director, while it is counted. */
interface Cell {
  readonly outcomes: Counts;
  readonly findings: Record<number, number>;
}

/** Counts outcomes while a campaign runs; `run` says at any time what is known so far. */
export class Tally {
  readonly #claims: readonly Row[];
  readonly #cells = new Map<string, Cell>();
  readonly #undecided = new Map<string, Undecided>();
  readonly #findings = new Map<number, Finding>();
  readonly #occurrences: Record<number, number> = {};
  readonly #known: Map<string, number>;
  readonly #directors = new Map<string, DirectorName>();
  readonly #coverage = new Map<string, CoverageCount>();
  scenarios = 0;
  steps = 0;
  packets = 0;

  constructor(claims: readonly Row[], knownIds: readonly string[]) {
    this.#claims = claims;
    this.#known = new Map(knownIds.map((id) => [id, 0]));
  }

  get findings(): number {
    return this.#findings.size;
  }

  director(name: DirectorName): void {
    this.#directors.set(name.name, name);
  }

  /** Adds a finding, or replaces it by what is known of it now. */
  finding(finding: Finding): void {
    this.#findings.set(finding.number, finding);
  }

  /** What looked like a finding and was none. */
  withdraw(number: number): void {
    this.#findings.delete(number);
  }

  /** What was really compared: up to the first divergence, as what follows is not looked at. */
  compared({ plan }: Case, judged: Judged, director: string): void {
    if ('kind' in plan) return;
    this.#covered(judged, director);
    const steps = judged.kind === 'differs' ? plan.steps.slice(0, judged.divergence.step) : plan.steps;
    this.steps += steps.length;
    this.packets += steps.filter(({ kind }) => kind === 'frame').length;
  }

  #covered(judged: Judged, director: string): void {
    const differs = judged.kind === 'differs' ? judged.divergence : undefined;
    const reached = differs?.expected.reached ?? (judged.kind === 'agree' ? judged.reached : undefined);
    if (!reached) return;
    const count = this.#coverage.get(director) ?? new CoverageCount();
    this.#coverage.set(director, count);
    count.add(reached, differs?.step);
  }

  outcome(director: string, { claim, index }: Where, outcome: Outcome): void {
    const { outcomes, findings } = this.#cell(claim, director);
    outcomes[outcome.kind] += 1;
    if (outcome.kind === 'mismatch' || outcome.kind === 'crash')
      for (const count of [findings, this.#occurrences])
        count[outcome.finding] = (count[outcome.finding] ?? 0) + 1;
    if (outcome.kind === 'known-difference')
      this.#known.set(outcome.id, (this.#known.get(outcome.id) ?? 0) + 1);
    if (outcome.kind === 'infra-error') this.#note({ ...outcome, director, claim, index, occurrences: 1 });
    if (outcome.kind === 'unsupported')
      this.#note({
        kind: outcome.kind,
        what: outcome.reason,
        console: '',
        director,
        claim,
        index,
        occurrences: 1,
      });
  }

  run(of: RunFrame): Run {
    const { seed, shard, wallSeconds, reference, version, complete } = of;
    const { scenarios, steps, packets } = this;
    const outcomes = sum([...this.#cells.values()].map((cell) => cell.outcomes));
    const directors = [...this.#directors.values()];
    return {
      schemaVersion: SCHEMA_VERSION,
      version,
      complete,
      summary: { scenarios, steps, packets, outcomes, wallSeconds, seed, shard, directors, reference },
      claims: this.#claims.flatMap(({ id, says }) =>
        directors.map(({ name }) => ({ claim: id, says, director: name, ...this.#snapshot(id, name) })),
      ),
      coverage: [...this.#coverage].map(([director, count]) => count.coverage(director)),
      findings: [...this.#findings.values()].sort((one, other) => one.number - other.number),
      occurrences: { ...this.#occurrences },
      undecided: [...this.#undecided.values()],
      knownDifferences: [...this.#known].map(([id, occurrences]) => ({ id, occurrences })),
    };
  }

  #cell(claim: string, director: string): Cell {
    const key = `${claim} ${director}`;
    const cell = this.#cells.get(key) ?? { outcomes: noOutcomes(), findings: {} };
    this.#cells.set(key, cell);
    return cell;
  }

  #snapshot(claim: string, director: string): Cell {
    const { outcomes, findings } = this.#cell(claim, director);
    return { outcomes: { ...outcomes }, findings: { ...findings } };
  }

  #note(undecided: Undecided): void {
    const key = `${undecided.kind} ${undecided.director} ${undecided.what}`;
    const before = this.#undecided.get(key);
    this.#undecided.set(key, before ? { ...before, occurrences: before.occurrences + 1 } : undecided);
  }
}

/** What a run says of itself that is not counted. */
export type RunFrame = Pick<Run, 'version' | 'complete'> &
  Pick<Summary, 'seed' | 'shard' | 'wallSeconds' | 'reference'>;

type Where = Pick<Case, 'claim' | 'index'>;

export function noOutcomes(): Counts {
  return Object.fromEntries(OUTCOME_KINDS.map((kind) => [kind, 0])) as Counts;
}

export function sum(all: readonly OutcomeCounts[]): OutcomeCounts {
  const total = noOutcomes();
  for (const counts of all) for (const kind of OUTCOME_KINDS) total[kind] += counts[kind];
  return total;
}
