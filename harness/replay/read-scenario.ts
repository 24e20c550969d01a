import { readFile, stat } from 'node:fs/promises';
import type { Scenario } from '../../spec/scenario.ts';
import { InputError } from '../errors.ts';
import { parseScenarioFile } from './scenario-file.ts';
import { scenarioPaths } from './scenario-paths.ts';

/** Twice what a scenario may have in characters; more is not even read. */
const MOST_BYTES = 2 * 1024 * 1024;

/** The scenario in a file of the disk. */
export async function readScenarioFile(path: string): Promise<Scenario> {
  return parseScenarioFile(await readText(path), path);
}

/** The scenarios in files, and in all files of folders, each with where it was. */
export async function readScenarioFiles(
  named: readonly string[],
): Promise<{ file: string; scenario: Scenario }[]> {
  const files = await scenarioPaths(named);
  return Promise.all(files.map(async (file) => ({ file, scenario: await readScenarioFile(file) })));
}

/** A text of the user's, of a size that texts have. */
export async function readText(path: string): Promise<string> {
  try {
    const found = await stat(path);
    if (!found.isFile() && !found.isDirectory()) throw new InputError(`${path}: this is no ordinary file`);
    const { size } = found;
    if (size > MOST_BYTES)
      throw new InputError(`${path}: the file has ${size} bytes; allowed: ${MOST_BYTES}`);
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): unknown {
  const code = (error as { code?: unknown }).code;
  if (code === 'ENOENT') return new InputError(`${path}: there is no such file; check the path`);
  if (code === 'EISDIR') return new InputError(`${path}: this is a directory; name a scenario file in it`);
  if (code === 'EACCES') return new InputError(`${path}: the file may not be read; check its permissions`);
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
    return new InputError(`${path}: the file is no text in UTF-8; save it as UTF-8`);
  return error;
}
