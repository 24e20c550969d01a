import type { Observation } from '../../spec/observation.ts';
import type { ChangeId } from '../../spec/tables/changes.ts';
import { compareObservation } from '../compare/observation.ts';
import type { Played } from '../directors/director.ts';
import { MachineError } from '../errors.ts';
import type { Difference } from '../outcome.ts';
import { firstUnmet, type Witness } from './expectations.ts';
import { follow } from './follow.ts';
import type { Expected } from './lead.ts';
import type { Plan } from './plan.ts';
import type { Opened, Seat } from './seat.ts';

/** The first step at which a director did something else than the reference, and all of that play. */
export interface Divergence {
  /** Index into the observations: 0 is the set-up, i the plan's step i. */
  readonly step: number;
  /** All of that step; never empty. */
  readonly differences: readonly Difference[];
  /** Named changes that make the difference; only where two kernels are compared. */
  readonly changes?: readonly ChangeId[];
  readonly expected: Expected;
  readonly actual: readonly Observation[];
}

/** What one play of one plan came to, before anybody asked whether it comes out the same again. */
export type Judged =
  | { readonly kind: 'agree'; readonly reached?: Expected['reached'] }
  | { readonly kind: 'differs'; readonly divergence: Divergence }
  | { readonly kind: 'unsupported'; readonly reason: string }
  | Exclude<Played, { kind: 'played' }>;

/** What may become a finding. */
export type Failure = Extract<Judged, { kind: 'differs' | 'crash' }>;

/** One plan on one director, before anybody compared it with anything. */
export interface Heard extends Opened {
  readonly plan: Plan;
  readonly played: Played | Extract<Judged, { kind: 'unsupported' }>;
}

/** Plays the plans on the seat's director and compares each with the reference at the director's own clock. */
export async function* judge(seat: Seat, plans: readonly Plan[]): AsyncGenerator<Judged> {
  for await (const heard of hear(seat, plans)) yield judgeHeard(heard);
}

/**
 * Plays the plans on the seat's director as one batch. One result for each plan, in order: a director that fails in
 * the middle is replaced by a fresh one, which goes on with the next plan. Throws MachineError only when no director
 * can be opened.
 */
export async function* hear(seat: Seat, plans: readonly Plan[]): AsyncGenerator<Heard> {
  let next = 0;
  while (next < plans.length) {
    const opened = await seat.opened();
    try {
      for await (const heard of hearBatch(opened, plans.slice(next))) {
        next += 1;
        yield heard;
      }
      if (next < plans.length) throw new MachineError('the director stopped in the middle of a batch');
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      await seat.close();
      const played = { kind: 'infra-error', what: error.message, console: error.console } as const;
      yield { ...opened, plan: plans[next++]!, played };
    }
  }
}

/** One plan alone. */
export async function judgeOne(seat: Seat, plan: Plan): Promise<Judged> {
  for await (const judged of judge(seat, [plan])) return judged;
  throw new Error('judge gave nothing for a plan');
}

async function* hearBatch(opened: Opened, plans: readonly Plan[]): AsyncGenerator<Heard> {
  const { director } = opened;
  const reasons = plans.map((plan) => director.refuses(plan));
  const playable = plans.filter((_, index) => reasons[index] === undefined);
  const results = director.play(playable)[Symbol.asyncIterator]();
  try {
    for (const [index, plan] of plans.entries()) {
      const reason = reasons[index];
      const result = reason === undefined ? await results.next() : undefined;
      if (result?.done) return;
      const played = result ? result.value : ({ kind: 'unsupported', reason: reason! } as const);
      yield { ...opened, plan, played };
    }
  } finally {
    await results.return?.();
  }
}

/** What a play comes to beside what is expected of it. */
export function judgeHeard({ plan, played, director, reference }: Heard): Judged {
  if (played.kind !== 'played') return played;
  const actual = played.observations;
  const wanted = plan.steps.length + 1;
  if (actual.length !== wanted)
    return {
      kind: 'infra-error',
      what: `the director observed ${actual.length} of ${wanted} steps`,
      console: '',
    };
  try {
    const expected = played.expected ?? follow(reference, plan, actual);
    const judged = judgeObserved(expected, actual);
    if (judged.kind !== 'agree') return judged;
    const witness = { plan, kernel: director.kernel, observations: actual, expected };
    return unexpected(witness) ?? judged;
  } catch (error) {
    return ownError('the model', error);
  }
}

/** A bug of ours costs one scenario, not the run. */
export function ownError(who: string, error: unknown): Extract<Judged, { kind: 'infra-error' }> {
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'infra-error', what: `${who} failed: ${message}`, console: stack };
}

/** What follows from a divergence is not looked at: it would be counted twice. */
function judgeObserved(expected: Expected, actual: readonly Observation[]): Judged {
  for (const [step, observation] of actual.entries()) {
    const wanted = expected.observations[step]!;
    if (wanted.jiffies !== observation.jiffies) return clocksDiffer(step, wanted, observation);
    const differences = compareObservation(wanted, observation);
    if (differences.length > 0) {
      const changes = expected.changesIn?.(step) ?? [];
      return { kind: 'differs', divergence: { step, differences, changes, expected, actual } };
    }
  }
  return { kind: 'agree', ...(expected.reached && { reached: expected.reached }) };
}

/** A director may agree with the model, and both do what the scenario's author did not expect. */
function unexpected(witness: Witness): Judged | undefined {
  const unmet = firstUnmet(witness);
  if (!unmet) return undefined;
  const { expected, observations: actual } = witness;
  return {
    kind: 'differs',
    divergence: { step: unmet.step, differences: [unmet.difference], expected, actual },
  };
}

/** Two directors that did not do the same thing at the same time cannot be compared from here on. */
function clocksDiffer(step: number, expected: Observation, actual: Observation): Judged {
  const what = `step ${step}: seen at jiffy ${actual.jiffies}, and at ${expected.jiffies} of what it is compared with`;
  return { kind: 'infra-error', what, console: '' };
}
