import type { AptSource } from './apt-sources.ts';

interface DebianRelease {
  codename: string;
  /** What follows the codename in the names of its suites in the main archive. */
  archive: readonly string[];
  /** The same for the security archive, which is a repository of its own. */
  security: readonly string[];
}

const release = (codename: string): DebianRelease => ({
  codename,
  archive: ['', '-updates', '-backports'],
  security: ['-security'],
});

/** Every release that still has, or will have, a kernel of interest; what a mirror does not have is passed over. */
export const debianReleases: readonly DebianRelease[] = [
  release('bullseye'),
  release('bookworm'),
  release('trixie'),
  release('forky'),
  release('duke'),
  { codename: 'sid', archive: [''], security: [] },
];

/** Sources may name a release by its state instead. */
const states = ['oldoldstable', 'oldstable', 'stable', 'testing', 'unstable'];

/** "bookworm-security" and the older "bullseye/updates" are suites of the security archive. */
function archiveOf(suite: string): 'archive' | 'security' | undefined {
  const [, name, pocket] = /^(\w+)(?:[-/](.*))?$/.exec(suite) ?? [];
  const known = debianReleases.some(({ codename }) => codename === name) || states.includes(name ?? '');
  if (!known) return undefined;
  return pocket === 'security' || suite.endsWith('/updates') ? 'security' : 'archive';
}

/** The same mirror, with all its suites; kernels are in component main. */
function widenedFor(source: AptSource, kind: 'archive' | 'security'): AptSource[] {
  if (!source.suites.some((suite) => archiveOf(suite) === kind)) return [];
  const suites = debianReleases.flatMap((row) => row[kind].map((pocket) => `${row.codename}${pocket}`));
  return source.uris.map((uri) => ({ ...source, uris: [uri], suites, components: ['main'] }));
}

/**
 * The machine's sources, extended to every Debian suite that the same mirrors may have. On a machine
 * without Debian sources they stay as they are.
 */
export function allSuites(sources: readonly AptSource[]): AptSource[] {
  const kinds = ['archive', 'security'] as const;
  const widened = kinds.flatMap((kind) => sources.flatMap((source) => widenedFor(source, kind)));
  if (widened.length === 0) return [...sources];
  const byUri = new Map(widened.toReversed().map((source) => [`${source.uris} ${source.suites}`, source]));
  return [...byUri.values()].reverse();
}
