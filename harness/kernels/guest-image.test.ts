import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { silent } from '../system/progress.ts';
import { testFolders } from '../system/test-folders.ts';
import { ensureTools } from '../system/tools.ts';
import { Cache } from './cache.ts';
import { type Member, readArchive } from './cpio-reader.ts';
import { guestImage } from './guest-image.ts';
import type { InstalledKernel } from './installed-kernel.ts';
import { readyKernel } from './kernel.ts';
import { MadeUpMirror, smallKernel } from './made-up-kernel.ts';

const freshFolder = testFolders();

let folder: string;
let cache: Cache;
let kernel: InstalledKernel;
let agent: string;
beforeAll(async () => {
  await ensureTools(silent);
  folder = await freshFolder();
  cache = new Cache(join(folder, 'cache'));
  kernel = await readyKernel(undefined, silent, {
    packages: await MadeUpMirror.offering([smallKernel], folder),
    cache,
  });
  agent = join(folder, 'agent');
  await writeFile(agent, 'the agent');
});

const members = async (): Promise<Member[]> =>
  readArchive(await readFile(await guestImage(kernel, agent, silent, cache)));

it('holds the agent, the tools with their loader and plug-ins, and what every guest needs', async () => {
  const names = (await members()).map(({ name }) => name);
  const tools = ['ipvsadm', 'iptables-legacy-restore', 'iptables-nft', 'ip', 'conntrack'].map(
    (name) => `usr/sbin/${name}`,
  );
  const others = ['init', 'lib64/ld-linux-x86-64.so.2', 'etc/protocols', 'dev/console', 'proc', 'run'];
  expect(names).toEqual(expect.arrayContaining([...tools, ...others]));
  expect(names).toContainEqual(expect.stringMatching(/\/xtables\/libxt_conntrack\.so$/));
  expect(names).toContainEqual(expect.stringMatching(/\/libc\.so\.6$/));
  expect(names).not.toContainEqual(expect.stringContaining('libip6t_'));
});

it('holds the modules, and the order and parameters with which they are loaded', async () => {
  const found = await members();
  const order = found.find(({ name }) => name === 'modules/order')!.content;
  const modules = [
    'virtio_ring.ko',
    'virtio_console.ko',
    'tun.ko',
    'made_up_lib.ko',
    'nf_conntrack.ko hashsize=256',
    'ip_vs.ko conn_tab_bits=8',
  ];
  expect(order.split('\n')).toEqual([...modules, '']);
  for (const line of modules)
    expect(found.map(({ name }) => name)).toContain(`modules/${line.split(' ')[0]}`);
});

it('is built once for the same agent, and anew for another', async () => {
  const said: string[] = [];
  const build = (): Promise<string> => guestImage(kernel, agent, (message) => void said.push(message), cache);
  const before = await build();
  expect(await build()).toBe(before);
  expect(said).toEqual([]);
  await writeFile(agent, 'another agent');
  expect(await build()).not.toBe(before);
  expect(said).toEqual(['building the guest image for 6.1.0-56-cloud-amd64']);
});

it('is not made of a module that was damaged in the cache', async () => {
  const spoilt = {
    ...kernel,
    identity: 'other',
    modules: kernel.modules.map((file) => ({ ...file, sha256: '0'.repeat(64) })),
  };
  await expect(guestImage(spoilt, agent, silent, cache)).rejects.toThrow('is damaged');
});
