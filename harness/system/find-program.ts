import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Administrator's tools live here, but an ordinary user's PATH on Debian does not name these folders. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'];

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Absolute path of a program, PATH first; undefined when the machine has none. A name that is a path already stands for itself. Starts no process. */
export function findProgram(name: string): string | undefined {
  if (name.startsWith('/')) return executable(name) ? name : undefined;
  const folders = (process.env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'));
  return [...folders, ...systemFolders].map((folder) => join(folder, name)).find(executable);
}
