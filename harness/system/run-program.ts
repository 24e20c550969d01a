import { ExecaError, execa } from 'execa';
import { MachineError } from '../errors.ts';
import { findProgram } from './find-program.ts';
import { tools } from './tool-table.ts';

export interface RunOptions {
  cwd?: string;
  /** Fed to the program's standard input; without it, standard input is closed. */
  input?: Uint8Array;
  /** Standard output goes to this file instead of memory. */
  outputFile?: string;
  env?: Record<string, string>;
}

/** Says where a program that is missing comes from. */
function missing(name: string): MachineError {
  const debian = tools.find((tool) => tool.name === name)?.package;
  const remedy = debian === undefined ? '' : `; run as root: apt-get install ${debian}`;
  return new MachineError(`${name} is not installed${remedy}`);
}

/** The line of a program's complaint that carries the reason; apt and gcc mark it, others put it last. */
export function complaint(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return lines.find((line) => /^E: |error:/.test(line)) ?? lines.at(-1) ?? 'it said nothing';
}

function failure(name: string, cause: unknown): unknown {
  if (!(cause instanceof ExecaError)) return cause;
  const raw: unknown = cause.stderr;
  const stderr = raw instanceof Uint8Array ? Buffer.from(raw).toString() : '';
  const said = stderr === '' ? cause.shortMessage : complaint(stderr);
  return new MachineError(`${name} failed: ${said}`, { cause, console: stderr });
}

/**
 * Runs a program to its end with an argument vector (never a shell) and gives its standard output. A
 * program that is missing or fails is a MachineError whose `console` holds all it wrote.
 */
export async function runProgram(
  name: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Buffer> {
  const path = findProgram(name);
  if (path === undefined) throw missing(name);
  try {
    const result = await execa(path, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
      stdout: options.outputFile === undefined ? 'pipe' : { file: options.outputFile },
      // Messages are read by programs (ours), so they must not come translated.
      env: { LC_ALL: 'C', ...options.env },
      encoding: 'buffer',
      maxBuffer: 400e6,
      stripFinalNewline: false,
    });
    return Buffer.from(result.stdout ?? []);
  } catch (cause) {
    throw failure(name, cause);
  }
}
