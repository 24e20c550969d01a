import type { DirectorName, Outcome, Run, Shard } from '../harness/outcome.ts';
import { Company } from '../harness/play/company.ts';
import { isFailure } from '../harness/play/confirm.ts';
import type { Failure, Judged } from '../harness/play/judge.ts';
import type { Plan } from '../harness/play/plan.ts';
import type { Seat, Subject } from '../harness/play/seat.ts';
import type { Case } from './case.ts';
import { Investigation, type InvestigationOptions } from './investigate.ts';
import { type KnownDifference, knownCrash, knownDifference } from './known-differences.ts';
import { type Row, Tally } from './tally.ts';

export interface CampaignOptions extends Omit<InvestigationOptions, 'checkpoint'> {
  /** What directors are compared with, as the summary names it. */
  readonly reference: string;
  /** What outcomes are counted by, in the order of the report. */
  readonly rows: readonly Row[];
  /** What is played as the `place`th, counted from 0. Its index in the run is another where only a shard is played. */
  readonly caseAt: (place: number) => Case;
  readonly subjects: readonly Subject[];
  readonly seed: number;
  readonly shard?: Shard | undefined;
  /** Ends after so many scenarios, or so many milliseconds, whichever comes first. */
  readonly runs: number;
  readonly forMs: number;
  /** Directors of each subject that play at the same time. */
  readonly jobs: number;
  readonly known: readonly KnownDifference[];
  /** Of lvs-conformance. */
  readonly version: string;
  /** Called after every scenario. */
  readonly progress: (soFar: Progress) => void;
  /** Ends the run early; what was found is kept. */
  readonly signal: AbortSignal;
}

export interface Progress {
  readonly scenarios: number;
  readonly stepsPerSecond: number;
  readonly elapsedMs: number;
  readonly findings: number;
}

/** The first batch is small, so that something is seen soon; a big one hides the way to the director and back. */
const FIRST_BATCH = 8;
const LARGEST_BATCH = 64;

/** A batch that is being played. */
interface Batch {
  readonly cases: readonly Case[];
  /** For each subject its results in the order of the cases. */
  readonly judged: readonly (readonly (Judged | Promise<Judged>)[])[];
  /** Ends when all of it is played. */
  readonly whole: Promise<unknown>;
}

/** Plays cases on every subject in batches, looks into what differs, and says what came out. */
export class Campaign {
  readonly #options: CampaignOptions;
  readonly #tally: Tally;
  readonly #investigation: Investigation;
  readonly #company: Company;
  readonly #start: number;

  constructor(options: CampaignOptions) {
    const { rows, known, found, withdrawn } = options;
    this.#options = options;
    this.#tally = new Tally(
      rows,
      known.map(({ id }) => id),
    );
    this.#company = new Company(options);
    this.#start = options.now();
    this.#investigation = new Investigation({
      ...options,
      checkpoint: () => options.signal.throwIfAborted(),
      found: (finding) => {
        if (finding.status === 'not-reproducible') this.#tally.withdraw(finding.number);
        else this.#tally.finding(finding);
        found(finding);
      },
      withdrawn: (finding) => {
        this.#tally.withdraw(finding.number);
        withdrawn(finding);
      },
    });
  }

  /** Never throws because of an abort: the run it gives back is then not complete. */
  async run(): Promise<Run> {
    try {
      await Promise.race([this.#play(), aborted(this.#options.signal)]);
      return this.soFar(true);
    } catch (error) {
      if (!this.#options.signal.aborted) throw error;
      return this.soFar(false);
    } finally {
      await this.#company.retire();
    }
  }

  soFar(complete: boolean): Run {
    const { seed, shard, version, reference, now } = this.#options;
    const wallSeconds = (now() - this.#start) / 1000;
    return this.#tally.run({ seed, shard, version, reference, complete, wallSeconds });
  }

  /** The next batch is made, and results are filed, while the directors play this one. */
  async #play(): Promise<void> {
    let cases = await this.#prepare(0, FIRST_BATCH);
    let prepared = cases.length;
    while (cases.length > 0) {
      const size = Math.min(2 * cases.length, LARGEST_BATCH * this.#options.jobs);
      const batch = begin(this.#company, cases);
      const [following] = await Promise.all([this.#prepare(prepared, size), this.#file(batch)]);
      cases = following;
      prepared += cases.length;
    }
  }

  async #prepare(first: number, size: number): Promise<Case[]> {
    const { caseAt, runs, forMs, now, signal } = this.#options;
    const cases: Case[] = [];
    for (let place = first; place < Math.min(first + size, runs); place++) {
      // A batch that is made while another is played lets its answers in between.
      await nextTurn();
      if (signal.aborted || (place > 0 && now() - this.#start >= forMs)) break;
      cases.push(caseAt(place));
    }
    return cases;
  }

  /** Case by case and not director by director, so that numbers do not depend on the size of batches. */
  async #file({ cases, judged, whole }: Batch): Promise<void> {
    for (const [at, each] of cases.entries()) {
      for (const [place, subject] of this.#options.subjects.entries()) {
        const result = await judged[place]![at]!;
        // Whoever is looked into plays alone.
        if (isFailure(result)) await whole;
        await this.#fileOne(each, result, this.#company.aside(subject));
      }
      this.#tally.scenarios += 1;
      this.#options.progress(this.#progress());
    }
  }

  #progress(): Progress {
    const { scenarios, steps, findings } = this.#tally;
    const elapsedMs = Math.max(this.#options.now() - this.#start, 1);
    return { scenarios, stepsPerSecond: (steps * 1000) / elapsedMs, elapsedMs, findings };
  }

  async #fileOne(each: Case, judged: Judged, seat: Seat): Promise<void> {
    const director = await nameOf(seat);
    this.#tally.director(director);
    if (judged.kind === 'agree' || judged.kind === 'differs')
      this.#tally.compared(each, judged, director.name);
    this.#tally.outcome(director.name, each, await this.#outcome(each, judged, director, seat));
  }

  async #outcome(each: Case, judged: Judged, director: DirectorName, seat: Seat): Promise<Outcome> {
    if (!isFailure(judged)) return judged;
    const row = this.#known(director, judged);
    if (row) return { kind: 'known-difference', id: row.id };
    return this.#investigation.look({ ...each, plan: each.plan as Plan, failure: judged, director, seat });
  }

  #known(director: DirectorName, failure: Failure): KnownDifference | undefined {
    const { known } = this.#options;
    return failure.kind === 'crash'
      ? knownCrash(known, director, failure.fingerprint)
      : knownDifference(known, director, failure.divergence.differences);
  }
}

/** Cases that could not be bound are not played. */
function begin(company: Company, cases: readonly Case[]): Batch {
  const plans = cases.flatMap(({ plan }) => ('kind' in plan ? [] : [plan]));
  const results = company.judge(plans);
  const judged = results.map((each) => {
    const rest = each.values();
    return cases.map(({ plan }) => ('kind' in plan ? plan : rest.next().value!));
  });
  const whole = Promise.all(results.flat());
  // Whoever waits for the result that fails tells; this one may have nobody who waits.
  whole.catch(() => {});
  return { cases, judged, whole };
}

async function nameOf(seat: Seat): Promise<DirectorName> {
  const { director } = await seat.opened();
  const { release, version, hz } = director.kernel;
  return { name: director.name, release, version, hz };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
