/** Offsets in a little-endian 64-bit ELF header, section header and program header (System V ABI, "Object Files"). */
const header = {
  machine: 18,
  programTable: 32,
  sectionTable: 40,
  programSize: 54,
  programCount: 56,
  sectionSize: 58,
  sectionCount: 60,
  namesIndex: 62,
} as const;
const section = { name: 0, offset: 24, size: 32 } as const;
const segment = { type: 0, offset: 8, size: 32 } as const;
const headerSize = 64;
const machineX86_64 = 62;
const noteSegment = 4;

/** e_machine of what people have kernels for (Linux, include/uapi/linux/elf-em.h). */
const machines: Readonly<Record<number, string>> = {
  3: 'i386',
  8: 'mips',
  20: 'ppc',
  21: 'ppc64',
  22: 's390',
  40: 'arm',
  62: 'x86-64',
  183: 'arm64',
  243: 'riscv',
  258: 'loongarch',
};

/** Which processor an ELF file is for; undefined when it is no ELF file. */
export function elfMachine(bytes: Buffer): string | undefined {
  if (bytes.length < headerSize || bytes.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const bigEndian = bytes[5] === 2;
  const number = bigEndian ? bytes.readUInt16BE(header.machine) : bytes.readUInt16LE(header.machine);
  return machines[number] ?? `machine ${number}`;
}

/** Whether these bytes are an ELF file for x86-64. */
export function isKernelElf(bytes: Buffer): boolean {
  const magic =
    bytes.length > headerSize && bytes.readUInt32BE(0) === 0x7f454c46 && bytes[4] === 2 && bytes[5] === 1;
  return magic && bytes.readUInt16LE(header.machine) === machineX86_64;
}

interface Section {
  name: number;
  content: Buffer;
}

function sections(elf: Buffer): Section[] {
  const table = Number(elf.readBigUInt64LE(header.sectionTable));
  const size = elf.readUInt16LE(header.sectionSize);
  return Array.from({ length: elf.readUInt16LE(header.sectionCount) }, (_, index) => {
    const row = elf.subarray(table + index * size, table + (index + 1) * size);
    const offset = Number(row.readBigUInt64LE(section.offset));
    const length = Number(row.readBigUInt64LE(section.size));
    return { name: row.readUInt32LE(section.name), content: elf.subarray(offset, offset + length) };
  });
}

/** Content of the section with this name; undefined when there is none. */
export function elfSection(elf: Buffer, name: string): Buffer | undefined {
  const all = sections(elf);
  const names = all[elf.readUInt16LE(header.namesIndex)]?.content;
  return all.find(({ name: at }) => names?.toString('latin1', at, names.indexOf(0, at)) === name)?.content;
}

const noteSegments = (elf: Buffer): Buffer[] => {
  const table = Number(elf.readBigUInt64LE(header.programTable));
  const size = elf.readUInt16LE(header.programSize);
  const rows = Array.from({ length: elf.readUInt16LE(header.programCount) }, (_, index) =>
    elf.subarray(table + index * size, table + (index + 1) * size),
  );
  return rows
    .filter((row) => row.readUInt32LE(segment.type) === noteSegment)
    .map((row) => {
      const offset = Number(row.readBigUInt64LE(segment.offset));
      return elf.subarray(offset, offset + Number(row.readBigUInt64LE(segment.size)));
    });
};

/** Note of type XEN_ELFNOTE_PHYS32_ENTRY by "Xen" (xen/include/public/elfnote.h): 4 name bytes, any content, type 18. */
const pvhNote = Buffer.from('1200000058656e00', 'hex');

/**
 * Whether an emulator can start this kernel without its compressed wrapping (CONFIG_PVH): it tells the
 * entry point in a note.
 */
export const hasPvhEntry = (elf: Buffer): boolean =>
  noteSegments(elf).some((notes) => notes.includes(pvhNote));
