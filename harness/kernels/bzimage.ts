import { MachineError } from '../errors.ts';
import { unpackPayload } from './compression.ts';
import { elfMachine, isKernelElf } from './elf.ts';

/** Fields of the setup header (Documentation/arch/x86/boot.rst); offsets from the start of the file. */
const field = {
  setupSectors: 0x1f1,
  magic: 0x202,
  version: 0x206,
  versionText: 0x20e,
  payloadOffset: 0x248,
  payloadLength: 0x24c,
} as const;

/** Protocol 2.08 (2.6.26) is the first that says where the payload is. */
const firstVersionWithPayload = 0x0208;

export const isBzImage = (image: Buffer): boolean =>
  image.length > field.payloadLength + 4 && image.toString('latin1', field.magic, field.magic + 4) === 'HdrS';

/** The release that a bzImage names in its header, behind the setup code; undefined when it names none. */
export function releaseInHeader(image: Buffer): string | undefined {
  const start = image.readUInt16LE(field.versionText) + 512;
  return /^[^\s\0]+/.exec(image.toString('latin1', start, start + 256))?.[0];
}

/** The compressed kernel inside a bzImage. `name` is for messages. */
export function payloadOf(image: Buffer, name: string): Buffer {
  if (!isBzImage(image))
    throw new MachineError(`${name} is not an x86 kernel image (no "HdrS" in its header)`);
  if (image.readUInt16LE(field.version) < firstVersionWithPayload)
    throw new MachineError(`${name} is older than boot protocol 2.08`);
  const sectors = image.readUInt8(field.setupSectors) || 4;
  const start = (sectors + 1) * 512 + image.readUInt32LE(field.payloadOffset);
  const end = start + image.readUInt32LE(field.payloadLength);
  if (end > image.length)
    throw new MachineError(`${name} is cut off: its payload ends at byte ${end} of ${image.length}`);
  return image.subarray(start, end);
}

/**
 * The uncompressed ELF kernel out of a bzImage: the emulator boots it seconds faster, because nothing
 * has to be unpacked by emulated instructions.
 */
export async function vmlinuxOf(image: Buffer, name: string): Promise<Buffer> {
  const vmlinux = await unpackPayload(payloadOf(image, name));
  if (isKernelElf(vmlinux)) return vmlinux;
  const machine = elfMachine(vmlinux);
  const instead = machine === undefined ? '' : `, but one for ${machine}`;
  throw new MachineError(`${name} holds no x86-64 ELF kernel${instead}`);
}
