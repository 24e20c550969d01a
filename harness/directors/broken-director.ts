import type { Parts } from '../../spec/state.ts';
import type { ChangeId } from '../../spec/tables/changes.ts';

/** A director with one rule wrong on purpose. A suite that does not notice it proves nothing. */
export interface BrokenDirector {
  readonly id: string;
  /** What is wrong with it. */
  readonly says: string;
  readonly parts: Parts;
  /** The change (tables/changes) about which it is wrong: what the kernel has it lacks, and the other way round. */
  readonly mistakes?: ChangeId;
}
