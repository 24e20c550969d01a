import { mkdir, open, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { MachineError } from '../errors.ts';
import { silent } from '../system/progress.ts';
import { testFolders } from '../system/test-folders.ts';
import { Cache, type EntrySpec } from './cache.ts';

const freshFolder = testFolders();

const spec: EntrySpec = { kind: 'agents', key: 'k1', check: ['agent'] };

let root: string;
let cache: Cache;
beforeEach(async () => {
  root = join(await freshFolder(), 'lvs-conformance');
  cache = new Cache(root);
});

/** Builds `agent` with this content, and counts how often it was asked to. */
function builder(content: string): { build: (folder: string) => Promise<void>; calls: () => number } {
  let calls = 0;
  return {
    calls: () => calls,
    build: async (folder) => {
      calls += 1;
      await writeFile(join(folder, 'agent'), content);
    },
  };
}

async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[0]! ^= 1;
  await writeFile(path, bytes);
}

describe('an entry', () => {
  it('is built once and found again by another run', async () => {
    const { build, calls } = builder('v1');
    const folder = await cache.obtain(spec, build, silent);
    expect(await new Cache(root).obtain(spec, build, silent)).toBe(folder);
    expect(await readFile(join(folder, 'agent'), 'utf8')).toBe('v1');
    expect(calls()).toBe(1);
  });

  it('is built again when a byte of it was flipped', async () => {
    const { build, calls } = builder('v1');
    const folder = await cache.obtain(spec, build, silent);
    await flipByte(join(folder, 'agent'));
    expect(await cache.find(spec)).toBeUndefined();
    await cache.obtain(spec, build, silent);
    expect(await readFile(join(folder, 'agent'), 'utf8')).toBe('v1');
    expect(calls()).toBe(2);
  });

  it('is built again when its list of checksums is damaged or a file is gone', async () => {
    const { build, calls } = builder('v1');
    const folder = await cache.obtain(spec, build, silent);
    await flipByte(join(folder, 'checksums.json'));
    await cache.obtain(spec, build, silent);
    expect(calls()).toBe(2);
  });

  it('is built by one of several runs while the others wait for it', async () => {
    const { build, calls } = builder('v1');
    const slow = async (folder: string): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await build(folder);
    };
    const said: string[] = [];
    const runs = [1, 2, 3].map(() =>
      new Cache(root).obtain(spec, slow, (message) => void said.push(message)),
    );
    expect(new Set(await Promise.all(runs)).size).toBe(1);
    expect(calls()).toBe(1);
    expect(said).toContain('waiting for another run that prepares k1');
  });
});

describe('a build that fails', () => {
  it('leaves nothing behind, and the next one works', async () => {
    const half = async (folder: string): Promise<void> => {
      await writeFile(join(folder, 'agent'), 'half');
      throw new MachineError('the mirror went away');
    };
    await expect(cache.obtain(spec, half, silent)).rejects.toThrow('the mirror went away');
    expect(await readdir(join(root, 'agents'))).toEqual([]);
    await cache.obtain(spec, builder('whole').build, silent);
  });

  it('for want of space is one MachineError that says what to do', async () => {
    const full = async (): Promise<void> => {
      // The device whose every write fails as a full disk does, for root as for everybody.
      const file = await open('/dev/full', 'w');
      await file.writeFile('x').finally(() => file.close());
    };
    const failed = cache.obtain(spec, full, silent);
    await expect(failed).rejects.toThrow(MachineError);
    await expect(failed).rejects.toThrow(
      `cannot write the cache ${root}: the disk is full; repair that or point XDG_CACHE_HOME`,
    );
    expect(await readdir(join(root, 'agents'))).toEqual([]);
  });

  it('because a program ran out of space is the same MachineError', async () => {
    const tar = (): Promise<void> =>
      Promise.reject(
        new MachineError('dpkg-deb failed', { console: 'tar: Cannot write: No space left on device' }),
      );
    await expect(cache.obtain(spec, tar, silent)).rejects.toThrow('the disk is full');
  });

  it('because a file elsewhere cannot be read is not blamed on the cache', async () => {
    const unreadable = (): Promise<void> => readFile('/dev/null/tool').then(() => {});
    await expect(cache.obtain(spec, unreadable, silent)).rejects.toThrow(/ENOTDIR.*\/dev\/null\/tool/);
  });
});

it('says so when it cannot be written at all', async () => {
  const impossible = new Cache('/dev/null/lvs-conformance');
  await expect(impossible.obtain(spec, builder('v1').build, silent)).rejects.toThrow(
    'cannot write the cache /dev/null/lvs-conformance: part of the path is not a folder',
  );
  await expect(impossible.remember('note', 'text')).rejects.toThrow(MachineError);
});

it('removes what killed builders left: of the same entry at once, of others when it is old', async () => {
  const left = ['k1.aaaa.tmp', 'k2.old.tmp', 'k2.new.tmp'].map((name) => join(root, 'agents', name));
  for (const path of left) await mkdir(path, { recursive: true });
  await utimes(left[1]!, 0, 0);
  await cache.obtain(spec, builder('v1').build, silent);
  expect(await readdir(join(root, 'agents'))).toEqual(['k1', 'k2.new.tmp']);
});

it('remembers short texts', async () => {
  expect(await cache.recall('kernel-default')).toBeUndefined();
  await cache.remember('kernel-default', 'one');
  await cache.remember('kernel-default', 'two');
  expect(await new Cache(root).recall('kernel-default')).toBe('two');
  expect(await readdir(join(root, 'notes'))).toEqual(['kernel-default']);
});
