import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import { findProgram } from '../system/find-program.ts';
import { runProgram } from '../system/run-program.ts';
import { readKernelImage, releaseOfImage } from './kernel-image.ts';
import { madeUpBzImage, madeUpImage, madeUpVmlinux } from './made-up-kernel.ts';

const release = '6.1.0-56-cloud-amd64';

it('reads a bzImage: what it is called, and what QEMU boots faster', async () => {
  const image = await madeUpBzImage(release);
  expect(releaseOfImage(image, 'bzImage')).toBe(release);
  const { version, vmlinux, bootable } = await readKernelImage(image, 'bzImage');
  expect(version).toBe('6.1.192-2');
  expect(bootable).toBe(vmlinux);
  expect(vmlinux).toEqual(await madeUpVmlinux(release));
});

it('reads a vmlinux', async () => {
  const vmlinux = await madeUpVmlinux('6.12.0-rc1-mine');
  expect(await readKernelImage(vmlinux, 'vmlinux')).toMatchObject({
    release: '6.12.0-rc1-mine',
    bootable: vmlinux,
  });
});

it('boots the bzImage itself when its vmlinux cannot be entered', async () => {
  const image = await madeUpBzImage(release, { pvh: false });
  expect((await readKernelImage(image, 'bzImage')).bootable).toBe(image);
  const vmlinux = await madeUpVmlinux(release, { pvh: false });
  await expect(readKernelImage(vmlinux, 'vmlinux')).rejects.toThrow(
    'vmlinux was built without CONFIG_PVH, so only its bzImage can be booted: give that instead',
  );
});

const arm64 = Buffer.alloc(128);
arm64.write('MZ', 0, 'latin1');
arm64.write('ARM\x64', 56, 'latin1');

const arm64Elf = Buffer.alloc(128);
arm64Elf.writeUInt32BE(0x7f454c46, 0);
arm64Elf.writeUInt16LE(0x0102, 4);
arm64Elf.writeUInt16LE(183, 18);

it.each([
  ['a text file', Buffer.from('#!/bin/sh\necho kernel\n'.repeat(40))],
  ['an arm64 kernel image', arm64],
  ['an ELF file for arm64', arm64Elf],
  ['a Debian package', Buffer.from(`!<arch>\ndebian-binary${'\0'.repeat(600)}`)],
  ['empty', Buffer.alloc(0)],
  ['something else', Buffer.alloc(2000, 0xee)],
])('refuses what is %s', async (what, bytes) => {
  await expect(readKernelImage(bytes, 'K')).rejects.toThrow(InputError);
  await expect(readKernelImage(bytes, 'K')).rejects.toThrow(`K is no x86-64 kernel: it is ${what}`);
});

it('refuses a program that is no kernel, a cut image and a 32-bit one', async () => {
  const program = await readFile(findProgram('env')!);
  expect(() => releaseOfImage(program, 'env')).toThrow(/^env is an x86-64 file, but no kernel/);
  const image = await madeUpBzImage(release);
  const cut = readKernelImage(image.subarray(0, image.length - 100), 'K');
  await expect(cut).rejects.toThrow(InputError);
  await expect(cut).rejects.toThrow('K is cut off');
  const i386 = await madeUpVmlinux(release);
  i386.writeUInt16LE(3, 18);
  const packed = await runProgram('gzip', ['-c'], { input: i386 });
  await expect(readKernelImage(madeUpImage(packed, release), 'K')).rejects.toThrow('but one for i386');
});
