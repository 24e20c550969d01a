import { MachineError } from '../errors.ts';
import { runProgram } from '../system/run-program.ts';

/** The loader that x86-64 programs name (psABI); the same path is used in the guest. */
export const dynamicLoader = '/lib64/ld-linux-x86-64.so.2';

/** "libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)" -> the path; the vDSO and the loader have none. */
export function listedLibraries(text: string): string[] {
  const lost = /^\s*(\S+) => not found/m.exec(text)?.[1];
  if (lost !== undefined) throw new MachineError(`shared library ${lost} is not on this machine`);
  return [...text.matchAll(/=> (\/\S+)/g)].map((match) => match[1]!);
}

/** Paths of the libraries that a program or plug-in of this machine needs, asked of the loader itself. */
export async function sharedLibraries(path: string): Promise<string[]> {
  return listedLibraries((await runProgram(dynamicLoader, ['--list', path])).toString());
}
