import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MachineError } from '../errors.ts';
import { findProgram } from '../system/find-program.ts';
import { guestTools, xtablesFolders, xtablesPlugin } from './guest-tools.ts';
import type { GuestEntry } from './guest-tree.ts';
import { dynamicLoader, sharedLibraries } from './shared-libraries.ts';

/** A file of this machine and where it goes in the guest. */
export interface HostFile {
  from: string;
  to: string;
}

function programFiles(): HostFile[] {
  return guestTools.map(({ program, path }) => {
    const from = findProgram(program);
    if (from === undefined) throw new MachineError(`${program} is not on this machine`);
    return { from, to: path };
  });
}

async function pluginFiles(): Promise<HostFile[]> {
  for (const folder of xtablesFolders) {
    const names = await readdir(folder).catch(() => []);
    const plugins = names.filter((name) => xtablesPlugin.test(name)).sort();
    if (plugins.length > 0)
      return plugins.map((name) => ({ from: join(folder, name), to: join(folder, name) }));
  }
  throw new MachineError(`no iptables plug-ins in ${xtablesFolders.join(', ')}`);
}

/** What the guest gets from this machine, without the libraries, which follow from it. */
const hostFiles = async (): Promise<HostFile[]> => [...programFiles(), ...(await pluginFiles())];

/** Changes when one of those files does; costs a stat call each. */
export async function hostFilesIdentity(): Promise<string> {
  const lines = (await hostFiles()).map(async ({ from }) => {
    const { size, mtimeMs } = await stat(from);
    return `${from} ${size} ${mtimeMs}`;
  });
  return (await Promise.all(lines)).join('\n');
}

const entry = async ({ from, to }: HostFile): Promise<GuestEntry> => ({
  kind: 'file',
  path: to,
  mode: 0o755,
  content: await readFile(from),
});

/**
 * A file that this machine may reach through symbolic links. Plug-ins that are links to each other
 * (libxt_NOTRACK.so -> libxt_CT.so) stay links.
 */
async function linkOrEntry(file: HostFile): Promise<GuestEntry> {
  const real = await realpath(file.from);
  const sameFolder =
    dirname(real) === (await realpath(dirname(file.from))) && basename(real) !== basename(file.from);
  return sameFolder && xtablesPlugin.test(basename(real))
    ? { kind: 'symlink', path: file.to, target: basename(real) }
    : entry(file);
}

/** The administrator's tools, their plug-ins and every library they need, for the guest tree. */
export async function hostEntries(): Promise<GuestEntry[]> {
  const aliases = guestTools.flatMap(({ path, aliases: names }) =>
    names.map(
      (name): GuestEntry => ({ kind: 'symlink', path: join(dirname(path), name), target: basename(path) }),
    ),
  );
  return [...(await withLibraries(await hostFiles())), ...aliases];
}

/** These programs and plug-ins of this machine, and every library that they need. */
export async function withLibraries(files: readonly HostFile[]): Promise<GuestEntry[]> {
  const libraries = new Set((await Promise.all(files.map(({ from }) => sharedLibraries(from)))).flat());
  const needed = [...libraries, dynamicLoader].map((path) => ({ from: path, to: path }));
  return Promise.all([...files, ...needed].map(linkOrEntry));
}
