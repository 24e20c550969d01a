import { expect, it } from 'vitest';
import { runProgram } from '../system/run-program.ts';
import { payloadOf, vmlinuxOf } from './bzimage.ts';
import { madeUpImage, madeUpVmlinux } from './made-up-kernel.ts';

/** As the kernel's build does it: the size of what was packed follows, but for gzip. */
function withSize(packed: Buffer, unpackedSize: number): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(unpackedSize);
  return Buffer.concat([packed, size]);
}

const elf = await madeUpVmlinux('6.1.0');

it.each([
  ['xz', ['-c', '--check=crc32']],
  ['zstd', ['-c', '--long=27']],
  ['lz4', ['-c', '-l', '-9']],
])('unpacks a kernel packed with %s', async (program, args) => {
  const packed = await runProgram(program, args, { input: elf });
  expect(await vmlinuxOf(madeUpImage(withSize(packed, elf.length)), 'vmlinuz')).toEqual(elf);
});

it('unpacks a kernel packed with gzip', async () => {
  expect(await vmlinuxOf(madeUpImage(await runProgram('gzip', ['-c'], { input: elf })), 'vmlinuz')).toEqual(
    elf,
  );
});

it('finds the payload behind four setup sectors when the header says zero', () => {
  const image = Buffer.concat([madeUpImage(Buffer.alloc(0)), Buffer.alloc(2 * 512), Buffer.from('payload')]);
  image.writeUInt8(0, 0x1f1);
  image.writeUInt32LE(7, 0x24c);
  expect(payloadOf(image, 'vmlinuz').toString()).toBe('payload');
});

it.each([
  ['a text', Buffer.from('#!/bin/sh\n'.repeat(200)), 'bad is not an x86 kernel image'],
  ['an empty file', Buffer.alloc(0), 'bad is not an x86 kernel image'],
  [
    'an image that was cut',
    madeUpImage(Buffer.alloc(4000, 0x1f)).subarray(0, 3000),
    'bad is cut off: its payload ends at byte 5552 of 3000',
  ],
  [
    'an unknown packing',
    madeUpImage(Buffer.from('BZh91AY&SY')),
    'kernel payload begins with 425a68393141; known formats: gzip, xz, zstd, lz4',
  ],
])('refuses %s', async (_, image, message) => {
  await expect(vmlinuxOf(image, 'bad')).rejects.toThrow(message);
});

it('refuses a payload that is no kernel for x86-64', async () => {
  const packed = await runProgram('gzip', ['-c'], { input: Buffer.from('hello') });
  await expect(vmlinuxOf(madeUpImage(packed), 'bad')).rejects.toThrow('bad holds no x86-64 ELF kernel');
});
