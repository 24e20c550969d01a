import { readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import { silent } from '../system/progress.ts';
import { testFolders } from '../system/test-folders.ts';
import { Cache } from './cache.ts';
import type { InstalledKernel } from './installed-kernel.ts';
import { addLocal, readyKernel } from './kernel.ts';
import { parseKernelSpec } from './kernel-spec.ts';
import { MadeUpMirror, madeUpBzImage, madeUpModule, madeUpVmlinux, put } from './made-up-kernel.ts';

const freshFolder = testFolders();

const release = '6.12.0-mine_1';
const config = 'CONFIG_HZ=1000\nCONFIG_IP_VS=y\nCONFIG_NF_CONNTRACK_PROCFS=y\n';
const builtin = ['virtio_pci', 'virtio_console', 'tun'].map((name) => `kernel/x/${name}.ko\n`).join('');
const ipVs = 'net/netfilter/ipvs/ip_vs_rr.ko';

let image: Buffer;
let module: Buffer;
let mirror: MadeUpMirror;
beforeAll(async () => {
  image = await madeUpBzImage(release);
  module = await madeUpModule('ip_vs_rr', { vermagic: `${release} SMP preempt` });
  mirror = await MadeUpMirror.offering([], await freshFolder());
});

let cache: Cache;
let folder: string;
beforeEach(async () => {
  cache = new Cache(await freshFolder());
  folder = await freshFolder();
});

const ready = (spec: string): Promise<InstalledKernel> =>
  readyKernel(spec, silent, { packages: mirror, cache });

/** A tree as `make` leaves it. */
async function buildTree(): Promise<string> {
  const tree = join(folder, 'linux');
  await put(tree, 'include/config/kernel.release', `${release}\n`);
  await put(tree, '.config', config);
  await put(tree, 'modules.builtin', builtin);
  await put(tree, 'modules.order', `${ipVs.replace('.ko', '.o')}\nnet/never/built.o\n`);
  await put(tree, 'arch/x86/boot/bzImage', image);
  await put(tree, ipVs, module);
  return tree;
}

/** An image and its modules as `make install modules_install` leave them below a root. */
async function installed(): Promise<string> {
  await put(folder, `boot/vmlinuz-${release}`, image);
  await put(folder, `boot/config-${release}`, config);
  await put(folder, `lib/modules/${release}/modules.builtin`, builtin);
  await put(folder, `lib/modules/${release}/kernel/${ipVs}`, module);
  return join(folder, 'boot', `vmlinuz-${release}`);
}

const expected = {
  release,
  version: '6.1.192-2',
  series: '6.12',
  hz: 1000,
  bootArguments: ['ip_vs.conn_tab_bits=8'],
};

describe('a build tree', () => {
  it('is a kernel: its image, its modules, what is built in', async () => {
    const kernel = await ready(await buildTree());
    expect(kernel).toMatchObject(expected);
    expect(kernel.modules.map(({ name }) => name)).toEqual(['ip_vs_rr']);
    const lacks = kernel.lacks.map(({ what }) => what);
    expect(lacks).toContain('nf_conntrack_ftp');
    expect(lacks).not.toContain('ip_vs');
    expect(await readFile(kernel.vmlinux)).toEqual(await madeUpVmlinux(release));
  });

  it('is named by its image just as well, and by a list of modules of older kernels', async () => {
    const tree = await buildTree();
    await writeFile(join(tree, 'modules.order'), `kernel/${ipVs}\n`);
    const kernel = await ready(join(tree, 'arch/x86/boot/bzImage'));
    expect(kernel.modules.map(({ name }) => name)).toEqual(['ip_vs_rr']);
  });

  it('gives its vmlinux when only that was built anew', async () => {
    const tree = await buildTree();
    await utimes(join(tree, 'arch/x86/boot/bzImage'), 1, 1);
    await writeFile(join(tree, 'vmlinux'), await madeUpVmlinux(release, { pvh: false }));
    await expect(ready(tree)).rejects.toThrow(/linux\/vmlinux was built without CONFIG_PVH/);
  });

  it('gives another kernel when it was built again', async () => {
    const tree = await buildTree();
    const first = await ready(tree);
    expect((await ready(tree)).vmlinux).toBe(first.vmlinux);
    await writeFile(join(tree, ipVs), await madeUpModule('ip_vs_rr', { depends: [], vermagic: release }));
    const second = await ready(tree);
    expect(second.identity).not.toBe(first.identity);
    expect((await readFile(first.vmlinux)).length).toBeGreaterThan(0);
  });

  it('must be one, and be built', async () => {
    await expect(ready(folder)).rejects.toThrow(/is no kernel build tree: it has no include/);
    const tree = await buildTree();
    await rename(join(tree, 'arch'), join(folder, 'away'));
    await expect(ready(tree)).rejects.toThrow(/has neither .*bzImage nor vmlinux: build it first/);
  });
});

describe('an image', () => {
  it('has its modules in ../lib/modules/RELEASE', async () => {
    const kernel = await ready(await installed());
    expect(kernel).toMatchObject(expected);
    expect(kernel.modules.map(({ name }) => name)).toEqual(['ip_vs_rr']);
  });

  it('has its modules where the user says', async () => {
    const from = await installed();
    const modules = join(folder, 'elsewhere');
    await rename(join(folder, 'lib', 'modules', release), modules);
    expect((await ready(`${from}:${modules}`)).modules).toHaveLength(1);
    // Without them, nothing says that what the harness needs is built in.
    await expect(ready(from)).rejects.toThrow(
      'cannot be a director: it has neither built in nor as a module',
    );
  });

  it('is refused with the modules of another kernel', async () => {
    const from = await installed();
    const other = join(folder, 'other');
    await put(other, 'ip_vs.ko', await madeUpModule('ip_vs', { vermagic: '6.1.0 SMP' }));
    await expect(ready(`${from}:${other}`)).rejects.toThrow(InputError);
    await expect(ready(`${from}:${other}`)).rejects.toThrow(
      `ip_vs.ko was built for 6.1.0, and the kernel is ${release}`,
    );
  });

  it('must tell its HZ', async () => {
    const from = join(folder, 'bzImage');
    await writeFile(from, image);
    await expect(ready(from)).rejects.toThrow(`put it beside the image as config-${release}`);
  });
});

describe('an added kernel', () => {
  const add = async (path: string): Promise<InstalledKernel> => {
    const spec = parseKernelSpec(path) as { path: string; modules: string | undefined };
    return addLocal(spec, { packages: mirror, cache }, silent);
  };

  it('is found by its release from then on, until another takes its place', async () => {
    const tree = await buildTree();
    const first = await add(tree);
    expect(await ready(release)).toEqual(first);
    await writeFile(join(tree, '.config'), `${config}CONFIG_NEW=y\n`);
    const second = await add(tree);
    expect(second.identity).not.toBe(first.identity);
    await rename(tree, join(folder, 'gone'));
    expect(await ready(release)).toEqual(second);
  });

  it('is not kept when it could not be booted', async () => {
    const tree = await buildTree();
    await writeFile(join(tree, 'modules.builtin'), '');
    await expect(add(tree)).rejects.toThrow('cannot be a director');
    await expect(ready(release)).rejects.toThrow('offer no kernel');
  });

  it('is not taken for the newest of its series', async () => {
    await add(await buildTree());
    await expect(ready('6.12')).rejects.toThrow('offer no kernel');
  });
});
