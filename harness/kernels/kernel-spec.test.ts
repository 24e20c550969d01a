import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import { testFolders } from '../system/test-folders.ts';
import { parseKernelSpec, splitModules } from './kernel-spec.ts';

const freshFolder = testFolders();

it.each(['foo', 'deb:', '6', '6.1 ; rm', '', 'bookworm'])('%j is a mistake of the user', (text) => {
  expect(() => parseKernelSpec(text)).toThrow(InputError);
  expect(() => parseKernelSpec(text)).toThrow(/not understood; allowed: default, a series \(6\.12\)/);
});

it.each(['../6.1', '/no/such/bzImage', '/no/such:/lib/modules'])('%s is a path to nothing', (text) => {
  expect(() => parseKernelSpec(text)).toThrow(`kernel ${text}: there is no such file or folder`);
});

it('takes what exists for a path, with or without a folder of modules', async () => {
  const folder = await freshFolder();
  const [image, odd, modules] = ['bzImage', 'bz:Image', 'mods'].map((name) => join(folder, name));
  await writeFile(image!, '');
  await writeFile(odd!, '');
  await mkdir(modules!);
  expect(parseKernelSpec(image)).toEqual({ kind: 'path', path: image, modules: undefined });
  expect(parseKernelSpec(odd)).toEqual({ kind: 'path', path: odd, modules: undefined });
  expect(parseKernelSpec(`${image}:${modules}`)).toEqual({ kind: 'path', path: image, modules });
  expect(() => parseKernelSpec(`${image}:${folder}/nothing`)).toThrow('there is no modules folder');
});

it.each([
  [undefined, undefined, []],
  ['6.1', '6.1', []],
  ['6.12.107+deb13,/tmp/ip_vs.ko,b/tun.ko.xz', '6.12.107+deb13', ['/tmp/ip_vs.ko', 'b/tun.ko.xz']],
  ['/boot/a,b/bzImage', '/boot/a,b/bzImage', []],
  ['/boot/a,b/bzImage,c.ko', '/boot/a,b/bzImage', ['c.ko']],
])('%j is the kernel %j with the modules %j', (text, kernel, modules) => {
  expect(splitModules(text)).toEqual({ kernel, modules });
});
