import type { Net, Parts } from '../../spec/state.ts';
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

/**
 * Acts while a sysctl has its default; of those that each device has, named by the last word, all. A copy of the
 * director would not do where connections are made: their timers would keep the copy, whose clock stands still.
 */
export function atDefault<T>({ changedSysctls }: Net, sysctl: string, act: () => T): T {
  const set = [...changedSysctls].filter(([name]) => name === sysctl || name.endsWith(`.${sysctl}`));
  for (const [name] of set) changedSysctls.delete(name);
  const result = act();
  for (const [name, value] of set) changedSysctls.set(name, value);
  return result;
}
