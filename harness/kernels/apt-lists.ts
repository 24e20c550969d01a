import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type AptConfiguration, apt } from './apt-program.ts';
import { type ListOrigin, type OfferedPackage, parsePackages } from './offered-package.ts';

/** A list that apt would fetch: where it belongs to, and the name under which apt keeps it, without compression. */
export interface ListFile extends ListOrigin {
  file: string;
}

/** "'http://mirror/debian/dists/trixie/main/binary-amd64/Packages.xz' mirror_debian_…_Packages 0" */
const target = /^'(\S+)\/dists\/(\S+)\/[^/\s]+\/binary-amd64\/Packages(?:\.\w+)?' (\S+) /gm;

/** The lists among what `apt-get update --print-uris` would fetch. */
export function parseTargets(text: string): ListFile[] {
  return [...text.matchAll(target)].map(([, repository, suite, file]) => ({
    repository: repository!,
    suite: suite!,
    file: file!,
  }));
}

/** What apt has on disk. */
export interface Lists {
  /** The kernel packages in them; none when there are no lists. */
  packages: OfferedPackage[];
  /** Suites of which apt has nothing, not even the description. */
  absent: string[];
}

/** "mirror_debian_dists_trixie_main_binary-amd64_Packages" -> "mirror_debian_dists_trixie_" */
const descriptionPrefix = (file: string): string => file.replace(/[^_]+_binary-amd64_Packages$/, '');

/** Reads what apt has under this configuration. */
export async function readLists(configuration: AptConfiguration): Promise<Lists> {
  const asked = await apt('apt-config', ['shell', 'FOLDER', 'Dir::State::lists/d'], configuration);
  const folder = /^FOLDER='(.*)'$/m.exec(asked.toString())?.[1] ?? '';
  const present = await readdir(folder).catch((): string[] => []);
  const targets = parseTargets((await apt('apt-get', ['update', '--print-uris'], configuration)).toString());
  const packages: OfferedPackage[] = [];
  for (const { file, ...origin } of targets) {
    const name = present.find((candidate) => candidate === file || candidate.startsWith(`${file}.`));
    if (name === undefined) continue;
    // Lists are stored packed in one of several formats, which apt knows best.
    const text = await apt('apt-helper', ['cat-file', join(folder, name)], configuration);
    packages.push(...parsePackages(text.toString(), origin));
  }
  const described = ({ file }: ListFile): boolean =>
    ['InRelease', 'Release'].some((name) => present.includes(`${descriptionPrefix(file)}${name}`));
  return { packages, absent: targets.filter((each) => !described(each)).map(({ suite }) => suite) };
}
