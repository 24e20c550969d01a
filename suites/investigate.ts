import type fc from 'fast-check';
import type { DirectorName, Finding, Outcome, Shrunk } from '../harness/outcome.ts';
import { bind } from '../harness/play/bind.ts';
import { confirm, failureOf, isFailure, type NotTheSame } from '../harness/play/confirm.ts';
import { type Failure, judgeOne } from '../harness/play/judge.ts';
import type { Lead, ReferenceFor } from '../harness/play/lead.ts';
import { referenceName } from '../harness/play/pair-director.ts';
import type { Plan } from '../harness/play/plan.ts';
import type { Seat } from '../harness/play/seat.ts';
import { printScenarioFile } from '../harness/replay/print-scenario.ts';
import type { Scenario } from '../spec/scenario.ts';
import { findingOf } from './finding.ts';
import { type ShrinkBudget, shrink } from './shrink.ts';

/** Later occurrences of a failure are only counted: shrinking costs a minute, and they mostly end the same. */
export const LOOKED_AT_PER_FAILURE = 3;

/** What a named change explains is known, and one small scenario shows it; a boot needs none. */
function looksWorth(failure: Failure): number {
  const plain = failure.kind === 'crash' ? failure.booting : failure.divergence.changes?.length;
  return plain ? 1 : LOOKED_AT_PER_FAILURE;
}

/** A failing play, and where it came from. */
export interface Suspect {
  /** Place in the run. */
  readonly index: number;
  readonly claim: string;
  readonly origin: Finding['origin'];
  readonly scenario: Scenario;
  readonly plan: Plan;
  readonly failure: Failure;
  readonly director: DirectorName;
  readonly seat: Seat;
  /** What the scenario shrinks by; undefined when it must stay as it is. */
  readonly arbitrary: fc.Arbitrary<Scenario> | undefined;
}

export interface InvestigationOptions {
  readonly lead: Lead;
  readonly referenceFor: ReferenceFor;
  readonly budget: ShrinkBudget;
  /** A clock in milliseconds. */
  readonly now: () => number;
  /** Called when a finding is seen first, and again when more is known of it. */
  readonly found: (finding: Finding) => void;
  /** Called when a failure is as small as it gets, before it is confirmed. */
  readonly shrunk?: () => void;
  /** Called when a finding turned out to be an earlier one again: its number is given to the next. */
  readonly withdrawn: (finding: Finding) => void;
  /** Throws when the run is to end. */
  readonly checkpoint: () => void;
}

interface Group {
  looked: number;
  readonly findings: Finding[];
}

/** A smaller (or the same) failing scenario with its play. */
interface Failing {
  readonly scenario: Scenario;
  readonly plan: Plan;
  readonly failure: Failure;
  readonly shrunk?: Shrunk;
}

/** From a failing play to a finding: written down, shrunk, confirmed from fresh boots, told apart from those before. */
export class Investigation {
  readonly #options: InvestigationOptions;
  readonly #groups = new Map<string, Group>();
  #last = 0;

  constructor(options: InvestigationOptions) {
    this.#options = options;
  }

  async look(suspect: Suspect): Promise<Outcome> {
    const failure = failureOf(suspect.failure)!;
    const group = this.#group(`${suspect.director.name} ${failure}`);
    if (group.looked >= looksWorth(suspect.failure)) return this.#counted(suspect, group, failure);
    group.looked += 1;
    this.#last += 1;
    const first = this.#report(suspect, suspect, 'unconfirmed');
    const smallest = await this.#shrink(suspect, failure);
    this.#options.shrunk?.();
    this.#options.checkpoint();
    const same = group.findings.find(
      ({ scenarioText }) => scenarioText === printScenarioFile(smallest.scenario),
    );
    if (same) return this.#again(suspect, first, same, group);
    // The small one first; if that was luck, the one that was generated.
    const candidates = smallest.scenario === suspect.scenario ? [smallest] : [smallest, suspect];
    const confirmed = await this.#confirmed(suspect.seat, candidates, failure);
    if (confirmed.kind === 'not reproducible') {
      this.#report(suspect, suspect, 'not-reproducible');
      return { kind: 'infra-error', what: confirmed.what, console: confirmed.console };
    }
    group.findings.push(this.#report(suspect, confirmed.failing, 'confirmed'));
    return outcomeOf(suspect, this.#last);
  }

  #group(key: string): Group {
    const group = this.#groups.get(key) ?? { looked: 0, findings: [] };
    this.#groups.set(key, group);
    return group;
  }

  #counted(suspect: Suspect, { findings }: Group, failure: string): Outcome {
    const [first] = findings;
    if (first) return outcomeOf(suspect, first.number);
    return { kind: 'infra-error', what: `"${failure}" was not reproducible before`, console: '' };
  }

  async #shrink(suspect: Suspect, failure: string): Promise<Failing> {
    const { arbitrary, scenario, plan, seat, failure: failed } = suspect;
    const hangsOnScenario = failed.kind !== 'crash' || !failed.booting;
    if (!arbitrary || !hangsOnScenario) return { scenario, plan, failure: failed };
    const { budget, now, checkpoint } = this.#options;
    let smallest: Failing = { scenario, plan, failure: failed };
    const stillFails = async (candidate: Scenario) => {
      checkpoint();
      const failing = await this.#fails(seat, candidate, failure);
      smallest = failing ?? smallest;
      return failing !== undefined;
    };
    const { attempts, complete } = await shrink({ arbitrary, from: scenario, budget, now, stillFails });
    const itemsAfter = smallest.scenario.timeline.length;
    return { ...smallest, shrunk: { attempts, complete, itemsBefore: scenario.timeline.length, itemsAfter } };
  }

  async #fails(seat: Seat, scenario: Scenario, failure: string): Promise<Failing | undefined> {
    const plan = bind(scenario, this.#options.lead);
    const judged = await judgeOne(seat, plan);
    return isFailure(judged) && failureOf(judged) === failure
      ? { scenario, plan, failure: judged }
      : undefined;
  }

  async #confirmed(
    { subject }: Seat,
    candidates: readonly Failing[],
    failure: string,
  ): Promise<NotTheSame | { kind: 'same'; failing: Failing }> {
    let unlike: NotTheSame | undefined;
    for (const failing of candidates) {
      const confirmed = await confirm(subject, this.#options.referenceFor, failing.plan, failure);
      this.#options.checkpoint();
      if (confirmed.kind === 'same')
        return { kind: 'same', failing: { ...failing, failure: confirmed.failure } };
      unlike = confirmed;
    }
    return unlike!;
  }

  /** An earlier finding once more: nothing new to confirm, and its number goes to the next. */
  #again(suspect: Suspect, finding: Finding, earlier: Finding, { findings }: Group): Outcome {
    this.#options.withdrawn(finding);
    const both = { ...earlier, indices: [...earlier.indices, suspect.index] };
    findings[findings.indexOf(earlier)] = both;
    this.#options.found(both);
    this.#last -= 1;
    return outcomeOf(suspect, earlier.number);
  }

  #report(suspect: Suspect, failing: Failing, status: Finding['status']): Finding {
    const { index, claim, director, origin, seat } = suspect;
    const { scenario, plan, failure, shrunk } = failing;
    const reference = referenceName(seat.subject);
    const what = { number: this.#last, status, claim, director, reference, origin, indices: [index] };
    const finding = findingOf({ ...what, scenario, plan, failure, shrunk });
    this.#options.found(finding);
    return finding;
  }
}

function outcomeOf({ failure }: Suspect, finding: number): Outcome {
  return { kind: failure.kind === 'crash' ? 'crash' : 'mismatch', finding };
}
