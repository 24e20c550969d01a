import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { MachineError } from '../errors.ts';
import type { Progress } from '../system/progress.ts';
import { apt } from './apt-program.ts';

/** One package file to fetch. Size and checksum are undefined for what no list vouches for. */
export interface Download {
  name: string;
  version: string;
  uri: string;
  sizeBytes: number | undefined;
  sha256: string | undefined;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** apt shows its own progress on a terminal only, so the growing file is watched instead. */
async function watched<T>(wanted: Download, path: string, progress: Progress, work: Promise<T>): Promise<T> {
  const whole = wanted.sizeBytes === undefined ? '' : ` of ${megabytes(wanted.sizeBytes)}`;
  const say = (bytes: number): void => progress(`downloading ${wanted.name} (${megabytes(bytes)}${whole})`);
  say(await sizeOf(path));
  const timer = setInterval(() => void sizeOf(path).then(say), 500);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

/** "E: Failed to fetch http://… Error reading from server. [IP: …]" -> the reason alone. */
function reasonOf({ message, console }: MachineError): string {
  const reason = /^E: Failed to fetch \S+ +(.*?)(?: \[IP: .*\])?$/m.exec(console)?.[1];
  return reason?.replaceAll(/ {2,}/g, ' ').replace(/\.$/, '') ?? message;
}

async function failure(wanted: Download, path: string, cause: MachineError): Promise<MachineError> {
  const { name, version, uri } = wanted;
  await rm(`${path}.FAILED`, { force: true });
  const kept = await sizeOf(path);
  const rest = kept === 0 ? '' : `; ${megabytes(kept)} are kept, and the next try continues there`;
  const host = new URL(uri).host;
  const message = `cannot download ${name} ${version} from ${host}: ${reasonOf(cause)}${rest}`;
  return new MachineError(message, { cause });
}

/**
 * Fetches a package file to `path` through apt, which knows the machine's proxies, tries again, and checks
 * the file. What an earlier try left at `path` is continued.
 */
export async function download(wanted: Download, path: string, progress: Progress): Promise<void> {
  const { sha256 } = wanted;
  if (sha256 !== undefined && (await sizeOf(path)) === wanted.sizeBytes && (await sha256Of(path)) === sha256)
    return;
  const hash = sha256 === undefined ? [] : [`SHA256:${sha256}`];
  const work = apt('apt-helper', ['download-file', wanted.uri, path, ...hash]);
  await watched(wanted, path, progress, work).catch(async (cause: unknown) => {
    throw cause instanceof MachineError ? await failure(wanted, path, cause) : cause;
  });
}
