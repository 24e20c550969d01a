import type { Shard } from '../harness/outcome.ts';
import type { Lead, ReferenceFor } from '../harness/play/lead.ts';
import type { Scenario } from '../spec/scenario.ts';
import type { CampaignOptions } from './campaign.ts';
import { givenCase, randomCase } from './case.ts';
import type { Claim } from './claim.ts';

/** What a campaign plays, and how often. */
export type Programme = Pick<CampaignOptions, 'rows' | 'caseAt' | 'runs' | 'forMs' | 'seed' | 'shard'>;

/** Who leads, and what directors are compared with. */
export interface Model {
  readonly lead: Lead;
  readonly referenceFor: ReferenceFor;
}

/** `runs` scenarios of the claims in turn, or the shard's share of them: every `count`th. */
export function randomProgramme(
  claims: readonly Claim[],
  { seed, runs, forMs, shard }: Pick<CampaignOptions, 'seed' | 'runs' | 'forMs' | 'shard'>,
  { lead }: Model,
): Programme {
  const { index, count } = shard ?? WHOLE;
  return {
    rows: claims,
    caseAt: (place) => randomCase(claims, seed, index + place * count, lead),
    runs: Math.max(0, Math.ceil((runs - index) / count)),
    ...{ forMs, seed, shard },
  };
}

const WHOLE: Shard = { index: 0, count: 1 };

/** A scenario file, as it was read. */
export interface GivenScenario {
  readonly file: string;
  readonly scenario: Scenario;
}

/** Every file once. Seed 0: nothing is drawn. */
export function givenProgramme(given: readonly GivenScenario[], { lead }: Model): Programme {
  const nameOf = ({ file, scenario }: GivenScenario) => scenario.id ?? file;
  return {
    rows: given.map((each) => ({ id: nameOf(each), says: each.scenario.title ?? each.file })),
    caseAt: (index) => givenCase(given[index]!.scenario, nameOf(given[index]!), index, lead),
    runs: given.length,
    forMs: Number.POSITIVE_INFINITY,
    seed: 0,
  };
}
