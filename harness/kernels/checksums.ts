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

/** A kernel is 50 MB: read in pieces, because touching that much fresh memory costs as much as hashing it. */
async function hashOf(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(1 << 20);
  for (;;) {
    const { bytesRead } = await file.read(piece, 0, piece.length);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(piece.subarray(0, bytesRead));
  }
}

async function opened<T>(path: string, flags: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/** Writes a file and waits until the disk has it: a rename that follows can then not expose half a file. */
export async function writeDurably(path: string, content: Uint8Array | string): Promise<void> {
  await opened(path, 'w', async (file) => {
    await file.writeFile(content);
    await file.sync();
  });
}

/** Every regular file below a folder, as sorted paths relative to it. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return paths.map((path) => relative(folder, path)).sort();
}

/** So many files are synced at once: a disk answers a batch in about the time of one. */
const batchSize = 64;

function durableHash(path: string): Promise<string> {
  return opened(path, 'r', async (file) => {
    await file.sync();
    return hashOf(file);
  });
}

/** Hashes all files of a finished folder, makes them durable, and writes the list beside them. */
export async function seal(folder: string): Promise<void> {
  const paths = await filesBelow(folder);
  const list: Checksums = {};
  for (let start = 0; start < paths.length; start += batchSize) {
    const batch = paths.slice(start, start + batchSize);
    const hashes = await Promise.all(batch.map((path) => durableHash(join(folder, path))));
    for (const [index, path] of batch.entries()) list[path] = hashes[index]!;
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
    const actual = await opened(join(folder, path), 'r', hashOf).catch(() => undefined);
    if (actual === undefined || actual !== list[path]) return false;
  }
  return true;
}
