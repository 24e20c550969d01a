import type { Kernel } from '../../spec/kernel.ts';
import { printFact } from '../../spec/scenario-text/expectation.ts';
import type { Difference } from '../outcome.ts';
import { type Moment, seenInstead } from './facts.ts';
import type { Expected } from './lead.ts';
import type { Plan } from './plan.ts';

/** What a director did with a plan, and what the model says about it. */
export interface Witness extends Pick<Moment, 'observations'> {
  readonly plan: Plan;
  readonly kernel: Kernel;
  /** A director that agrees with the model dropped a packet where the model did. */
  readonly expected: Expected;
}

export interface Unmet {
  /** As in `Divergence`: 0 is the set-up. */
  readonly step: number;
  readonly difference: Difference;
}

/** The first expectation of the scenario's author that a director did not meet. */
export function firstUnmet({ plan, kernel, observations, expected }: Witness): Unmet | undefined {
  for (const { expectation, flow } of plan.expectations ?? []) {
    const { after, fact, when } = expectation;
    if (when && kernel.has(when.change) !== when.has) continue;
    const traces = () => expected.traces();
    const seen = seenInstead(fact, { plan, observations, traces, step: after, flow });
    if (seen !== undefined)
      return { step: after, difference: differenceOf(fact.kind, printFact(fact), seen) };
  }
  return undefined;
}

function differenceOf(field: string, expected: string, actual: string): Difference {
  return { observable: 'expectations', where: "the scenario's own expectation", field, expected, actual };
}
