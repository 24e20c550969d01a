import type { Scenario } from '../../spec/scenario.ts';

/** What a scenario may have, and in how many of a thousand it should be seen at least. */
export interface Feature {
  readonly perMille: number;
  readonly in: (scenario: Scenario) => boolean;
}
