import type { GuestEntry } from './guest-tree.ts';

/** File type bits of st_mode (POSIX sys/stat.h), which the archive carries together with the permissions. */
const typeBits = { directory: 0o040000, file: 0o100000, symlink: 0o120000, device: 0o020000 } as const;

const nothing = new Uint8Array();

function contentOf(entry: GuestEntry): Uint8Array {
  if (entry.kind === 'file') return entry.content;
  if (entry.kind === 'symlink') return Buffer.from(entry.target);
  return nothing;
}

/** The fields of one header, in the order of the "newc" format (Documentation/driver-api/early-userspace/buffer-format.rst). */
interface Header {
  inode: number;
  mode: number;
  links: number;
  size: number;
  major: number;
  minor: number;
  name: string;
}

const padding = (length: number): Uint8Array => new Uint8Array((4 - (length % 4)) % 4);

function header(fields: Header): Uint8Array[] {
  const name = Buffer.from(`${fields.name}\0`);
  const { inode, mode, links, size, major, minor } = fields;
  // Owner and time are zero for everything: the same content must give the same image.
  const [owner, group, time, deviceMajor, deviceMinor, check] = [0, 0, 0, 0, 0, 0];
  const numbers = [
    inode,
    mode,
    owner,
    group,
    links,
    time,
    size,
    deviceMajor,
    deviceMinor,
    major,
    minor,
    name.length,
    check,
  ];
  const text = `070701${numbers.map((number) => number.toString(16).padStart(8, '0')).join('')}`;
  return [Buffer.from(text), name, padding(text.length + name.length)];
}

function member(entry: GuestEntry, inode: number): Uint8Array[] {
  const content = contentOf(entry);
  const device = entry.kind === 'device' ? entry : { major: 0, minor: 0 };
  const mode = typeBits[entry.kind] | (entry.kind === 'symlink' ? 0o777 : entry.mode);
  const links = entry.kind === 'directory' ? 2 : 1;
  const { major, minor } = device;
  const name = entry.path.slice(1);
  return [
    ...header({ inode, mode, links, size: content.length, major, minor, name }),
    content,
    padding(content.length),
  ];
}

/** A guest tree as an uncompressed "newc" cpio archive, the format a kernel unpacks as its first root. */
export function cpio(entries: readonly GuestEntry[]): Buffer {
  const members = entries.flatMap((entry, index) => member(entry, index + 1));
  const end = header({ inode: 0, mode: 0, links: 1, size: 0, major: 0, minor: 0, name: 'TRAILER!!!' });
  return Buffer.concat([...members, ...end]);
}
