import type { ChangeId } from './tables/changes.ts';

/** The kernel that a director runs, as far as behaviour depends on it. */
export interface Kernel {
  /** `uname -r`: 6.1.0-56-cloud-amd64. */
  readonly release: string;
  /** The package's version, which tells point releases apart: 6.1.192-2. */
  readonly version: string;
  /** Timer interrupts a second. */
  readonly hz: number;
  /** Whether this kernel has a named change; rule code asks only this and never compares versions. */
  has(change: ChangeId): boolean;
}
