import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { silent } from '../system/progress.ts';
import { testFolders } from '../system/test-folders.ts';
import { Cache, type EntrySpec } from './cache.ts';

const freshFolder = testFolders();

let cache: Cache;
beforeEach(async () => {
  cache = new Cache(await freshFolder());
});

const entry = (kind: EntrySpec['kind'], key: string): EntrySpec => ({ kind, key, check: ['state'] });

const make = (kind: EntrySpec['kind'], key: string): Promise<string> =>
  cache.obtain(entry(kind, key), (folder) => writeFile(join(folder, 'state'), key), silent);

/** As if it had been used last so many hours ago. */
async function unusedFor(hours: number, kind: EntrySpec['kind'], key: string): Promise<void> {
  const then = new Date(Date.now() - hours * 3600 * 1000);
  await utimes(await make(kind, key), then, then);
}

const kept = async (kind: string): Promise<string[]> => (await readdir(join(cache.root, kind))).sort();

it('a snapshot that nobody used for a week goes when there is a new one', async () => {
  await unusedFor(8 * 24, 'snapshots', 'old');
  await unusedFor(6 * 24, 'snapshots', 'recent');
  await make('snapshots', 'new');
  expect(await kept('snapshots')).toEqual(['new', 'recent']);
});

it('of many the longest unused go, but none of the last hour', async () => {
  for (let n = 10; n < 22; n++) await unusedFor(n, 'guests', `older-${n}`);
  for (let n = 0; n < 20; n++) await make('guests', `fresh-${n}`);
  const names = await kept('guests');
  expect(names.filter((name) => name.startsWith('fresh'))).toHaveLength(20);
  expect(names).toHaveLength(20);
});

it('looking an entry up is using it', async () => {
  await unusedFor(8 * 24, 'snapshots', 'old');
  expect(await cache.find(entry('snapshots', 'old'))).toBeDefined();
  await make('snapshots', 'new');
  expect(await kept('snapshots')).toEqual(['new', 'old']);
});

it('kernels of packages stay, those copied from a path go', async () => {
  await unusedFor(99 * 24, 'kernels', 'linux-image-6.1.0-56-cloud-amd64_6.1.192-2');
  await unusedFor(99 * 24, 'kernels', 'added_6.1.0-own_0123456789abcdef');
  await unusedFor(99 * 24, 'kernels', 'local_6.1.0-own_0123456789abcdef');
  await make('kernels', 'local_6.1.0-next_0123456789abcdef');
  expect(await kept('kernels')).toEqual([
    'added_6.1.0-own_0123456789abcdef',
    'linux-image-6.1.0-56-cloud-amd64_6.1.192-2',
    'local_6.1.0-next_0123456789abcdef',
  ]);
});
