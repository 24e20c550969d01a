import type { Progress } from '../system/progress.ts';
import type { Download } from './kernel-download.ts';
import type { OfferedPackage } from './offered-package.ts';

/** What can be had from all suites of a mirror. */
export interface Offer {
  packages: readonly OfferedPackage[];
  /** When the lists were fetched. */
  madeAt: Date;
  /** Suites that the mirror does not have. */
  absent: readonly string[];
  /** Why the lists are older than they should be, or not complete; empty when all is well. */
  trouble: string;
}

/** What we ask of package sources; tests put a pretended one in its place. */
export interface PackageSource {
  /** Kernel packages in the lists that the machine itself keeps: what it would install. Nothing is fetched. */
  own(): Promise<readonly OfferedPackage[]>;
  /** Kernel packages in all suites of the machine's mirrors; lists are fetched when there are none of today. */
  all(progress: Progress, refresh?: 'daily' | 'now'): Promise<Offer>;
  /** Fetches one package file to `path`, checked as far as its checksum is known. Continues what is there. */
  download(wanted: Download, path: string, progress: Progress): Promise<void>;
}
