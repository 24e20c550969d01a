import { existsSync } from 'node:fs';
import { mkdir, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MachineError } from '../errors.ts';
import { type AptConfiguration, apt } from './apt-program.ts';
import { type AptSource, printDeb822 } from './apt-sources.ts';

/** The machine's settings that reach a mirror (proxies, credentials, methods); its hooks and places are not ours. */
const inherited = /^(?:Acquire|APT::Architecture|Dir::Bin)\b/;

/** All places are below `folder`; nothing of the system's is written. */
const ownSettings = (folder: string): string => `
#clear Acquire::IndexTargets::deb::Packages::KeepCompressedAs;
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "${folder}/sources";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State::lists "${folder}/lists";
Dir::State::status "/dev/null";
Dir::Cache "${folder}/cache";
// We read the lists ourselves; what apt makes of them is 200 MB and takes longer than fetching them.
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
pkgCacheFile::Generate "false";
Acquire::PDiffs "false";
Acquire::GzipIndexes "true";
Acquire::IndexTargets::deb::Packages::KeepCompressedAs "xz";
// Old releases no longer renew the date on their lists, but keep their kernels.
Acquire::Check-Valid-Until "false";
APT::Update::Error-Mode "any";
`;

/** A keyring of one release does not know the keys of the next; the distribution's own knows all. */
const archiveKeyrings = ['gpg', 'pgp'].map(
  (ending) => `/usr/share/keyrings/debian-archive-keyring.${ending}`,
);

function withArchiveKeys(source: AptSource): AptSource {
  if (!source.signedBy.startsWith('/')) return source;
  const known = source.signedBy.split(/[\s,]+/);
  const keyrings = new Set([...known, ...archiveKeyrings.filter((path) => existsSync(path))]);
  return { ...source, signedBy: [...keyrings].join(',') };
}

/** Writes a configuration of apt below `folder` that fetches the lists of these sources into it. */
export async function configurePrivately(
  folder: string,
  sources: readonly AptSource[],
): Promise<AptConfiguration> {
  for (const name of ['sources', 'lists/partial', 'cache/archives/partial'])
    await mkdir(join(folder, name), { recursive: true });
  const machine = (await apt('apt-config', ['dump'])).toString().split('\n');
  const settings = machine.filter((line) => inherited.test(line)).join('\n');
  const entries = sources.map(withArchiveKeys).map(printDeb822).join('\n');
  await writeFile(join(folder, 'sources', 'all.sources'), entries);
  const file = join(folder, 'apt.conf');
  await writeFile(file, settings + ownSettings(folder));
  return { file };
}

/** apt's complaints but for suites that were never there, which is no failure. */
export function updateFailures(complaints: string): string[] {
  const errors = complaints.split('\n').filter((line) => /^[EW]: /.test(line));
  const silent = /does not have a Release file|404 +Not Found|Some index files failed to download/;
  return errors.filter((line) => !silent.test(line)).map((line) => line.slice(3));
}

/** The lists of all suites are 50 MB, and while apt writes new ones the old ones stay. */
const LISTS_BYTES = 100 << 20;

/** On a full disk apt waits for ever for a method of its own that could not write. */
export async function requireSpace(folder: string, bytes = LISTS_BYTES): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes) return;
  const wanted = `${folder}: ${Math.round(bytes / 2 ** 20)} MB have to be free`;
  throw Object.assign(new Error(wanted), { code: 'ENOSPC' });
}

/** Fetches the lists anew; gives what went wrong with some, and throws when apt could not work at all. */
export async function updateLists(configuration: AptConfiguration): Promise<string[]> {
  try {
    await apt('apt-get', ['update'], configuration);
    return [];
  } catch (cause) {
    if (cause instanceof MachineError && /^E: /m.test(cause.console)) return updateFailures(cause.console);
    throw cause;
  }
}
