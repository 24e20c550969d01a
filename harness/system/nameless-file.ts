import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file that programs can open while this process has it, and that goes when the process does, also after kill -9. */
export interface NamelessFile {
  /** Good for every process of this user. */
  readonly path: string;
  close(): Promise<void>;
}

/** The name is gone before anything is written. Errors of the file system as they are. */
export async function namelessFile(content: Uint8Array): Promise<NamelessFile> {
  const folder = await mkdtemp(join(tmpdir(), 'lvscheck-'));
  const file = await open(join(folder, 'file'), 'w+').finally(() => rm(folder, { recursive: true }));
  await file.writeFile(content);
  return { path: `/proc/${process.pid}/fd/${file.fd}`, close: () => file.close() };
}
