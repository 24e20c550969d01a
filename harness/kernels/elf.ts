/** Offsets in a little-endian 64-bit ELF header and section header (System V ABI, "Object Files"). */
const header = { machine: 18, sectionTable: 40, sectionSize: 58, sectionCount: 60, namesIndex: 62 } as const;
const section = { name: 0, offset: 24, size: 32 } as const;
const machineX86_64 = 62;

/** Whether these bytes are an ELF file for x86-64. */
export function isKernelElf(bytes: Buffer): boolean {
  const magic = bytes.length > 64 && bytes.readUInt32BE(0) === 0x7f454c46 && bytes[4] === 2 && bytes[5] === 1;
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
