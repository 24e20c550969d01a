import fc from 'fast-check';
import { InputError } from '../harness/errors.ts';
import type { Finding } from '../harness/outcome.ts';
import { bind } from '../harness/play/bind.ts';
import { type Judged, ownError } from '../harness/play/judge.ts';
import type { Lead } from '../harness/play/lead.ts';
import type { Plan } from '../harness/play/plan.ts';
import type { Scenario } from '../spec/scenario.ts';
import type { Claim } from './claim.ts';
import { seedOf } from './seed.ts';

/** A scenario to be played, bound to frames. */
export interface Case {
  /** Place in the run, from 0. */
  readonly index: number;
  /** Whose row its outcome is counted in: a claim's id, or what names a file. */
  readonly claim: string;
  /** How it was made; undefined for a file. */
  readonly origin: Finding['origin'];
  readonly scenario: Scenario;
  /** What it shrinks by; undefined when it is to stay as it is. */
  readonly arbitrary: fc.Arbitrary<Scenario> | undefined;
  /** The frames; or why they could not be made, which is our own bug. */
  readonly plan: Plan | Extract<Judged, { kind: 'infra-error' }>;
}

/** Run `index` of a seed. Depends on nothing else, so one run, or every n-th, can be made without the others. */
export function randomCase(claims: readonly Claim[], seed: number, index: number, lead: Lead): Case {
  const { id, scenarios, only = () => true } = claims[index % claims.length]!;
  const [scenario] = fc.sample(scenarios.filter(only), { seed: seedOf(seed, index), numRuns: 1 });
  const origin = { seed, index };
  return {
    index,
    claim: id,
    origin,
    scenario: scenario!,
    arbitrary: scenarios,
    plan: bound(scenario!, lead),
  };
}

/** A scenario that somebody wrote, or that was found before. */
export function givenCase(scenario: Scenario, name: string, index: number, lead: Lead): Case {
  return {
    index,
    claim: name,
    origin: undefined,
    scenario,
    arbitrary: undefined,
    plan: bound(scenario, lead),
  };
}

function bound(scenario: Scenario, lead: Lead): Case['plan'] {
  try {
    return bind(scenario, lead);
  } catch (error) {
    if (error instanceof InputError) throw error;
    return ownError('binding', error);
  }
}
