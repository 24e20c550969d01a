import { ModelDirector } from '../../harness/directors/model.ts';
import type { Subject } from '../../harness/play/seat.ts';
import { kernelOf } from '../../spec/kernel.ts';
import { Campaign, type CampaignOptions } from '../campaign.ts';
import type { Claim } from '../claim.ts';
import { randomProgramme } from '../programme.ts';

/** The kernel that properties without a real kernel stand for. */
export const KERNEL = kernelOf({ release: '6.1.0-56-cloud-amd64', version: '6.1.192-2', hz: 250 });

/** Properties play the same scenarios in every test run; campaigns on the command line draw others. */
export const SEED = 20_250_101;

/** How often a property plays, and what is done with what it finds. */
export type PropertyOptions = Pick<CampaignOptions, 'runs'> & Partial<CampaignOptions>;

/** A campaign as the command line makes it, without files. */
export function campaignOf(claims: readonly Claim[], subject: Subject, options: PropertyOptions): Campaign {
  const model = {
    lead: new ModelDirector(KERNEL),
    referenceFor: (kernel: typeof KERNEL) => new ModelDirector(kernel),
  };
  const { runs } = options;
  return new Campaign({
    ...randomProgramme(claims, { seed: SEED, runs, forMs: Number.POSITIVE_INFINITY }, model),
    ...model,
    reference: 'model',
    subjects: [subject],
    jobs: 1,
    known: [],
    version: 'test',
    budget: { attempts: 0, ms: 0 },
    now: () => performance.now(),
    found: () => {},
    withdrawn: () => {},
    progress: () => {},
    signal: new AbortController().signal,
    ...options,
  });
}
