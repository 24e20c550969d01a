import { CHANGES, type Change, type ChangeId } from './tables/changes.ts';

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

/** The kernel of a release, with the changes that its version has. */
export function kernelOf({ release, version, hz }: Pick<Kernel, 'release' | 'version' | 'hz'>): Kernel {
  const changes = new Set<ChangeId>(
    CHANGES.filter((change) => hasChange(version, change)).map(({ id }) => id),
  );
  return { release, version, hz, has: (change) => changes.has(change) };
}

/** The same kernel on the other side of a change. */
export function acrossChange(kernel: Kernel, change: ChangeId): Kernel {
  return { ...kernel, has: (id) => (id === change ? !kernel.has(id) : kernel.has(id)) };
}

/** A stable series has a change from the point release that took it in; others since the mainline release. */
function hasChange(version: string, { stable, mainline }: Change): boolean {
  const [major = 0, minor = 0, point = 0] = numbersOf(version);
  const fixedIn = stable[`${major}.${minor}`];
  if (fixedIn !== undefined) return point >= (numbersOf(fixedIn)[2] ?? 0);
  const [sinceMajor = 0, sinceMinor = 0] = numbersOf(mainline);
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}

/** The leading dotted numbers: 6.12.107+deb12 is 6, 12, 107. */
function numbersOf(version: string): number[] {
  return (/^\d+(\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
}
