import fc from 'fast-check';
import { bind } from '../harness/play/bind.ts';
import { type Judged, ownError } from '../harness/play/judge.ts';
import type { Lead } from '../harness/play/lead.ts';
import type { Plan } from '../harness/play/plan.ts';
import type { Scenario } from '../spec/scenario.ts';
import type { Claim } from './claim.ts';
import { seedOf } from './seed.ts';

/** Run `index` of a campaign: its scenario, bound to frames. */
export interface Case {
  readonly index: number;
  readonly claim: Claim;
  readonly scenario: Scenario;
  /** The frames; or why they could not be made, which is our own bug. */
  readonly plan: Plan | Extract<Judged, { kind: 'infra-error' }>;
}

/** Depends on nothing but its arguments, so a single run, or every n-th of them, can be made without the others. */
export function makeCase(claims: readonly Claim[], seed: number, index: number, lead: Lead): Case {
  const claim = claims[index % claims.length]!;
  const [scenario] = fc.sample(claim.scenarios, { seed: seedOf(seed, index), numRuns: 1 });
  return { index, claim, scenario: scenario!, plan: bound(scenario!, lead) };
}

function bound(scenario: Scenario, lead: Lead): Case['plan'] {
  try {
    return bind(scenario, lead);
  } catch (error) {
    return ownError('binding', error);
  }
}
