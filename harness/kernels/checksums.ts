import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';

/** The list of every file of a cache entry with its SHA-256; it is written last, so it marks the entry as whole. */
const listName = 'checksums.json';

const checksumList = z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/));
export type Checksums = z.infer<typeof checksumList>;

export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

async function sync<T>(path: string, flags: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags);
  try {
    const result = await work(file);
    await file.sync();
    return result;
  } finally {
    await file.close();
  }
}

/** Writes a file and waits until the disk has it: a rename that follows can then not expose half a file. */
export async function writeDurably(path: string, content: Uint8Array | string): Promise<void> {
  await sync(path, 'w', (file) => file.writeFile(content));
}

/** Every regular file below a folder, as sorted paths relative to it. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return paths.map((path) => relative(folder, path)).sort();
}

/** Hashes all files of a finished folder, makes them durable, and writes the list beside them. */
export async function seal(folder: string): Promise<void> {
  const list: Checksums = {};
  for (const path of await filesBelow(folder)) {
    list[path] = await sync(join(folder, path), 'r', async (file) => sha256(await file.readFile()));
  }
  await writeDurably(join(folder, listName), JSON.stringify(list));
}

/** The list of a sealed folder; undefined when there is none or it cannot be read as one. */
export async function readChecksums(folder: string): Promise<Checksums | undefined> {
  try {
    return checksumList.parse(JSON.parse(await readFile(join(folder, listName), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Whether these files of a sealed folder still have the content they were sealed with. */
export async function intact(folder: string, paths: readonly string[]): Promise<boolean> {
  const list = await readChecksums(folder);
  if (list === undefined) return false;
  for (const path of paths) {
    const bytes = await readFile(join(folder, path)).catch(() => undefined);
    if (bytes === undefined || sha256(bytes) !== list[path]) return false;
  }
  return true;
}
