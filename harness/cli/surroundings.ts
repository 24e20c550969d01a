import type { Voices } from '../system/progress.ts';

/** What is said of the kernel that runs already. */
export interface HostWishes {
  /** `--max-wait`: what directors in real time wait in one scenario at most. */
  readonly maxWaitMs: number;
  /** `--load-modules`: the consent to loading modules into this machine's kernel. */
  readonly loadModules: boolean;
}

/** What a director is opened with, besides its name. */
export interface Surroundings extends HostWishes {
  readonly voices: Voices;
}
