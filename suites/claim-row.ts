import type { ScenarioBias } from '../generators/bias.ts';
import type { Size } from '../generators/sizes.ts';
import type { Claim } from './claim.ts';

/** A claim, and what its scenarios are rich in. */
export interface ClaimRow extends Omit<Claim, 'scenarios'> {
  readonly bias: ScenarioBias;
  readonly size?: Size;
}
