import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { InputError, MachineError } from '../errors.ts';
import { silent } from '../system/progress.ts';
import { testFolders } from '../system/test-folders.ts';
import { Cache } from './cache.ts';
import { readyKernel } from './kernel.ts';
import { MadeUpMirror, smallKernel } from './made-up-kernel.ts';

const newer = { ...smallKernel, release: '6.12.107+deb12-cloud-amd64', version: '6.12.107-1' };

const freshFolder = testFolders();

let offer: MadeUpMirror;
beforeAll(async () => {
  offer = await MadeUpMirror.offering([smallKernel, newer], await freshFolder());
});

let packages: MadeUpMirror;
let cache: Cache;
beforeEach(async () => {
  packages = offer.again();
  cache = new Cache(await freshFolder());
});

const damage = async (path: string): Promise<void> => {
  const bytes = await readFile(path);
  bytes[100]! ^= 0xff;
  await writeFile(path, bytes);
};

it('is fetched, unpacked and described', async () => {
  const kernel = await readyKernel(undefined, silent, { packages, cache });
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
  expect(kernel.lacks).toContainEqual({ what: 'ip_vs_wrr', why: 'scheduler wrr' });
  expect(kernel.lacks.map(({ what }) => what)).not.toContain('ip_vs_rr');
});

it('leaves neither packages nor temporary folders behind', async () => {
  await readyKernel(undefined, silent, { packages, cache });
  expect(await readdir(join(cache.root, 'kernels'))).toEqual(['linux-image-6.1.0-56-cloud-amd64_6.1.192-2']);
  const files = await readdir(join(cache.root, 'kernels', 'linux-image-6.1.0-56-cloud-amd64_6.1.192-2'));
  expect(files.sort()).toEqual(['checksums.json', 'config', 'kernel.json', 'modules', 'vmlinux']);
});

it('comes from the cache the second time, without reading the lists', async () => {
  const first = await readyKernel('6.12', silent, { packages, cache });
  packages.online = false;
  expect(await readyKernel('6.12', silent, { packages, cache })).toEqual(first);
});

it('is fetched once when it has two names', async () => {
  await readyKernel(undefined, silent, { packages, cache });
  await readyKernel('6.1', silent, { packages, cache });
  expect(packages.downloads).toEqual(['linux-image-6.1.0-56-cloud-amd64']);
});

it('is fetched again when it was damaged', async () => {
  const first = await readyKernel(undefined, silent, { packages, cache });
  await damage(first.vmlinux);
  expect(await readyKernel(undefined, silent, { packages, cache })).toEqual(first);
  expect(packages.downloads).toHaveLength(2);
});

describe('a kernel that cannot be had', () => {
  it('is refused by name', async () => {
    await expect(readyKernel('5.4', silent, { packages, cache })).rejects.toThrow(InputError);
  });

  it('is refused when it could not even talk to us, and says why', async () => {
    const { tun: _, ...modules } = smallKernel.modules;
    const poor = await MadeUpMirror.offering([{ ...smallKernel, modules }], await freshFolder());
    await expect(readyKernel(undefined, silent, { packages: poor, cache })).rejects.toThrow(
      'kernel 6.1.0-56-cloud-amd64 cannot be a director: it has neither built in nor as a module tun (TAP devices',
    );
  });

  it('is continued where an earlier download was cut off', async () => {
    const { download } = packages;
    packages.download = async (wanted, path) => {
      await writeFile(path, 'half');
      throw new MachineError(`cannot download ${wanted.name}`);
    };
    await expect(readyKernel('6.12', silent, { packages, cache })).rejects.toThrow('cannot download');
    expect(await readdir(join(cache.root, 'kernels'))).toEqual([]);
    const seen: string[] = [];
    packages.download = async (wanted, path) => {
      seen.push(await readFile(path, 'utf8'));
      await download.call(packages, wanted, path);
    };
    await readyKernel('6.12', silent, { packages, cache });
    expect(seen).toEqual(['half']);
    expect(await readdir(join(cache.root, 'downloads'))).toEqual([]);
  });
});

describe('a cached kernel, without network', () => {
  it.each([
    '6.12',
    '6.12.107',
    '6.12.107+deb12',
    '6.12.107-1',
    '6.12.107+deb12-cloud-amd64',
    'linux-image-6.12.107+deb12-cloud-amd64',
    'deb:linux-image-6.12.107+deb12-cloud-amd64',
  ])('is found as %s', async (spec) => {
    const first = await readyKernel('6.12.107', silent, { packages, cache });
    packages.online = false;
    expect(await readyKernel(spec, silent, { packages, cache })).toEqual(first);
  });

  it('is not found by the name of another', async () => {
    await readyKernel('6.12.107', silent, { packages, cache });
    await expect(readyKernel('6.12.10', silent, { packages, cache })).rejects.toThrow(
      'kernel "6.12.10" is not offered by this machine\'s mirror; it offers 6.1, 6.12',
    );
  });
});
