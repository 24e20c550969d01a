import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import { silent } from '../system/progress.ts';
import { testFolders } from '../system/test-folders.ts';
import { Cache } from './cache.ts';
import type { InstalledKernel } from './installed-kernel.ts';
import { readyKernel } from './kernel.ts';
import { MadeUpMirror, madeUpModule, smallKernel } from './made-up-kernel.ts';
import { moduleEntries } from './module-entries.ts';
import { replaceModules } from './replace-modules.ts';

const freshFolder = testFolders();
const vermagic = `${smallKernel.release} SMP`;

let kernel: InstalledKernel;
beforeAll(async () => {
  const packages = await MadeUpMirror.offering([smallKernel], await freshFolder());
  kernel = await readyKernel(undefined, silent, { packages, cache: new Cache(await freshFolder()) });
});

let folder: string;
beforeEach(async () => {
  folder = await freshFolder();
});

async function moduleFile(name: string, built = vermagic): Promise<string> {
  const path = join(folder, `${name}.ko`);
  await writeFile(
    path,
    await madeUpModule(name, { depends: ['nf_conntrack'], softdep: 'pre: patched', vermagic: built }),
  );
  return path;
}

it('puts a module in place of the one of the same name', async () => {
  const patched = await replaceModules(kernel, [await moduleFile('ip-vs')]);
  expect(patched.modules).toHaveLength(kernel.modules.length);
  expect(patched.identity).not.toBe(kernel.identity);
  const entries = await moduleEntries(patched);
  const content = entries.find(({ path }) => path === '/modules/ip_vs.ko');
  expect(content?.kind === 'file' && Buffer.from(content.content).includes('patched')).toBe(true);
});

it('adds a module that the kernel lacked', async () => {
  const patched = await replaceModules(kernel, [await moduleFile('ip_vs_wrr')]);
  expect(patched.lacks.map(({ what }) => what)).not.toContain('ip_vs_wrr');
  expect(kernel.lacks.map(({ what }) => what)).toContain('ip_vs_wrr');
});

it('changes nothing without modules', async () => {
  expect(await replaceModules(kernel, [])).toBe(kernel);
});

it('refuses one that was built for another kernel', async () => {
  const path = await moduleFile('ip_vs', '6.1.0-55-cloud-amd64 SMP');
  const failed = replaceModules(kernel, [path]);
  await expect(failed).rejects.toThrow(InputError);
  await expect(failed).rejects.toThrow(
    `--module ${path} was built for "6.1.0-55-cloud-amd64 SMP", and the kernel takes "6.1.0-56-cloud-amd64 SMP"`,
  );
});

it('refuses what is no module, what is not there, and what is built in', async () => {
  const text = join(folder, 'ip_vs.ko');
  await writeFile(text, 'text');
  await expect(replaceModules(kernel, [text])).rejects.toThrow('is not an x86-64 kernel module');
  await expect(replaceModules(kernel, [join(folder, 'tun.ko')])).rejects.toThrow('cannot be read (ENOENT)');
  await expect(replaceModules(kernel, [`${folder}/x.o`])).rejects.toThrow('the name of a module ends in .ko');
  await expect(replaceModules(kernel, [await moduleFile('ip_vs_rr')])).rejects.toThrow('it is built in');
});

it('refuses an unsigned one for a kernel that insists on signatures', async () => {
  const config = join(folder, 'config');
  await writeFile(config, 'CONFIG_MODULE_SIG_FORCE=y\n');
  const strict = { ...kernel, config };
  await expect(replaceModules(strict, [await moduleFile('ip_vs')])).rejects.toThrow('insists on signatures');
});
