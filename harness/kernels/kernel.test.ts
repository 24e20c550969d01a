import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import { silent } from '../system/progress.ts';
import { testFolders } from '../system/test-folders.ts';
import { Cache } from './cache.ts';
import { readyKernel } from './kernel.ts';
import { MadeUpApt, smallKernel } from './made-up-kernel.ts';

const newer = { ...smallKernel, release: '6.12.107+deb12-cloud-amd64', version: '6.12.107-1' };

const freshFolder = testFolders();

let offer: MadeUpApt;
beforeAll(async () => {
  offer = await MadeUpApt.offering([smallKernel, newer], await freshFolder());
});

let apt: MadeUpApt;
let cache: Cache;
beforeEach(async () => {
  apt = offer.again();
  cache = new Cache(await freshFolder());
});

const damage = async (path: string): Promise<void> => {
  const bytes = await readFile(path);
  bytes[100]! ^= 0xff;
  await writeFile(path, bytes);
};

it('is fetched, unpacked and described', async () => {
  const kernel = await readyKernel(undefined, silent, { apt, cache });
  const { release, version, series, hz } = kernel;
  expect({ release, version, series, hz }).toEqual({
    release: '6.1.0-56-cloud-amd64',
    version: '6.1.192-2',
    series: '6.1',
    hz: 250,
  });
  expect((await readFile(kernel.vmlinux)).toString('latin1', 1, 4)).toBe('ELF');
  expect(await readFile(kernel.config, 'utf8')).toContain('CONFIG_HZ=250');
  expect(kernel.modules.map(({ name }) => name).sort()).toEqual(Object.keys(smallKernel.modules).sort());
  expect(kernel.modulesMissing).toContain('ip_vs_wrr');
  expect(kernel.modulesMissing).not.toContain('ip_vs_rr');
});

it('leaves neither packages nor temporary folders behind', async () => {
  await readyKernel(undefined, silent, { apt, cache });
  expect(await readdir(join(cache.root, 'kernels'))).toEqual(['linux-image-6.1.0-56-cloud-amd64_6.1.192-2']);
  const files = await readdir(join(cache.root, 'kernels', 'linux-image-6.1.0-56-cloud-amd64_6.1.192-2'));
  expect(files.sort()).toEqual(['checksums.json', 'config', 'kernel.json', 'modules', 'vmlinux']);
});

it('comes from the cache the second time, without asking apt', async () => {
  const first = await readyKernel('6.12', silent, { apt, cache });
  apt.online = false;
  expect(await readyKernel('6.12', silent, { apt, cache })).toEqual(first);
});

it('is fetched once when it has two names', async () => {
  await readyKernel(undefined, silent, { apt, cache });
  await readyKernel('6.1', silent, { apt, cache });
  expect(apt.downloads).toEqual(['linux-image-6.1.0-56-cloud-amd64']);
});

it('is fetched again when it was damaged', async () => {
  const first = await readyKernel(undefined, silent, { apt, cache });
  await damage(first.vmlinux);
  expect(await readyKernel(undefined, silent, { apt, cache })).toEqual(first);
  expect(apt.downloads).toHaveLength(2);
});

describe('a kernel that cannot be had', () => {
  it('is refused by name', async () => {
    await expect(readyKernel('5.4', silent, { apt, cache })).rejects.toThrow(InputError);
  });

  it('is refused when the package is not what the index says', async () => {
    const { download } = apt;
    apt.download = async (wanted, folder) => {
      const path = await download.call(apt, wanted, folder);
      await damage(path);
      return path;
    };
    await expect(readyKernel(undefined, silent, { apt, cache })).rejects.toThrow(
      /SHA-256 is \w+, the package index says/,
    );
    expect(await readdir(join(cache.root, 'kernels'))).toEqual([]);
  });

  it('is refused when it could not be a director, and says why', async () => {
    const { ip_vs: _, ...modules } = smallKernel.modules;
    const poor = await MadeUpApt.offering([{ ...smallKernel, modules }], await freshFolder());
    await expect(readyKernel(undefined, silent, { apt: poor, cache })).rejects.toThrow(
      'kernel 6.1.0-56-cloud-amd64 cannot be a director: it has neither built in nor as a module ip_vs (the subject',
    );
  });
});
