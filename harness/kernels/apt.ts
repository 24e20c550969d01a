import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MachineError } from '../errors.ts';
import { findProgram } from '../system/find-program.ts';
import type { Progress } from '../system/progress.ts';
import { runProgram } from '../system/run-program.ts';

/** A package as the machine's own package source offers it. `depends` are names only, first alternatives. */
export interface AptPackage {
  name: string;
  version: string;
  depends: string[];
  sizeBytes: number;
  sha256: string;
}

/** What we ask of a package source; tests put a pretended one in its place. */
export interface Apt {
  /** Names of all packages that begin like this, with or without something to install. */
  names(prefix: string): Promise<string[]>;
  /** What would be installed now under these names; those that are unknown or only mentioned are left out. */
  candidates(names: readonly string[]): Promise<AptPackage[]>;
  /** Fetches into `folder` without installing; gives the path of the package file. Checked by apt itself. */
  download(wanted: AptPackage, folder: string, progress: Progress): Promise<string>;
  /** Fetches the package lists anew; gives the reason when that did not work. */
  update(progress: Progress): Promise<string | undefined>;
}

/** "a (>= 1) | b, c" -> ["a", "c"]: of alternatives apt takes the first that can be had. */
function dependencyNames(field: string): string[] {
  return field
    .split(',')
    .map((clause) => clause.trim().split(/[\s(|:]/)[0] ?? '')
    .filter((name) => name !== '');
}

/** One stanza of `apt-cache show`: "Field: value" lines, continuation lines begin with a blank. */
export function parseStanza(text: string): AptPackage | undefined {
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? '';
  if (field('Package') === '' || field('SHA256') === '') return undefined;
  return {
    name: field('Package'),
    version: field('Version'),
    depends: [...dependencyNames(field('Pre-Depends')), ...dependencyNames(field('Depends'))],
    sizeBytes: Number(field('Size')),
    sha256: field('SHA256'),
  };
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (s) => (s.isFile() ? s.size : 0),
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** apt shows its own progress on a terminal only, so the growing file is watched instead. */
async function watched<T>(
  wanted: AptPackage,
  folder: string,
  progress: Progress,
  work: Promise<T>,
): Promise<T> {
  const say = (bytes: number): void =>
    progress(`downloading ${wanted.name} (${megabytes(bytes)} of ${megabytes(wanted.sizeBytes)})`);
  say(0);
  const timer = setInterval(() => void bytesIn(folder).then(say), 500);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

/** Asks apt, or says that there is none. */
function ask(program: 'apt-get' | 'apt-cache', args: readonly string[], cwd?: string): Promise<Buffer> {
  if (findProgram(program) === undefined)
    throw new MachineError(`kernels are fetched with ${program}, which this machine does not have`);
  return runProgram(program, args, cwd === undefined ? {} : { cwd });
}

/** A dead mirror must give a message, not a quarter of an hour of silence. */
const network = [
  '-o',
  'Acquire::Retries=2',
  '-o',
  'Acquire::http::Timeout=30',
  '-o',
  'Acquire::https::Timeout=30',
];

async function download(wanted: AptPackage, folder: string, progress: Progress): Promise<string> {
  // As root, apt would fetch as user _apt, who cannot write into our folder, and complain about it.
  const args = [
    ...network,
    '-q',
    '-o',
    'APT::Sandbox::User=root',
    'download',
    `${wanted.name}=${wanted.version}`,
  ];
  await watched(wanted, folder, progress, ask('apt-get', args, folder)).catch((cause: MachineError) => {
    const message = `cannot download ${wanted.name} ${wanted.version} (${cause.message}); check the network and apt's sources`;
    throw new MachineError(message, { cause, console: cause.console });
  });
  const file = (await readdir(folder)).find(
    (name) => name.startsWith(`${wanted.name}_`) && name.endsWith('.deb'),
  );
  if (file === undefined) throw new MachineError(`apt-get download ${wanted.name} left no package file`);
  return join(folder, file);
}

async function candidates(names: readonly string[]): Promise<AptPackage[]> {
  if (names.length === 0) return [];
  // apt-cache fails when it knows none of the names, which is an answer here and no failure.
  const text = await ask('apt-cache', ['show', '--no-all-versions', ...names]).catch(
    (cause: MachineError) => {
      if (/No packages found/.test(cause.console)) return '';
      throw cause;
    },
  );
  return text
    .toString()
    .split(/\n\n+/)
    .flatMap((stanza) => parseStanza(stanza) ?? []);
}

async function update(progress: Progress): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'only root can update the package lists';
  progress('updating the package lists');
  const args = [...network, '-q', '-o', 'APT::Update::Error-Mode=any', 'update'];
  return ask('apt-get', args).then(
    () => undefined,
    (cause: MachineError) => cause.message,
  );
}

/** The machine's own apt, with the sources and keys its administrator set up. */
export const systemApt: Apt = {
  names: async (prefix) =>
    (await ask('apt-cache', ['pkgnames', prefix])).toString().split('\n').filter(Boolean),
  candidates,
  download,
  update,
};
