import { InputError, MachineError } from '../errors.ts';
import { isBzImage, releaseInHeader, vmlinuxOf } from './bzimage.ts';
import { elfMachine, hasPvhEntry, isKernelElf } from './elf.ts';

/** An image that someone gave us. */
export interface KernelImage {
  /** What its `uname -r` will say. */
  release: string;
  /** Of the Debian package it was built as; else the release. */
  version: string;
  vmlinux: Buffer;
  /** What QEMU boots: the vmlinux, or the bzImage when the former cannot be entered directly. */
  bootable: Buffer;
}

/** Other things that are called kernels, by what they begin with or have at an offset. */
const formats: readonly { says: string; offset: number; bytes: string }[] = [
  { says: 'an arm64 kernel image', offset: 56, bytes: 'ARM\x64' },
  { says: 'a riscv kernel image', offset: 56, bytes: 'RSC\x05' },
  { says: 'an EFI program that is no x86 kernel', offset: 0, bytes: 'MZ' },
  { says: 'an arm or powerpc uImage', offset: 0, bytes: '\x27\x05\x19\x56' },
  { says: 'a Debian package (for packages there is deb:NAME)', offset: 0, bytes: '!<arch>' },
  { says: 'a file compressed with gzip', offset: 0, bytes: '\x1f\x8b' },
  { says: 'a file compressed with xz', offset: 0, bytes: '\xfd7zXZ' },
  { says: 'a file compressed with zstd', offset: 0, bytes: '\x28\xb5\x2f\xfd' },
];

const isText = (bytes: Buffer): boolean => bytes.subarray(0, 512).every((byte) => byte >= 9 && byte < 127);

/** What a file that is no kernel for us seems to be. */
function impression(bytes: Buffer): string {
  const machine = elfMachine(bytes);
  if (machine !== undefined) return `an ELF file for ${machine}`;
  if (bytes.length === 0) return 'empty';
  const known = formats.find(
    ({ offset, bytes: magic }) => bytes.toString('latin1', offset, offset + magic.length) === magic,
  );
  return known?.says ?? (isText(bytes) ? 'a text file' : 'something else');
}

/** The line with which a kernel introduces itself (init/version-timestamp.c, linux_banner). */
function bannerOf(vmlinux: Buffer): string | undefined {
  const start = vmlinux.indexOf('Linux version ');
  return start < 0 ? undefined : vmlinux.toString('latin1', start, vmlinux.indexOf('\n', start));
}

function checkFormat(bytes: Buffer, name: string): void {
  if (isKernelElf(bytes) || isBzImage(bytes)) return;
  throw new InputError(`${name} is no x86-64 kernel: it is ${impression(bytes)}`);
}

/**
 * What the `uname -r` of an image will say, without unpacking it. `name` is for messages.
 * @throws InputError that says what it is instead
 */
export function releaseOfImage(bytes: Buffer, name: string): string {
  checkFormat(bytes, name);
  const release = isKernelElf(bytes) ? bannerOf(bytes)?.split(' ')[2] : releaseInHeader(bytes);
  if (release !== undefined) return release;
  throw new InputError(`${name} is an x86-64 file, but no kernel: it does not name its version`);
}

/** "… #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)": distributions number their builds there. */
const versionOf = (vmlinux: Buffer): string | undefined =>
  /\bDebian (\d\S*) \(\d{4}-/.exec(bannerOf(vmlinux) ?? '')?.[1];

/**
 * Reads a bzImage or vmlinux. `name` is for messages.
 * @throws InputError that says what it is instead, or what it lacks
 */
export async function readKernelImage(bytes: Buffer, name: string): Promise<KernelImage> {
  const release = releaseOfImage(bytes, name);
  const vmlinux = isKernelElf(bytes) ? bytes : await vmlinuxOf(bytes, name).catch(asInput);
  const pvh = hasPvhEntry(vmlinux);
  if (!pvh && vmlinux === bytes)
    throw new InputError(
      `${name} was built without CONFIG_PVH, so only its bzImage can be booted: give that instead`,
    );
  return { release, version: versionOf(vmlinux) ?? release, vmlinux, bootable: pvh ? vmlinux : bytes };
}

/** What is wrong with an image from a package is the machine's fault, but this one was given to us. */
function asInput(cause: unknown): never {
  throw cause instanceof MachineError ? new InputError(cause.message) : cause;
}
