import { MachineError } from '../errors.ts';
import { runProgram } from '../system/run-program.ts';

interface Format {
  name: string;
  magic: readonly number[];
  program: string;
  args: readonly string[];
  /** The kernel's build appends the unpacked size (4 bytes) unless the format carries it itself. */
  kernelAppendsSize: boolean;
}

/** Sources: scripts/Makefile.lib (cmd_*_with_size), Documentation/arch/x86/boot.rst (payload_offset), each format's own magic. */
const formats: readonly Format[] = [
  { name: 'gzip', magic: [0x1f, 0x8b], program: 'gzip', args: ['-dc'], kernelAppendsSize: false },
  {
    name: 'xz',
    magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a],
    program: 'xz',
    args: ['-dc'],
    kernelAppendsSize: true,
  },
  // Kernels are packed with a window of 128 MB, which zstd refuses unless told so.
  {
    name: 'zstd',
    magic: [0x28, 0xb5, 0x2f, 0xfd],
    program: 'zstd',
    args: ['-dc', '--long=31'],
    kernelAppendsSize: true,
  },
  { name: 'lz4', magic: [0x02, 0x21, 0x4c, 0x18], program: 'lz4', args: ['-dc'], kernelAppendsSize: true },
];

function formatOf(bytes: Uint8Array): Format | undefined {
  return formats.find((format) => format.magic.every((byte, index) => bytes[index] === byte));
}

/** The payload of a bzImage, unpacked. */
export async function unpackPayload(payload: Uint8Array): Promise<Buffer> {
  const format = formatOf(payload);
  if (format === undefined) {
    const start = Buffer.from(payload.subarray(0, 6)).toString('hex');
    throw new MachineError(
      `kernel payload begins with ${start}; known formats: ${formats.map(({ name }) => name).join(', ')}`,
    );
  }
  const end = format.kernelAppendsSize ? payload.length - 4 : payload.length;
  return runProgram(format.program, format.args, { input: payload.subarray(0, end) });
}

/** A module file as the kernel loads it: distributions ship .ko, .ko.xz or .ko.zst. */
export async function unpackModule(bytes: Buffer): Promise<Buffer> {
  const format = formatOf(bytes);
  return format === undefined ? bytes : runProgram(format.program, format.args, { input: bytes });
}
