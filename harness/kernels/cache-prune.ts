import { readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { temporarySuffix } from './temporary-name.ts';

const HOUR_MS = 3600 * 1000;

/** What nobody used for so long is garbage: its kernel, agent or QEMU is another by now. */
const KEPT_MS = 7 * 24 * HOUR_MS;

/** Snapshots are 90 MB each and images 30: enough for every series, and some builds of one's own. */
const KEPT_ENTRIES = 16;

/** An entry that was used so recently may be in use still; its user looks it up again each time it starts. */
const IN_USE_MS = HOUR_MS;

/** What may be made again from what is there. Kernels of packages stay: to get one again, somebody must be online. */
const remakable: Readonly<Record<string, RegExp>> = {
  guests: /^/,
  snapshots: /^/,
  agents: /^/,
  kernels: /^local_/,
};

/** Notes that an entry is used, at most once an hour. A cache that is read-only is as good without. */
export async function noteUse(folder: string): Promise<void> {
  const now = new Date();
  const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: now.getTime() }));
  if (now.getTime() - mtimeMs > IN_USE_MS / 2) await utimes(folder, now, now).catch(() => {});
}

/**
 * Removes what nobody uses any more from the folder of a kind of entries, which has just got a new one. An entry
 * goes as it came, at once: it is renamed first. Whoever had just found it makes it again.
 */
export async function prune(folder: string, kind: string, now = Date.now()): Promise<void> {
  const names = (await readdir(folder)).filter(
    (name) => remakable[kind]?.test(name) && !/\.(?:tmp|lock)$/.test(name),
  );
  const entries = await Promise.all(
    names.map(async (name) => ({ name, age: now - (await usedAt(join(folder, name))) })),
  );
  const byAge = entries.sort((one, other) => one.age - other.age);
  const unused = byAge.filter(
    ({ age }, place) => age > KEPT_MS || (place >= KEPT_ENTRIES && age > IN_USE_MS),
  );
  for (const { name } of unused) await discard(join(folder, name)).catch(() => {});
}

const usedAt = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );

async function discard(path: string): Promise<void> {
  const doomed = `${path}.${temporarySuffix()}`;
  await rename(path, doomed);
  await rm(doomed, { recursive: true, force: true });
}
