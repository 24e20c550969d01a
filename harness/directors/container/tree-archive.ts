import { Readable } from 'node:stream';
import { type Pack, pack } from 'tar-stream';
import type { GuestEntry } from '../../kernels/guest-tree.ts';

/** A guest tree as a tar archive, the form in which an engine takes files. Devices are the engine's to give. */
export function treeArchive(entries: readonly GuestEntry[]): Readable {
  const archive = pack();
  for (const entry of entries) add(archive, entry);
  archive.finalize();
  return Readable.from(archive, { objectMode: false });
}

/** Owner and time are zero for everything: the same content must give the same image. */
function add(archive: Pack, entry: GuestEntry): void {
  const head = { name: entry.path.slice(1), mtime: new Date(0) };
  switch (entry.kind) {
    case 'directory':
      archive.entry({ ...head, type: 'directory', mode: entry.mode });
      break;
    case 'symlink':
      archive.entry({ ...head, type: 'symlink', linkname: entry.target });
      break;
    case 'file':
      archive.entry({ ...head, mode: entry.mode }, Buffer.from(entry.content));
      break;
    case 'device':
      break;
  }
}
