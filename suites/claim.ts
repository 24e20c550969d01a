import type fc from 'fast-check';
import type { Scenario } from '../spec/scenario.ts';
import type { Source } from '../spec/tables/sourced.ts';

/** One thing that the suite says of every director: a sentence that a kernel developer could dispute. */
export interface Claim {
  /** Never renamed: `ipvs/tcp-states`. */
  readonly id: string;
  readonly says: string;
  /** The code that makes it true. */
  readonly source: Source;
  /** Scenarios that are rich in what the claim is about. */
  readonly scenarios: fc.Arbitrary<Scenario>;
  /** Which of them can say something about the claim. A failing one may shrink to one that could not. */
  readonly only?: (scenario: Scenario) => boolean;
  /** A module without which no kernel can say anything about the claim. */
  readonly module?: string;
}
