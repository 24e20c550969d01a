import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../errors.ts';

/**
 * Files as they were named; of a folder all scenario files (*.yaml) below it, by name.
 * @throws InputError for a folder without any
 */
export async function scenarioPaths(named: readonly string[]): Promise<string[]> {
  return (await Promise.all(named.map(pathsOf))).flat();
}

async function pathsOf(path: string): Promise<string[]> {
  // Whatever else is wrong with it is told by whoever reads it.
  const names = await readdir(path, { recursive: true }).catch(() => undefined);
  if (names === undefined) return [path];
  const found = names.filter((name) => name.endsWith('.yaml')).sort();
  if (found.length === 0) throw new InputError(`${path}: this directory has no scenario file (*.yaml) in it`);
  return found.map((name) => join(path, name));
}
