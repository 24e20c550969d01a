import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MachineError } from '../errors.ts';
import { findProgram } from '../system/find-program.ts';
import { type Progress, silent } from '../system/progress.ts';
import { runProgram } from '../system/run-program.ts';
import { Cache } from './cache.ts';
import { sha256 } from './checksums.ts';

/** Static, because the agent is the first process of a guest that may have no libraries yet. */
const flags = ['-static', '-O2', '-Wall', '-Wextra', '-Werror'];

const agentSources = fileURLToPath(new URL('../directors/agent/', import.meta.url));

async function compilerIdentity(): Promise<string> {
  const path = findProgram('gcc');
  const found = path === undefined ? undefined : await stat(path);
  return `${path} ${found?.size} ${found?.mtimeMs}`;
}

/**
 * Path of the agent's binary, compiled when its source, the flags or the compiler changed. A source that
 * does not compile is a MachineError with all of gcc's output as its console.
 */
export async function buildAgent(
  progress: Progress = silent,
  { sources = agentSources, cache = new Cache() }: { sources?: string; cache?: Cache } = {},
): Promise<string> {
  const names = (await readdir(sources)).filter((name) => /\.[ch]$/.test(name)).sort();
  const units = names.filter((name) => name.endsWith('.c'));
  if (units.length === 0) throw new MachineError(`no agent source in ${sources}`);
  const texts = await Promise.all(names.map((name) => readFile(join(sources, name), 'utf8')));
  const key = sha256(JSON.stringify([names, texts, flags, await compilerIdentity()])).slice(0, 24);
  const compile = async (folder: string): Promise<void> => {
    progress('compiling the agent');
    await runProgram('gcc', [...flags, '-o', join(folder, 'agent'), ...units], { cwd: sources });
  };
  return join(await cache.obtain({ kind: 'agents', key, check: ['agent'] }, compile, progress), 'agent');
}
