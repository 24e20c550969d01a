import { acrossChange, type Kernel, kernelOf } from '../../spec/kernel.ts';
import type { Scenario } from '../../spec/scenario.ts';
import { CHANGES, type Change } from '../../spec/tables/changes.ts';
import type { ReferenceFor } from '../play/lead.ts';
import { RELEASES, stretches } from './releases.ts';
import { type Difference, firstDifference } from './verdicts.ts';

/** Releases that do the same. */
export interface Camp {
  readonly difference: Difference;
  /** `5.10 to 6.1.182, 6.12`. */
  readonly kernels: string;
}

/** All releases that are known, by what they do; those of the oldest one first. */
export function camps(scenario: Scenario, { hz }: Kernel, referenceFor: ReferenceFor): readonly Camp[] {
  const found = RELEASES.map(({ version }) =>
    firstDifference(scenario, referenceFor(kernelOf({ release: version, version, hz })), hz),
  );
  const keys = found.map((difference) => JSON.stringify(difference));
  return [...new Set(keys)].map((key) => ({
    difference: found[keys.indexOf(key)],
    kernels: stretches((release) => keys[RELEASES.indexOf(release)] === key),
  }));
}

/** The changes between kernels that decide: on their other side more of the capture is done, or, where all is done, less. */
export function changesThatDecide(
  scenario: Scenario,
  kernel: Kernel,
  referenceFor: ReferenceFor,
): readonly Change[] {
  const stepOf = (one: Kernel) => firstDifference(scenario, referenceFor(one), one.hz)?.step;
  const own = stepOf(kernel);
  return CHANGES.filter(({ id }) => {
    const other = stepOf(acrossChange(kernel, id));
    return own === undefined ? other !== undefined : other === undefined || other > own;
  });
}
