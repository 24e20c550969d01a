import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Progress, silent } from '../system/progress.ts';
import { Cache } from './cache.ts';
import { sha256 } from './checksums.ts';
import { cpio } from './cpio.ts';
import { deviceNodes, emptyFolders, guestTools, protocols } from './guest-tools.ts';
import { type GuestEntry, orderedTree } from './guest-tree.ts';
import { hostEntries, hostFilesIdentity } from './host-files.ts';
import type { InstalledKernel } from './installed-kernel.ts';
import { moduleEntries } from './module-entries.ts';
import { wantedModules } from './module-table.ts';

/** Raised when this code makes another image of the same ingredients. */
const format = 2;

const imageName = 'initramfs.cpio';

/** Where the agent is in every director that runs it. */
export const agentPath = '/init';

/** What is in every guest, whatever its kernel. */
const ownEntries = (agent: Uint8Array): GuestEntry[] => [
  { kind: 'file', path: agentPath, mode: 0o755, content: agent },
  { kind: 'file', path: '/etc/protocols', mode: 0o644, content: Buffer.from(protocols) },
  ...emptyFolders.map((path): GuestEntry => ({ kind: 'directory', path, mode: 0o755 })),
  ...deviceNodes.map((node): GuestEntry => ({ kind: 'device', ...node })),
];

/** The file tree of any director, without the modules of a kernel: agent, tools, libraries. */
export async function directorTree(agent: Uint8Array): Promise<GuestEntry[]> {
  return orderedTree([...ownEntries(agent), ...(await hostEntries())]);
}

/** Everything that decides the content of that tree, without reading it all. */
export async function directorTreeKey(agent: Uint8Array): Promise<string> {
  const tables = { guestTools, protocols, emptyFolders, deviceNodes };
  const parts = [format, sha256(agent), await hostFilesIdentity(), tables];
  return sha256(JSON.stringify(parts)).slice(0, 24);
}

/** The whole file tree of a guest: that of a director, and modules. */
async function guestTree(kernel: InstalledKernel, agent: Uint8Array): Promise<GuestEntry[]> {
  return orderedTree([...(await directorTree(agent)), ...(await moduleEntries(kernel))]);
}

/** Everything that decides the content of an image; begins with the kernel's release. */
export async function guestImageKey(kernel: InstalledKernel, agent: Uint8Array): Promise<string> {
  const parts = [await directorTreeKey(agent), kernel.identity, wantedModules];
  return `${kernel.release}-${sha256(JSON.stringify(parts)).slice(0, 24)}`;
}

/**
 * Path of the initramfs (uncompressed cpio) for this kernel and agent; built when the kernel, the agent,
 * a tool of this machine or one of our tables changed.
 */
export async function guestImage(
  kernel: InstalledKernel,
  agentFile: string,
  progress: Progress = silent,
  cache: Cache = new Cache(),
): Promise<string> {
  const agent = await readFile(agentFile);
  const key = await guestImageKey(kernel, agent);
  const build = async (folder: string): Promise<void> => {
    progress(`building the guest image for ${kernel.release}`);
    await writeFile(join(folder, imageName), cpio(await guestTree(kernel, agent)));
  };
  return join(await cache.obtain({ kind: 'guests', key, check: [imageName] }, build, progress), imageName);
}
