/** One member of an archive; `device` is major and minor, zero for what is no device. */
export interface Member {
  name: string;
  mode: number;
  device: [number, number];
  content: string;
}

/**
 * Reads a "newc" archive by the format's description alone, for tests: 6 + 13 * 8 characters, then name
 * and content, each padded to 4. Knows nothing of the writer.
 */
export function readArchive(archive: Buffer): Member[] {
  const members: Member[] = [];
  for (let at = 0; at < archive.length; ) {
    if (archive.toString('latin1', at, at + 6) !== '070701') throw new Error(`no header at byte ${at}`);
    const number = (index: number): number =>
      Number.parseInt(archive.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16);
    const [mode, size, major, minor, nameLength] = [number(1), number(6), number(9), number(10), number(11)];
    const name = archive.toString('latin1', at + 110, at + 110 + nameLength - 1);
    const start = Math.ceil((at + 110 + nameLength) / 4) * 4;
    members.push({
      name,
      mode,
      device: [major, minor],
      content: archive.toString('utf8', start, start + size),
    });
    at = Math.ceil((start + size) / 4) * 4;
  }
  return members;
}
